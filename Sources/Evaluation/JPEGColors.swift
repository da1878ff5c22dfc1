import Imaging

extension Image {
  /// A picture of red, green and blue in the YCbCr samples that libjpeg makes of them, to the last bit.
  ///
  /// Its integers (jccolor.c: 16 fractional bits, halves of chroma rounded down) differ from exact arithmetic in a level
  /// here and there, which is enough to move PSNR by thousandths of a dB. So the pictures measured here are those that
  /// any other program compresses with the same library. Grey stays grey; alpha is left out.
  func asCompressedByLibJPEG() throws(ImageConversionError) -> Image {
    let picture = try Image(
      width: width, height: height, colorModel: colorModel, samples: samples, jpeg: jpeg
    ).converted(to: .png, depth: .eight)
    guard picture.colorModel == .rgb, case .eight(let samples) = picture.samples else { return picture }
    let half: Int32 = 1 << 15
    let centre: Int32 = (128 << 16) + half - 1
    let converted = [UInt8](unsafeUninitializedCapacity: samples.count) { buffer, filled in
      for index in stride(from: 0, to: samples.count, by: 3) {
        let (red, green, blue) = (Int32(samples[index]), Int32(samples[index + 1]), Int32(samples[index + 2]))
        buffer[index] = UInt8(truncatingIfNeeded: (19595 * red + 38470 * green + 7471 * blue + half) >> 16)
        buffer[index + 1] = UInt8(truncatingIfNeeded: (-11059 * red - 21709 * green + 32768 * blue + centre) >> 16)
        buffer[index + 2] = UInt8(truncatingIfNeeded: (32768 * red - 27439 * green - 5329 * blue + centre) >> 16)
      }
      filled = samples.count
    }
    return Image(width: width, height: height, colorModel: .ycbcr, samples: .eight(converted))
  }
}
