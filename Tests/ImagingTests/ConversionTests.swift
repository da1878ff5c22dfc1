import Imaging
import Testing

@Suite struct ConversionTests {
  @Test(arguments: BitDepth.allCases)
  func colorSurvivesTheWayToPlanesAndBack(depth: BitDepth) throws {
    let image = everyCorner(depth)
    let back = try image.replacing(planes: image.planes(), for: .png)
    #expect(back.samples == image.samples)
  }

  /// Samples that cover the cube's corners, its grey axis and a random interior.
  private func everyCorner(_ depth: BitDepth) -> Image {
    var random = SeededGenerator(seed: 3)
    let top = depth.maximum
    let levels = [0, 1, 2, top / 3, top / 2, top - 1, top]
    var samples = levels.flatMap { r in levels.flatMap { g in levels.flatMap { b in [r, g, b] } } }
    while samples.count < 3 * 40_000 { samples.append(Int.random(in: 0...top, using: &random)) }
    return Image(
      width: 200, height: 200, colorModel: .rgb,
      samples: depth == .eight ? .eight(samples.map { UInt8($0) }) : .sixteen(samples.map { UInt16($0) }))
  }

  @Test(arguments: [ColorModel.gray, .ycbcr, .cmyk])
  func storedSamplesSurviveUnchanged(model: ColorModel) throws {
    let image = Image.sample(model)
    #expect(try image.replacing(planes: image.planes(), for: .jpeg).samples == image.samples)
    #expect(image.planes().count == model.channels)
  }

  @Test func graysStayGray() throws {
    let image = Image.sample(.gray, .sixteen)
    let png = try image.replacing(planes: image.planes(), for: .png)
    #expect(png.colorModel == .gray && png.samples == image.samples)
    #expect(try image.converted(to: .jpeg).colorModel == .gray)
  }

  @Test func planesFollowTheFormulas() throws {
    let rgb: [(Double, Double, Double)] = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1), (0, 0, 0), (0.2, 0.4, 0.6)]
    let samples = rgb.flatMap { [$0.0, $0.1, $0.2] }.map { UInt8(($0 * 255).rounded()) }
    let planes = Image(width: rgb.count, height: 1, colorModel: .rgb, samples: .eight(samples)).planes()
    for (index, (red, green, blue)) in rgb.enumerated() {
      let luma = 0.299 * red + 0.587 * green + 0.114 * blue
      #expect(abs(Double(planes[0].samples[index]) - luma) < 1e-6)
      #expect(abs(Double(planes[1].samples[index]) - ((blue - luma) / 1.772 + 128 / 255.0)) < 1e-6)
      #expect(abs(Double(planes[2].samples[index]) - ((red - luma) / 1.402 + 128 / 255.0)) < 1e-6)
    }
  }

  @Test func valuesAreRoundedToNearestAndClamped() throws {
    let values: [Float] = [
      -1, -0.0, 0, 0.49 / 255, 0.51 / 255, 254.49 / 255, 254.51 / 255, 1, 2, .infinity, -.infinity, .nan,
    ]
    let plane = Plane(width: values.count, height: 1, samples: values)
    let gray = try Image(planes: [plane], colorModel: .gray)
    #expect(gray.samples == .eight([0, 0, 0, 0, 1, 254, 255, 255, 255, 255, 0, 0]))
    let wide = try Image(planes: [plane], colorModel: .gray, bitDepth: .sixteen)
    #expect(wide.samples.integers.suffix(5) == [65535, 65535, 65535, 0, 0])
  }

  @Test func jpegBecomesTheColoursThatOthersShow() throws {
    // libjpeg's fixed-point conversion, done here in integers.
    let picture = Fixture.picture("ycbcr-444")
    let stored = try picture.golden()
    let bytes = try Fixture.bytes(picture.file)
    let shown = try ImageDecoder.decodeSamples(bytes).converted(to: .png).interleaved
    let exact = try ImageDecoder.decode(bytes).converted(to: .png).interleaved
    for pixel in stride(from: 0, to: stored.count, by: 3) {
      let (y, cb, cr) = (stored[pixel], stored[pixel + 1] - 128, stored[pixel + 2] - 128)
      let red = y + (91881 * cr + 32768) >> 16
      let green = y + (-22554 * cb - 46802 * cr + 32768) >> 16
      let blue = y + (116130 * cb + 32768) >> 16
      let rgb = [red, green, blue]
      #expect(Array(shown[pixel..<pixel + 3]) == rgb.map { min(255, max(0, $0)) })
      // What isn't rounded on the way differs by the rounding of three samples and of the result.
      for channel in 0..<3 { #expect(abs(exact[pixel + channel] - shown[pixel + channel]) <= 2) }
    }
  }

  @Test func depthsConvertToNearest() throws {
    let wide = Image(
      width: 5, height: 1, colorModel: .gray, samples: .sixteen([0, 128, 129, 65406, 65535]),
      alpha: .sixteen([0, 257, 65535, 65535, 1]))
    let narrow = try wide.converted(to: .png, depth: .eight)
    #expect(narrow.samples == .eight([0, 0, 1, 254, 255]) && narrow.alpha == .eight([0, 1, 255, 255, 0]))
    let back = try narrow.converted(to: .png, depth: .sixteen)
    #expect(back.samples == .sixteen([0, 0, 257, 65278, 65535]))
  }

  @Test func alphaAndMetadataGoAlong() throws {
    let image = Image.sample(.rgb, .sixteen, alpha: true, metadata: Metadata(iccProfile: [1, 2, 3]))
    let result = try image.replacing(planes: image.planes(), for: .png)
    #expect(result.alpha == image.alpha && result.metadata == image.metadata)
  }

  @Test func whatAFormatCannotHoldIsRefusedBeforehand() throws {
    let transparent = Image.sample(.rgb, alpha: true)
    #expect(throws: ImageConversionError.alpha(.jpeg)) { try transparent.checkConvertible(to: .jpeg) }
    #expect(throws: ImageConversionError.alpha(.jpeg)) { try transparent.converted(to: .jpeg) }
    #expect(throws: ImageConversionError.cmyk(.png)) { try Image.sample(.cmyk).checkConvertible(to: .png) }
    #expect(throws: ImageConversionError.depth(.jpeg, .sixteen)) {
      try Image.sample(.rgb).converted(to: .jpeg, depth: .sixteen)
    }
    let image = Image.sample(.rgb)
    #expect(throws: ImageConversionError.planes(expected: 3, width: 40, height: 30, found: 1)) {
      try image.replacing(planes: [Plane(width: 40, height: 30, filledWith: 0)], for: .png)
    }
  }

  @Test func alphaThatHidesNothingIsNoObstacle() throws {
    let opaque = Image(
      width: 2, height: 1, colorModel: .gray, samples: .eight([1, 2]), alpha: .eight([255, 255]))
    let jpeg = try opaque.converted(to: .jpeg)
    #expect(!jpeg.hasAlpha && jpeg.samples == opaque.samples)
    #expect(try opaque.converted(to: .png).alpha == opaque.alpha)
  }
}
