import Imaging
import Testing

/// What follows a JPEG picture in its file.
@Suite struct TrailerTests {
  /// As of a motion photo, with JPEG's markers in it.
  private static let video: [UInt8] =
    [0, 0, 0, 0x18] + Array("ftypmp42".utf8) + (0..<500).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    + [0xFF, 0xD8, 0xFF, 0xDA, 0, 8, 0xFF, 0xD9]

  private static let files = [
    "ycbcr-420.jpg", "ycbcr-420-progressive.jpg", "ycbcr-420-scans.jpg", "ycbcr-420-restart.jpg",
    "ycbcr-420-arithmetic.jpg", "ycbcr-420-arithmetic-progressive.jpg", "gray.jpg", "rgb.jpg", "cmyk-adobe.jpg",
    "metadata.jpg",
  ]

  @Test(arguments: files) func itIsFoundBehindEveryKindOfPicture(name: String) throws {
    let bytes = try Fixture.bytes(name)
    for decode in [{ try ImageDecoder.decode($0) }, { try ImageDecoder.decodeSamples($0) }]
      as [([UInt8]) throws -> Image]
    {
      let plain = try decode(bytes)
      let image = try decode(bytes + Self.video)
      #expect(plain.metadata.trailer.isEmpty)
      #expect(image.metadata.trailer.elementsEqual(Self.video))
      #expect(image.samples == plain.samples && image.notices == plain.notices)
    }
  }

  @Test func itFollowsTheNewPicture() throws {
    let image = try ImageDecoder.decode(Fixture.bytes("ycbcr-420.jpg") + Self.video)
    for options in [JPEGOptions(), JPEGOptions(progressive: true)] {
      let file = try ImageEncoder.encode(image, as: .jpeg(options))
      #expect(file.suffix(Self.video.count).elementsEqual(Self.video))
      #expect(file.dropLast(Self.video.count).suffix(2) == [0xFF, 0xD9])
    }
    #expect(image.metadata.losses(writingAs: .jpeg).isEmpty)
  }

  @Test func rowsThatStreamMakeNoDifference() throws {
    let image = Image.sample(.gray, metadata: Metadata(trailer: Self.video[...]))
    let encoding = StreamedEncoding(as: .jpeg(), metadata: .all)
    let plane = image.planes()[0].samples
    let result = try image.replacing(for: .jpeg, encoding: encoding) { canvas in
      plane.withUnsafeBufferPointer { samples in
        guard let start = samples.baseAddress else { return }
        for row in 0..<image.height {
          canvas.write(row, 0..<image.width, plane: start + row * image.width, channel: 0)
        }
      }
    }
    #expect(try encoding.file() == ImageEncoder.encode(result, as: .jpeg()))
    #expect(try encoding.file()?.suffix(Self.video.count).elementsEqual(Self.video) == true)
  }

  @Test func leavingItOutIsTold() throws {
    let image = try ImageDecoder.decode(Fixture.bytes("ycbcr-420.jpg") + Self.video)
    let notices = [ImageNotice.trailer(bytes: Self.video.count)]
    for policy in MetadataPolicy.allCases {
      #expect(image.metadata.losses(writingAs: .png, policy: policy) == notices)
      guard policy != .all else { continue }
      #expect(image.metadata.losses(writingAs: .jpeg, policy: policy) == notices)
      let file = try ImageEncoder.encode(image, as: .jpeg(), metadata: policy)
      #expect(file.suffix(2) == [0xFF, 0xD9])
      #expect(try ImageDecoder.decode(file).metadata.trailer.isEmpty)
    }
  }

  @Test func paddingIsNothing() throws {
    let bytes = try Fixture.bytes("ycbcr-420.jpg")
    for padding in [[UInt8](repeating: 0, count: 5000), [UInt8](repeating: 7, count: 15), [0xFF, 0xD9]] {
      let image = try ImageDecoder.decode(bytes + padding)
      #expect(image.metadata.isEmpty && image.notices.isEmpty)
    }
  }

  /// The list has offsets from the beginning of the file, which the new picture moves.
  @Test func whatAListOfPicturesPointsToIsLeftOut() throws {
    let list = JPEGFile.segment(0xE2, Array("MPF\0II*\0".utf8))
    let bytes = JPEGFile.inserting(list, into: try Fixture.bytes("ycbcr-420.jpg")) + Self.video
    let image = try ImageDecoder.decode(bytes)
    #expect(image.metadata.isEmpty)
    #expect(image.notices == [.furtherPictures, .trailer(bytes: Self.video.count)])
  }

  @Test func endsThatAreNotThePicturesDoNotCount() throws {
    let bytes = try Fixture.bytes("ycbcr-420.jpg")
    // A thumbnail has an end of its own.
    let exif = TestEXIF.body(orientation: 6) + [0xFF, 0xD8, 0xFF, 0xD9] + Self.video
    let withThumbnail = JPEGFile.inserting(JPEGFile.segment(0xE1, Array("Exif\0\0".utf8) + exif), into: bytes)
    #expect(try ImageDecoder.decode(withThumbnail).metadata.trailer.isEmpty)
    #expect(try ImageDecoder.decode(withThumbnail + Self.video).metadata.trailer.elementsEqual(Self.video))
    // Behind a picture without an end nobody knows where the rest begins.
    let cut = Array(bytes.dropLast(2))
    #expect(try ImageDecoder.decode(cut).metadata.trailer.isEmpty)
    #expect(try ImageDecoder.decode(cut + Self.video).metadata.trailer.isEmpty)
  }
}
