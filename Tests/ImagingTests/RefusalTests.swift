import Imaging
import Testing

@Suite struct RefusalTests {
  private func error(_ bytes: [UInt8], limits: DecodingLimits = DecodingLimits()) -> ImageDecodingError? {
    do {
      _ = try ImageDecoder.decode(bytes, limits: limits)
      return nil
    } catch {
      return error
    }
  }

  @Test func filesThatAreNoPicturesAreNamed() {
    #expect(error([]) == .empty)
    #expect(error(Array("GIF89a".utf8)) == .notAnImage(found: "a GIF picture"))
    #expect(error(Array("RIFF\0\0\0\0WEBPVP8 ".utf8)) == .notAnImage(found: "a WebP picture"))
    #expect(error([0, 0, 0, 28] + Array("ftypavif".utf8)) == .notAnImage(found: "an AVIF picture"))
    #expect(error([0x49, 0x49, 0x2A, 0, 8]) == .notAnImage(found: "a TIFF picture"))
    #expect(error(Array("Some words.\n".utf8)) == .notAnImage(found: "a text file"))
    #expect(error(Array("<html>".utf8)) == .notAnImage(found: "a web page, SVG or XML file"))
    #expect(error([0, 0, 0]) == .notAnImage(found: "a file of zeros"))
    #expect(error([0x01, 0x00, 0xFE]) == .notAnImage(found: "unknown data beginning with 01 00 FE"))
  }

  @Test func kindsThatAreNotDoneAreNamed() throws {
    let features = [
      "12-bit.jpg": "12-bit samples", "lossless.jpg": "lossless coding (SOF3)",
      "hierarchical.jpg": "hierarchical coding (SOF5)", "jpeg-ls.jpg": "JPEG-LS coding (SOF55)",
      "two-components.jpg": "2 colour components", "later-height.jpg": "a height that comes after the picture (DNL)",
    ]
    for (name, feature) in features {
      #expect(error(try Fixture.bytes("refused-\(name)")) == .unsupported(.jpeg, feature: feature))
    }
    let animation = error(try Fixture.bytes("refused-animation.png"))
    #expect(animation == .unsupported(.png, feature: "an animation (APNG)"))
  }

  @Test func picturesOfApplePhoneAppsAreNamed() throws {
    let plain = try Fixture.bytes("png-rgb-8.png")
    let packed = PNGFile.signature + PNGFile.chunk("CgBI", [0x50, 0, 0x20, 6]) + plain[8...]
    guard case .unsupported(.png, let feature) = error(packed) else {
      Issue.record("\(error(packed) as Any)")
      return
    }
    #expect(feature.contains("CgBI") && feature.contains("pngcrush"))
  }

  @Test func whatIsNotShownAsAnAnimationIsNone() throws {
    let plain = try Fixture.bytes("png-rgb-8.png")
    let whole = try ImageDecoder.decode(plain)
    func control(_ frames: Int) -> [UInt8] { PNGFile.chunk("acTL", PNGFile.bigEndian(frames) + [0, 0, 0, 0]) }
    #expect(error(PNGFile.inserting(control(2), into: plain)) == .unsupported(.png, feature: "an animation (APNG)"))
    let single = PNGFile.inserting(control(1), into: plain)
    let late = Array(plain.dropLast(12)) + control(2) + plain.suffix(12)
    let cut = PNGFile.inserting(PNGFile.chunk("acTL", [0, 0, 0, 2]), into: plain)
    for file in [single, late, cut] {
      let image = try ImageDecoder.decode(file)
      #expect(image.samples == whole.samples && image.metadata == whole.metadata && image.notices.isEmpty)
    }
  }

  @Test func limitsAreCheckedOnTheHeader() throws {
    for name in ["ycbcr-420.jpg", "png-rgb-8.png"] {
      let bytes = try Fixture.bytes(name)
      let limits = DecodingLimits(maxPixels: 37 * 27 - 1)
      #expect(error(bytes, limits: limits) == .tooManyPixels(width: 37, height: 27, limit: 998))
      #expect(error(bytes, limits: DecodingLimits(maxPixels: 37 * 27)) == nil)
    }
  }

  @Test func hugeHeadersCostNothing() throws {
    var jpeg = try Fixture.bytes("ycbcr-420.jpg")
    let frame = try #require(jpeg.firstIndex(ofSequence: [0xFF, 0xC0]))
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
    #expect(error(jpeg) == .tooManyPixels(width: 65500, height: 65500, limit: 268_402_689))
    #expect(error(jpeg, limits: DecodingLimits(maxPixels: .max)) == .truncated(.jpeg, row: nil, height: 65500))

    let png = PNGFile.header(width: 0x7FFF_FFFF, height: 0x7FFF_FFFF)
    let sides = 0x7FFF_FFFF
    #expect(error(png) == .tooManyPixels(width: sides, height: sides, limit: 268_402_689))
    #expect(error(png, limits: DecodingLimits(maxPixels: .max)) != nil)
    #expect(error(PNGFile.header(width: 16000, height: 16000)) == .truncated(.png, row: nil, height: 16000))
  }

  @Test func codecMemoryIsLimited() throws {
    for (name, bytes) in [("ycbcr-420-progressive.jpg", 3 * 2 * 6 * 128), ("png-rgb-8-interlaced.png", 37 * 27 * 3)] {
      let file = try Fixture.bytes(name)
      #expect(try ImageDecoder.inspect(file).codecMemory == bytes)
      let limits = DecodingLimits(maxCodecMemory: bytes - 1)
      #expect(error(file, limits: limits) == .outOfMemory(bytes: bytes, limit: bytes - 1))
      #expect(error(file, limits: DecodingLimits(maxCodecMemory: bytes)) == nil)
    }
  }

  @Test func scansAreLimited() throws {
    let bytes = try Fixture.bytes("ycbcr-420-progressive.jpg")
    #expect(error(bytes, limits: DecodingLimits(maxScans: 3)) == .tooManyScans(limit: 3))
  }

  @Test func messagesSayWhatToDo() {
    let samples: [ImageDecodingError] = [
      .empty, .notAnImage(found: "a GIF picture"), .truncated(.jpeg, row: 3, height: 9),
      .corrupt(.png, reason: "CRC error", row: nil), .unsupported(.png, feature: "an animation (APNG)"),
      .tooManyPixels(width: 9, height: 9, limit: 1), .tooManyScans(limit: 1), .outOfMemory(bytes: 9, limit: 1),
      .outOfMemory(bytes: 9, limit: nil),
    ]
    for error in samples { #expect(error.description.contains("; "), "\(error)") }
    #expect(
      "\(ImageDecodingError.truncated(.jpeg, row: 3, height: 9))"
        == "the JPEG file is truncated: it ends at row 3 of 9; copy it again from where it came")
    #expect("\(ImageConversionError.alpha(.jpeg))".contains("--format png"))
  }
}
