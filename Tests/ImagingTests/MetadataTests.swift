import Imaging
import Testing

@Suite struct MetadataTests {
  /// Everything that both formats have a place for.
  private func common(orientation: UInt8 = 6) throws -> Metadata {
    Metadata(
      iccProfile: try Fixture.bytes("profile.icc"), exif: TestEXIF.body(orientation: orientation),
      xmp: try Fixture.bytes("packet.xmp"), comments: [Array("a comment".utf8)],
      density: Density(unit: .perInch, x: 300, y: 300))
  }

  @Test func thumbnailsOfThePictureAsItWasAreLeftOut() throws {
    let pixels: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3, 4, 0xFF, 0xD9]
    var exif = TestEXIF.body(orientation: 6)
    let plain = exif
    let second = exif.count
    func short(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8)] }
    func long(_ value: Int) -> [UInt8] { short(value & 0xFFFF) + short(value >> 16) }
    func entry(_ tag: Int, _ value: Int) -> [UInt8] { short(tag) + short(4) + long(1) + long(value) }
    exif.replaceSubrange(second - 4..<second, with: long(second))
    let start = second + 2 + 2 * 12 + 4
    exif += short(2) + entry(0x0201, start) + entry(0x0202, pixels.count) + long(0) + pixels
    let image = Image.sample(.ycbcr, metadata: Metadata(exif: exif))
    for options in [EncodingOptions.jpeg(), .png()] {
      let back = try ImageDecoder.decode(ImageEncoder.encode(image, as: options)).metadata
      #expect(back.exif?.count == start && back.orientation == 6)
      #expect(back.exif.map { Array($0.prefix(second)) } == plain)
    }
    // A link to nowhere is cut too, and never followed out of bounds.
    var odd = plain
    odd.replaceSubrange(second - 4..<second, with: [0xFF, 0xFF, 0xFF, 0x7F])
    let back = try ImageDecoder.decode(
      ImageEncoder.encode(.sample(.gray, metadata: Metadata(exif: odd)), as: .png()))
    #expect(back.metadata.exif == plain)
  }

  @Test(arguments: ["metadata.jpg", "metadata.png"])
  func othersMetadataAreRead(name: String) throws {
    let metadata = try ImageDecoder.decode(try Fixture.bytes(name)).metadata
    #expect(try metadata.iccProfile == Fixture.bytes("profile.icc"))
    #expect(try metadata.exif == Fixture.bytes("exif.tiff"))
    #expect(try metadata.xmp == Fixture.bytes("packet.xmp"))
    #expect(metadata.comments == [Array("a comment".utf8)])
    #expect(metadata.orientation == 6)
    let inches = Density(unit: .perInch, x: 300, y: 300)
    let metres = Density(unit: .perMetre, x: 11811, y: 11811)
    #expect(metadata.density == (name == "metadata.jpg" ? inches : metres))
  }

  struct Crossing: Sendable {
    let source: ImageFormat
    let target: ImageFormat
    let policy: MetadataPolicy
  }

  private static let crossings = ImageFormat.allCases.flatMap { source in
    ImageFormat.allCases.flatMap { target in
      MetadataPolicy.allCases.map { Crossing(source: source, target: target, policy: $0) }
    }
  }

  @Test(arguments: crossings)
  func policiesHoldOnEveryWay(crossing: Crossing) throws {
    let metadata = try common()
    let image = Image.sample(crossing.source == .png ? .rgb : .ycbcr, metadata: metadata)
    let first = try ImageDecoder.decode(ImageEncoder.encode(image, as: options(crossing.source)))
    let second = try ImageDecoder.decode(
      ImageEncoder.encode(first, as: options(crossing.target), metadata: crossing.policy)
    ).metadata
    #expect(second.orientation == 6)
    #expect(second.iccProfile == (crossing.policy == .none ? nil : metadata.iccProfile))
    if crossing.policy == .all {
      #expect(second.exif == metadata.exif && second.xmp == metadata.xmp && second.comments == metadata.comments)
      #expect(second.density != nil)
    } else {
      #expect(second.exif?.count == 26)
      #expect(second.xmp == nil && second.comments.isEmpty && second.density == nil)
    }
    #expect(first.metadata.losses(writingAs: crossing.target, policy: crossing.policy).isEmpty)
  }

  private func options(_ format: ImageFormat) -> EncodingOptions { format == .png ? .png() : .jpeg() }

  @Test func anUprightPictureNeedsNoEXIF() throws {
    let image = Image.sample(.ycbcr, metadata: try common(orientation: 1))
    for policy in [MetadataPolicy.icc, .none] {
      for format in [EncodingOptions.png(), .jpeg()] {
        #expect(try ImageDecoder.decode(ImageEncoder.encode(image, as: format, metadata: policy)).metadata.exif == nil)
      }
    }
  }

  @Test(arguments: 1...8)
  func orientationIsReadInBothByteOrders(orientation: UInt8) {
    #expect(Metadata(exif: TestEXIF.body(orientation: orientation)).orientation == Int(orientation))
    #expect(Metadata(exif: TestEXIF.bigEndianBody(orientation: orientation)).orientation == Int(orientation))
  }

  @Test(arguments: [1, 3, 4], [false, true])
  func orientationMayHaveAnyWholeType(type: Int, isBigEndian: Bool) throws {
    let tiff = TestTIFF(isBigEndian: isBigEndian)
    func exif(count: Int) -> [UInt8] { tiff.file([[tiff.number(0x0112, type: type, count: count, 8)]]) }
    #expect(Metadata(exif: exif(count: 1)).orientation == 8)
    #expect(Metadata(exif: exif(count: 2)).orientation == 1)
    let image = Image.sample(.ycbcr, metadata: Metadata(exif: exif(count: 1)))
    for policy in MetadataPolicy.allCases {
      let back = try ImageDecoder.decode(ImageEncoder.encode(image, as: .jpeg(), metadata: policy))
      #expect(back.metadata.orientation == 8)
    }
  }

  @Test func nonsenseIsNoOrientation() {
    let tiff = TestTIFF(isBigEndian: false)
    #expect(Metadata(exif: tiff.file([[tiff.number(0x0112, type: 9, 6)]])).orientation == 1)
    #expect(Metadata().orientation == 1)
    #expect(Metadata(exif: TestEXIF.body(orientation: 9)).orientation == 1)
    #expect(Metadata(exif: [0x49, 0x49, 0x2A, 0, 0xFF, 0xFF, 0xFF, 0x7F]).orientation == 1)
    #expect(Metadata(exif: Array(TestEXIF.body(orientation: 6).prefix(14))).orientation == 1)
  }

  @Test func resolutionKeepsItsMeaning() throws {
    let image = Image.sample(.gray, metadata: Metadata(density: Density(unit: .perInch, x: 300, y: 72)))
    let png = try ImageDecoder.decode(ImageEncoder.encode(image, as: .png()))
    #expect(png.metadata.density == Density(unit: .perMetre, x: 11811, y: 2835))
    let jpeg = try ImageDecoder.decode(ImageEncoder.encode(png, as: .jpeg()))
    #expect(jpeg.metadata.density == image.metadata.density)
    let ratio = Image.sample(.gray, metadata: Metadata(density: Density(unit: .aspectRatio, x: 4, y: 3)))
    let both = try ImageDecoder.decode(ImageEncoder.encode(ratio, as: .png()))
    #expect(both.metadata.density == ratio.metadata.density)
    #expect(
      try ImageDecoder.decode(ImageEncoder.encode(both, as: .jpeg())).metadata.density == ratio.metadata.density)
    let huge = Image.sample(.gray, metadata: Metadata(density: Density(unit: .perMetre, x: .max, y: .min)))
    #expect(try ImageDecoder.decode(ImageEncoder.encode(huge, as: .jpeg())).metadata.density?.x == 65535)
  }
}

/// EXIF blocks put together by hand.
enum TestEXIF {
  /// Little-endian, with a tag before the orientation.
  static func body(orientation: UInt8) -> [UInt8] {
    [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 2, 0]
      + [0x0F, 0x01, 2, 0, 3, 0, 0, 0, 0x41, 0x42, 0, 0] + [0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]
      + [0, 0, 0, 0]
  }

  static func bigEndianBody(orientation: UInt8) -> [UInt8] {
    [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1] + [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0] + [0, 0, 0, 0]
  }
}
