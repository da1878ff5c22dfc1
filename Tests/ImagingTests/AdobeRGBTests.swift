import Imaging
import Testing

/// Cameras that are set to Adobe RGB write no profile, but a mark in EXIF: without it colours would look pale.
@Suite struct AdobeRGBTests {
  /// As a camera writes it.
  private static func exif(
    index: String = "R03", colorSpace: Int = 0xFFFF, orientation: Int = 1, isBigEndian: Bool = false
  ) -> [UInt8] {
    let tiff = TestTIFF(isBigEndian: isBigEndian)
    let first = [tiff.number(0x0112, type: 3, orientation), tiff.number(0x8769, type: 4, 38)]
    let second = [
      tiff.number(0x9209, type: 3, 16), tiff.number(0xA001, type: 3, colorSpace), tiff.number(0xA005, type: 4, 80),
    ]
    return tiff.file([first, second, [tiff.word(0x0001, index)]])
  }

  /// The EXIF data of what is written, under a policy, of a picture with some metadata.
  private func written(
    _ metadata: Metadata, as format: ImageFormat, _ policy: MetadataPolicy = .icc
  ) throws -> [UInt8]? {
    let options: EncodingOptions = format == .png ? .png() : .jpeg()
    let file = try ImageEncoder.encode(.sample(.ycbcr, metadata: metadata), as: options, metadata: policy)
    return try ImageDecoder.decode(file).metadata.exif
  }

  @Test(arguments: ImageFormat.allCases, [false, true])
  func theMarkStaysWithColours(format: ImageFormat, isBigEndian: Bool) throws {
    for orientation in [1, 6] {
      let metadata = Metadata(exif: Self.exif(orientation: orientation, isBigEndian: isBigEndian))
      let least = try #require(try written(metadata, as: format))
      #expect(least.count == 86 && least.firstIndex(ofSequence: Array("R03\0".utf8)) != nil)
      #expect(Metadata(exif: least).orientation == orientation)
      // It is understood as what it was.
      #expect(try written(Metadata(exif: least), as: format) == least)
      #expect(try written(metadata, as: format, .all) == metadata.exif)
      #expect(try written(metadata, as: format, .none)?.count == (orientation == 1 ? nil : 26))
    }
  }

  @Test(arguments: ImageFormat.allCases)
  func itStaysInFilesThatAreLeftAlone(format: ImageFormat) throws {
    let metadata = Metadata(exif: Self.exif(orientation: 3), comments: [[65]])
    let options: EncodingOptions = format == .png ? .png() : .jpeg()
    let file = try ImageEncoder.encode(.sample(.ycbcr, metadata: metadata), as: options)
    let stripped = try ImageDecoder.decode(MetadataRewriter.applying(.icc, to: file, metadata: metadata)).metadata
    #expect(try stripped == Metadata(exif: written(metadata, as: format)))
  }

  @Test(arguments: ImageFormat.allCases)
  func whatSaysItBetterCountsAlone(format: ImageFormat) throws {
    #expect(try written(Metadata(iccProfile: [1, 2, 3], exif: Self.exif()), as: format) == nil)
    let described = Metadata(exif: Self.exif(), colorChunks: [PNGChunk(name: "sRGB", content: [0])])
    #expect(try written(described, as: format) == nil)
    #expect(try written(Metadata(exif: Self.exif(index: "R98")), as: format) == nil)
    #expect(try written(Metadata(exif: Self.exif(colorSpace: 1)), as: format) == nil)
    #expect(try written(Metadata(exif: Array(Self.exif().prefix(90))), as: format) == nil)
  }

  @Test func itStaysWhereTheWholeIsTooLong() throws {
    let long = Metadata(exif: Self.exif(orientation: 8) + [UInt8](repeating: 0, count: 70_000))
    #expect(try written(long, as: .jpeg, .all) == written(long, as: .jpeg, .icc))
  }
}
