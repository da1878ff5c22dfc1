extension Image {
  /// An image from planes, rounded once to integer samples (to nearest, clamped).
  ///
  /// - Parameters:
  ///   - planes: One plane for grey, Y, Cb and Cr for colour, four as stored for CMYK; all of one size.
  ///   - colorModel: What the samples shall be; colour planes become `ycbcr` or `rgb`.
  ///   - bitDepth: Bits of a sample.
  /// - Throws: ``ImageConversionError/planes(expected:width:height:found:)`` if number or sizes don't fit.
  public init(
    planes: [Plane], colorModel: ColorModel, bitDepth: BitDepth = .eight, metadata: Metadata = Metadata()
  ) throws(ImageConversionError) {
    let width = planes.first?.width ?? 0
    let height = planes.first?.height ?? 0
    try Image.check(planes, colorModel: colorModel, width: width, height: height)
    let samples = Image.samples(of: planes, colorModel: colorModel, bitDepth: bitDepth)
    self.init(width: width, height: height, colorModel: colorModel, samples: samples, metadata: metadata)
  }

  static func check(
    _ planes: [Plane], colorModel: ColorModel, width: Int, height: Int
  ) throws(ImageConversionError) {
    let fits = planes.allSatisfy { $0.width == width && $0.height == height }
    if !fits || planes.count != colorModel.channels || width < 1 || height < 1 {
      throw .planes(expected: colorModel.channels, width: width, height: height, found: planes.count)
    }
  }

  /// Interleaved samples of planes that have been checked.
  static func samples(of planes: [Plane], colorModel: ColorModel, bitDepth: BitDepth) -> Samples {
    switch bitDepth {
    case .eight: .eight(interleaved(planes, colorModel: colorModel))
    case .sixteen: .sixteen(interleaved(planes, colorModel: colorModel))
    }
  }

  private static func interleaved<T: Sample>(_ planes: [Plane], colorModel: ColorModel) -> [T] {
    let pixels = planes[0].samples.count
    let channels = colorModel.channels
    return [T](filling: pixels * channels) { out in
      if colorModel == .rgb {
        planes[0].samples.withPointer { y in
          planes[1].samples.withPointer { cb in
            planes[2].samples.withPointer { cr in join(y: y, cb: cb, cr: cr, count: pixels, into: out) }
          }
        }
        return
      }
      for channel in 0..<channels {
        planes[channel].samples.withPointer { quantize($0, count: pixels, into: out + channel, step: channels) }
      }
    }
  }
}

/// 0...1 to every `step`th sample.
@_specialize(where T == UInt8)
@_specialize(where T == UInt16)
private func quantize<T: Sample>(
  _ values: UnsafePointer<Float>, count: Int, into out: UnsafeMutablePointer<T>, step: Int
) {
  if step == 1 {
    for index in 0..<count { out[index] = T.rounding(values[index]) }
  } else {
    for index in 0..<count { out[index &* step] = T.rounding(values[index]) }
  }
}

/// Y, Cb and Cr to red, green and blue samples.
@_specialize(where T == UInt8)
@_specialize(where T == UInt16)
private func join<T: Sample>(
  y: UnsafePointer<Float>, cb: UnsafePointer<Float>, cr: UnsafePointer<Float>, count: Int,
  into out: UnsafeMutablePointer<T>
) {
  for index in 0..<count {
    out[3 &* index] = T.rounding(BT601.red(y[index], cr[index]))
    out[3 &* index &+ 1] = T.rounding(BT601.green(y[index], cb[index], cr[index]))
    out[3 &* index &+ 2] = T.rounding(BT601.blue(y[index], cb[index]))
  }
}
