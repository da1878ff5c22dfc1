import Imaging
import Testing

@Suite struct PNGMetadataTests {
  private func decoded(inserting chunks: [UInt8]) throws -> Image {
    try ImageDecoder.decode(PNGFile.inserting(chunks, into: Fixture.bytes("png-rgb-8.png")))
  }

  @Test func chunksSurviveFromPNGToPNG() throws {
    let first = try ImageDecoder.decode(try Fixture.bytes("metadata.png"))
    #expect(first.metadata.colorChunks.map(\.name) == ["gAMA"])
    #expect(first.metadata.otherChunks.map(\.name) == ["zTXt", "saFe"])
    let bytes = try ImageEncoder.encode(first, as: .png())
    #expect(try ImageDecoder.decode(bytes).metadata == first.metadata)
    let names = PNGFile.chunks(of: bytes).map(\.name)
    #expect(
      names == ["IHDR", "iCCP", "gAMA", "pHYs", "eXIf", "iTXt", "tEXt", "zTXt", "saFe", "IDAT", "IEND"])
  }

  @Test func colourDescriptionsSurvive() throws {
    let chunks: [(String, [UInt8])] = [
      ("cICP", [9, 16, 0, 1]), ("cHRM", [UInt8](repeating: 1, count: 32)), ("sRGB", [0]),
      ("mDCV", [UInt8](repeating: 2, count: 24)), ("cLLI", [UInt8](repeating: 3, count: 8)),
    ]
    let image = try decoded(inserting: chunks.flatMap { PNGFile.chunk($0.0, $0.1) })
    #expect(image.notices.isEmpty)
    let back = try ImageDecoder.decode(ImageEncoder.encode(image, as: .png(), metadata: .icc)).metadata
    #expect(back.colorChunks == image.metadata.colorChunks && back.colorChunks.count == 5)
    #expect(try ImageDecoder.decode(ImageEncoder.encode(image, as: .png(), metadata: .none)).metadata.isEmpty)
  }

  @Test func compressedAndPlainPacketsAreRead() throws {
    let packet = Array("<x/>".utf8)
    let plain = Array("XML:com.adobe.xmp\0\0\0en\0\0".utf8) + packet
    #expect(try decoded(inserting: PNGFile.chunk("iTXt", plain)).metadata.xmp == packet)
    let damaged = try decoded(inserting: PNGFile.chunk("iTXt", Array("XML:com.adobe.xmp\0\u{1}\0\0\0xx".utf8)))
    #expect(damaged.metadata.xmp == nil && damaged.notices == [.damaged(.xmp)])
  }

  @Test func commentsInUTF8KeepTheirCharacters() throws {
    let comment = Array("Grüße".utf8)
    let bytes = try ImageEncoder.encode(.sample(.gray, metadata: Metadata(comments: [comment + [0]])), as: .png())
    #expect(PNGFile.chunks(of: bytes).map(\.name) == ["IHDR", "iTXt", "IDAT", "IEND"])
    #expect(try ImageDecoder.decode(bytes).metadata.comments == [comment])
  }

  @Test func damagedChunksAreLeftOutAndNoted() throws {
    var chunk = PNGFile.chunk("gAMA", [0, 0, 0xB1, 0x8F])
    chunk[9] ^= 1
    #expect(try decoded(inserting: chunk).notices == [.damaged(.colorChunks)])
    let profile = try decoded(inserting: PNGFile.chunk("iCCP", Array("name\0\0nonsense".utf8)))
    #expect(profile.notices == [.damaged(.icc)])
    #expect(try decoded(inserting: PNGFile.chunk("eXIf", [1, 2, 3])).notices == [.damaged(.exif)])
  }

  /// A file could have a reader unpack one damaged stream after the other.
  @Test func onlyTheFirstOfWhatComesOnceIsLookedAt() throws {
    let whole = try ImageEncoder.encode(.sample(.rgb, metadata: Metadata(iccProfile: [1, 2, 3])), as: .png())
    let profile = try #require(PNGFile.chunks(of: whole).first { $0.name == "iCCP" })
    let good = PNGFile.chunk("iCCP", profile.content)
    let bad = PNGFile.chunk("iCCP", Array("name\0\0nonsense".utf8))
    let first = try decoded(inserting: good + bad)
    #expect(first.metadata.iccProfile == [1, 2, 3] && first.notices == [.repeated(.icc)])
    let second = try decoded(inserting: bad + good + bad)
    #expect(second.metadata.iccProfile == nil && second.notices == [.damaged(.icc), .repeated(.icc)])
    let exif = PNGFile.chunk("eXIf", TestEXIF.body(orientation: 5))
    #expect(try decoded(inserting: exif + exif).notices == [.repeated(.exif)])
    let packet = PNGFile.chunk("iTXt", Array("XML:com.adobe.xmp\0\0\0en\0\0<x/>".utf8))
    #expect(try decoded(inserting: packet + packet).notices == [.repeated(.xmp)])
  }

  @Test func aFloodOfChunksIsCut() throws {
    let image = try decoded(inserting: Array(repeating: PNGFile.chunk("tIME", []), count: 10_100).flatMap(\.self))
    #expect(image.metadata.otherChunks.count <= 10_000 && image.notices == [.damaged(.other)])
  }

  @Test func aPacketThatIsTooLargeIsLeftOut() throws {
    let zeros = Image.sample(.rgb, metadata: Metadata(iccProfile: [UInt8](repeating: 0, count: 17 << 20)))
    let profile = try #require(PNGFile.chunks(of: ImageEncoder.encode(zeros, as: .png())).first { $0.name == "iCCP" })
    let end = try #require(profile.content.firstIndex(of: 0))
    let packet = Array("XML:com.adobe.xmp\0\u{1}\0\0\0".utf8) + profile.content[(end + 2)...]
    let image = try decoded(inserting: PNGFile.chunk("iTXt", packet))
    #expect(image.metadata.xmp == nil && image.notices == [.tooLarge(.xmp, bytes: 17 << 20, limit: 16 << 20)])
  }

  @Test func aProfileThatIsTooLargeIsLeftOut() throws {
    // 17 MiB of zeros, as our own encoder deflates them.
    let zeros = Image.sample(.rgb, metadata: Metadata(iccProfile: [UInt8](repeating: 0, count: 17 << 20)))
    let bytes = try ImageEncoder.encode(zeros, as: .png())
    #expect(bytes.count < 100_000)
    let image = try ImageDecoder.decode(bytes)
    #expect(image.metadata.iccProfile == nil)
    #expect(image.notices == [.tooLarge(.icc, bytes: 17 << 20, limit: 16 << 20)])
    // Of one that is cut nobody knows the size.
    let chunk = try #require(PNGFile.chunks(of: bytes).first { $0.name == "iCCP" })
    let cut = PNGFile.chunk("iCCP", Array(chunk.content.dropLast(4)))
    #expect(try decoded(inserting: cut).notices == [.damaged(.icc)])
  }

  @Test func signatureInFrontOfEXIFIsTakenOff() throws {
    let body = TestEXIF.body(orientation: 5)
    let image = try decoded(inserting: PNGFile.chunk("eXIf", Array("Exif\0\0".utf8) + body))
    #expect(image.metadata.exif == body)
  }

  @Test func signaturesOfOldPixelsGo() throws {
    let image = try decoded(inserting: PNGFile.chunk("caBX", [1]) + PNGFile.chunk("unSF", [1]))
    #expect(image.notices == [.contentCredentials] && image.metadata.isEmpty)
  }
}
