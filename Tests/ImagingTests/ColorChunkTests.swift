import Imaging
import Testing

/// What of PNG's colour descriptions a JPEG file can't say.
@Suite struct ColorChunkTests {
  private static let sRGB = PNGChunk(name: "sRGB", content: [0])
  private static let displays = PNGChunk(name: "mDCV", content: [UInt8](repeating: 2, count: 24))

  private static func codes(_ primaries: UInt8, _ transfer: UInt8) -> PNGChunk {
    PNGChunk(name: "cICP", content: [primaries, transfer, 0, 1])
  }

  private static func gamma(_ value: Int) -> PNGChunk { PNGChunk(name: "gAMA", content: PNGFile.bigEndian(value)) }

  /// Those of sRGB, with something added to one of the numbers.
  private static func primaries(adding difference: Int = 0, to index: Int = 0) -> PNGChunk {
    var numbers = [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000]
    numbers[index] += difference
    return PNGChunk(name: "cHRM", content: numbers.flatMap(PNGFile.bigEndian))
  }

  private func isTold(_ chunks: [PNGChunk], profile: [UInt8]? = nil) -> Bool {
    let metadata = Metadata(iccProfile: profile, colorChunks: chunks)
    let losses = metadata.losses(writingAs: .jpeg)
    #expect(losses == metadata.losses(writingAs: .jpeg, policy: .icc))
    #expect(metadata.losses(writingAs: .png).isEmpty && metadata.losses(writingAs: .jpeg, policy: .none).isEmpty)
    #expect(losses.isEmpty || losses == [.noPlace(.colorChunks, in: .jpeg)])
    return !losses.isEmpty
  }

  @Test func codesComeFirst() {
    #expect(isTold([Self.codes(9, 16)]))
    #expect(isTold([Self.codes(9, 16), Self.sRGB]))
    #expect(isTold([Self.sRGB, Self.codes(1, 16)], profile: [1]))
    #expect(!isTold([Self.codes(1, 13)]))
    #expect(!isTold([Self.codes(1, 13), Self.gamma(100_000)]))
    // What isn't one.
    #expect(!isTold([PNGChunk(name: "cICP", content: [9]), Self.sRGB]))
  }

  @Test func thenProfilesAndTheNameOfSRGB() {
    #expect(!isTold([Self.sRGB, Self.gamma(100_000), Self.primaries(adding: 900)]))
    #expect(!isTold([Self.gamma(100_000), Self.displays], profile: [1]))
    #expect(!isTold([Self.sRGB, Self.displays]))
  }

  @Test func thenGammaAndPrimaries() {
    #expect(!isTold([]))
    #expect(!isTold([Self.gamma(45455)]))
    #expect(!isTold([Self.gamma(45454), Self.primaries()]))
    #expect(!isTold([Self.primaries(adding: -1, to: 7)]))
    #expect(isTold([Self.gamma(45457)]))
    #expect(isTold([Self.gamma(100_000), Self.primaries()]))
    #expect(isTold([Self.gamma(45455), Self.primaries(adding: 2, to: 3)]))
    #expect(isTold([PNGChunk(name: "cHRM", content: [1, 2])]))
    #expect(isTold([Self.displays]))
  }

  @Test func filesTellIt() throws {
    let chunks = PNGFile.chunk("cICP", [9, 16, 0, 1]) + PNGFile.chunk("sRGB", [0])
    let image = try ImageDecoder.decode(PNGFile.inserting(chunks, into: Fixture.bytes("png-rgb-8.png")))
    #expect(image.metadata.losses(writingAs: .jpeg) == [.noPlace(.colorChunks, in: .jpeg)])
  }
}
