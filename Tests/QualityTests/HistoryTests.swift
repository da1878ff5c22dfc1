import Imaging
import Quality
import Testing

@Suite struct HistoryTests {
  private func jpeg(_ image: Image, quality: Int) throws -> Image {
    let options = JPEGOptions(quality: quality, sampling: .s420)
    return try ImageDecoder.decode(ImageEncoder.encode(image, as: .jpeg(options)))
  }

  private func cropped(_ image: Image, x: Int, y: Int) throws -> Image {
    try Image(
      planes: image.planes(x: x, y: y, width: image.width - x, height: image.height - y), colorModel: .rgb)
  }

  @Test func theLargestStepsThatAFileCanHaveAreNoTrap() throws {
    let bytes = try ImageEncoder.encode(try Fixture.reference("flower.png"), as: .jpeg(JPEGOptions(quality: 90)))
    var patched: [UInt8] = []
    var place = 0
    while place < bytes.count {
      guard place + 4 <= bytes.count, bytes[place] == 0xFF, bytes[place + 1] == 0xDB else {
        patched.append(bytes[place])
        place += 1
        continue
      }
      // Tables of 8 bits become tables of 16.
      let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
      let tables = stride(from: place + 4, to: place + 2 + length, by: 65).map { bytes[$0] & 15 }
      let newLength = 2 + 129 * tables.count
      patched += [0xFF, 0xDB, UInt8(newLength >> 8), UInt8(newLength & 255)]
      for table in tables { patched += [0x10 | table] + [UInt8](repeating: 0xFF, count: 128) }
      place += 2 + length
    }
    let image = try ImageDecoder.decode(patched)
    let steps = try #require(image.coefficients).components[0].steps
    #expect(steps.allSatisfy { $0 == .max })
    _ = CompressionHistory(of: image)
  }

  @Test(arguments: [50, 75, 90]) func theGridOfTheFileItselfIsNoEarlierOne(quality: Int) throws {
    let options = JPEGOptions(quality: quality, sampling: .s444)
    var bytes = try ImageEncoder.encode(try Fixture.reference("flower.png"), as: .jpeg(options))
    // As a file whose components are red, green and blue: no JFIF header, and Adobe's, without a transform.
    let header = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("JFIF".utf8)) })
    bytes[header] = UInt8(ascii: "X")
    bytes.insert(contentsOf: [0xFF, 0xEE, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 0], at: 2)
    let image = try ImageDecoder.decode(bytes)
    #expect(image.colorModel == .rgb && image.coefficients == nil)
    #expect(CompressionHistory(of: image).earlierGrid == nil)
  }

  @Test(arguments: ["flower.png", "mountains.png", "pebbles.png"])
  func onceIsOnce(name: String) throws {
    let original = try Fixture.reference(name)
    #expect(!CompressionHistory(of: original).wasCompressedBefore)
    for quality in [20, 50, 75, 90, 95] {
      #expect(!CompressionHistory(of: try jpeg(original, quality: quality)).wasCompressedBefore, "\(quality)")
    }
  }

  @Test(arguments: [10, 30, 50, 75]) func theEarlierQualityIsTold(quality: Int) throws {
    let before = try jpeg(try Fixture.reference("flower.png"), quality: quality).converted(to: .png)
    let history = CompressionHistory(of: try jpeg(before, quality: 95))
    let found = try #require(history.earlierQuality)
    #expect(abs(found - quality) <= 3)
  }

  @Test(arguments: [(0, 0), (3, 5), (7, 1), (4, 4)])
  func theGridIsFoundInPixels(x: Int, y: Int) throws {
    let picture = try cropped(try jpeg(try Fixture.reference("flower.png"), quality: 40), x: x, y: y)
    let grid = try #require(CompressionHistory(of: picture).earlierGrid)
    #expect(grid.x == (8 - x) % 8 && grid.y == (8 - y) % 8)
  }

  @Test func anotherGridIsFoundInFiles() throws {
    let picture = try cropped(try jpeg(try Fixture.reference("flower.png"), quality: 20), x: 3, y: 0)
    let grid = try #require(CompressionHistory(of: try jpeg(picture, quality: 90)).earlierGrid)
    #expect(grid.x == 5 && grid.y == 0)
  }

  @Test func anotherGridIsFoundUnderACoarseCompression() throws {
    let picture = try cropped(try jpeg(try Fixture.reference("flower.png"), quality: 10), x: 3, y: 0)
    let grid = try #require(CompressionHistory(of: try jpeg(picture, quality: 75)).earlierGrid)
    // Where exactly is less sure there.
    #expect(grid.x != 0)
  }

  /// Frames, margins and the joints of tiles cross the whole picture, but only one block.
  @Test func aLineOfThePictureIsNoGrid() throws {
    let original = try Fixture.reference("mountains.png")
    var planes = original.planes()
    for index in planes.indices {
      for row in 0..<original.height {
        for column in [101, 102] { planes[index].samples[row * original.width + column] = 0 }
      }
      for column in 0..<original.width { planes[index].samples[77 * original.width + column] = 1 }
    }
    let lined = try Image(planes: planes, colorModel: .rgb)
    #expect(CompressionHistory(of: lined).earlierGrid == nil)
    for quality in [50, 75, 90] {
      #expect(!CompressionHistory(of: try jpeg(lined, quality: quality)).wasCompressedBefore, "\(quality)")
    }
  }

  @Test func smallPicturesSayNothing() throws {
    let samples = Samples.eight([UInt8](repeating: 7, count: 300))
    let history = CompressionHistory(of: Image(width: 20, height: 15, colorModel: .gray, samples: samples))
    #expect(history.earlierGrid == nil && history.earlierQuality == nil)
  }
}
