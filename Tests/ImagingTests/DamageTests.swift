import Imaging
import Testing

@Suite struct DamageTests {
  private static let files = [
    "ycbcr-420.jpg", "ycbcr-420-progressive.jpg", "ycbcr-420-restart.jpg", "ycbcr-420-arithmetic.jpg", "metadata.jpg",
    "cmyk-adobe.jpg", "png-rgb-8.png", "png-palette-4-alpha.png", "png-gray-alpha-16-interlaced.png", "metadata.png",
  ]

  @Test(arguments: files)
  func everyPrefixIsRefusedOrWhole(name: String) throws {
    let bytes = try Fixture.bytes(name)
    let whole = try ImageDecoder.decode(bytes)
    let header = try ImageDecoder.inspect(bytes)
    for count in 0..<bytes.count {
      let prefix = Array(bytes[0..<count])
      if let found = try? ImageDecoder.inspect(prefix) { #expect(found == header, "\(count) of \(bytes.count) bytes") }
      do {
        // What is there before the last few bytes can't be the whole picture.
        let image = try ImageDecoder.decode(prefix)
        #expect(image.samples == whole.samples && image.alpha == whole.alpha, "\(count) of \(bytes.count) bytes")
      } catch {
        switch error {
        case .truncated, .empty: break
        default: Issue.record("\(count) of \(bytes.count) bytes: \(error)")
        }
      }
    }
  }

  /// Short rows must not hide that there can't be so many of them.
  @Test func aTallPictureThatCannotBeThereTakesNoMemory() throws {
    let sides = PNGFile.bigEndian(1) + PNGFile.bigEndian(1 << 28 - 1)
    let file =
      PNGFile.signature + PNGFile.chunk("IHDR", sides + [8, 0, 0, 0, 1])
      + PNGFile.chunk("IDAT", [UInt8](repeating: 0, count: 100_000)) + PNGFile.chunk("IEND", [])
    let limits = DecodingLimits(maxPixels: 1 << 30, maxCodecMemory: .max)
    #expect(throws: ImageDecodingError.truncated(.png, row: nil, height: 1 << 28 - 1)) {
      try ImageDecoder.decode(file, limits: limits)
    }
  }

  @Test func truncationNamesTheRow() throws {
    let image = Image.sample(width: 64, height: 640, .ycbcr)
    let bytes = try ImageEncoder.encode(image, as: .jpeg())
    #expect(throws: ImageDecodingError.self) { try ImageDecoder.decode(Array(bytes.prefix(bytes.count / 2))) }
    do {
      _ = try ImageDecoder.decode(Array(bytes.prefix(bytes.count / 2)))
    } catch {
      guard case .truncated(.jpeg, let row?, 640) = error else {
        Issue.record("\(error)")
        return
      }
      #expect((200...440).contains(row))
    }
  }

  /// The arithmetic decoder takes zeros for what is missing, and would go on to the last row that the header claims.
  @Test(arguments: ["ycbcr-420-arithmetic.jpg", "ycbcr-420-arithmetic-progressive.jpg"])
  func dataThatEndAtOnceAreGivenUpAtOnce(name: String) throws {
    var bytes = try Fixture.bytes(name)
    let frame = try #require(bytes.indices.first { bytes[$0] == 0xFF && [0xC9, 0xCA].contains(bytes[$0 + 1]) })
    // 7500 rows of 8000 pixels.
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [0x1D, 0x4C, 0x1F, 0x40])
    let scan = try #require(bytes.firstIndex(ofSequence: [0xFF, 0xDA]))
    let cut = Array(bytes.prefix(scan + 40))
    for decode in [{ try ImageDecoder.decode(cut) }, { try ImageDecoder.decodeSamples(cut) }] {
      let error = #expect(throws: ImageDecodingError.self) { try decode() }
      guard case .truncated(.jpeg, let row?, 7500) = error else {
        Issue.record("\(error as Any)")
        continue
      }
      #expect(row <= 16)
    }
  }

  @Test func aMissingEndMarkerAloneIsNoLoss() throws {
    let jpeg = try Fixture.bytes("ycbcr-420.jpg")
    #expect(try ImageDecoder.decode(Array(jpeg.dropLast(2))).samples == ImageDecoder.decode(jpeg).samples)
    let png = try Fixture.bytes("png-rgb-8.png")
    let cut = try ImageDecoder.decode(Array(png.dropLast(12)))
    #expect(try cut.samples == ImageDecoder.decode(png).samples)
    #expect(cut.notices == [.missingEnd])
  }

  @Test(arguments: files)
  func flippedBytesNeverTrap(name: String) throws {
    let bytes = try Fixture.bytes(name)
    var random = SeededGenerator(seed: 42)
    for _ in 0..<1000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        damaged[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
      }
      _ = try? ImageDecoder.inspect(damaged)
      guard let image = try? ImageDecoder.decode(damaged, limits: DecodingLimits(maxPixels: 1 << 20)) else { continue }
      #expect(image.samples.count == image.width * image.height * image.colorModel.channels)
      for policy in MetadataPolicy.allCases {
        _ = MetadataRewriter.applying(policy, to: damaged, metadata: image.metadata)
        for format in ImageFormat.allCases { _ = image.metadata.losses(writingAs: format, policy: policy) }
      }
    }
  }

  @Test func impossibleCodesAreAnErrorWhereverTheyAre() throws {
    // Sixteen ones are no Huffman code, in no table.
    let bytes = try ImageEncoder.encode(.sample(width: 256, height: 256, .ycbcr), as: .jpeg())
    let scan = try #require(bytes.firstIndex(ofSequence: [0xFF, 0xDA]))
    for place in stride(from: scan + 200, to: bytes.count - 200, by: 997) where bytes[place - 1] != 0xFF {
      var damaged = bytes
      damaged.replaceSubrange(place..<place + 8, with: [0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0])
      #expect(throws: ImageDecodingError.self, "byte \(place)") { try ImageDecoder.decode(damaged) }
    }
  }

  @Test func corruptDataAreAnError() throws {
    var jpeg = try Fixture.bytes("ycbcr-420.jpg")
    let scan = try #require(jpeg.firstIndex(ofSequence: [0xFF, 0xDA]))
    // A marker in the middle of the coded data.
    jpeg.replaceSubrange(scan + 100..<scan + 102, with: [0xFF, 0xC4])
    #expect(throws: ImageDecodingError.self) { try ImageDecoder.decode(jpeg) }

    var png = try Fixture.bytes("png-rgb-8.png")
    let data = try #require(png.firstIndex(ofSequence: Array("IDAT".utf8)))
    png[data + 40] ^= 0x10
    #expect(throws: ImageDecodingError.self) { try ImageDecoder.decode(png) }
  }
}
