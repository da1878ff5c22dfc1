import Foundation
import Imaging
import Testing

@testable import RBQE

/// Files that define quantisation tables between their scans: each component keeps those of its first scan.
@Suite struct RedefinedTablesTests {
  /// The steps of Y, Cb and Cr as a file has them, in zigzag order.
  private static let tables = [7, 17, 29].map { factor in (0..<64).map { UInt8(3 + factor * $0 % 41) } }

  private static func fixture(_ name: String) throws -> [UInt8] {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return [UInt8](try Data(contentsOf: tests.appending(path: "ImagingTests/Fixtures/\(name)")))
  }

  private static func places(of marker: UInt8, in bytes: [UInt8]) -> [Int] {
    bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] == marker }
  }

  private static func definition(_ slot: Int, _ steps: [UInt8]) -> [UInt8] {
    [0xFF, 0xDB, 0, 67, UInt8(slot)] + steps
  }

  /// A file of one scan for each component, whose tables are in these slots: before everything else, or each one just
  /// before the scan that needs it.
  private static func file(slots: [Int], tablesFirst: Bool = false) throws -> [UInt8] {
    var bytes = try fixture("ycbcr-420-scans.jpg")
    for place in places(of: 0xDB, in: bytes).reversed() { bytes.removeSubrange(place..<place + 69) }
    let frame = try #require(places(of: 0xC0, in: bytes).first)
    for (index, slot) in slots.enumerated() { bytes[frame + 12 + 3 * index] = UInt8(slot) }
    let scans = places(of: 0xDA, in: bytes)
    try #require(scans.count == 3)
    for index in (0..<3).reversed() {
      bytes.insert(contentsOf: definition(slots[index], tables[index]), at: tablesFirst ? frame : scans[index])
    }
    return bytes
  }

  @Test(arguments: [[0, 0, 0], [0, 1, 1], [0, 1, 2]])
  func stepsAreThoseThatWereInForceWhenAScanBegan(slots: [Int]) throws {
    let plainFile = try Self.file(slots: [0, 1, 2], tablesFirst: true)
    let bytes = try Self.file(slots: slots)
    let (plain, image) = (try ImageDecoder.decode(plainFile), try ImageDecoder.decode(bytes))
    let coefficients = try #require(plain.coefficients)
    for (component, table) in zip(coefficients.components, Self.tables) {
      #expect(JPEGTables.zigzag.map { component.steps[$0] } == table.map(UInt16.init))
    }
    #expect(image.coefficients == coefficients && image.planes() == plain.planes())
    #expect(try ImageDecoder.decodeSamples(bytes).samples == ImageDecoder.decodeSamples(plainFile).samples)

    var planes = image.planes()
    for index in planes.indices {
      for place in planes[index].samples.indices { planes[index].samples[place] += place % 3 == 0 ? 0.2 : -0.1 }
    }
    let constraint = try #require(
      ImageConstraint(.strict, for: image, found: nil, errors: [])?.constraint(exit: 1))
    #expect(constraint.apply(to: &planes, threads: 1) > 0)
    #expect(coefficientsLost(by: planes, of: coefficients) == 0)
    #expect(blocksContradicted(by: planes, of: coefficients) == 0)
  }

  @Test(arguments: [[0, 0, 0], [0, 1, 1], [0, 1, 2]])
  func whatIsSaidOfTheFileIsSaidOfThoseSteps(slots: [Int]) throws {
    let plainFile = try Self.file(slots: [0, 1, 2], tablesFirst: true)
    let bytes = try Self.file(slots: slots)
    let plain = try ImageDecoder.decode(plainFile)
    for image in [try ImageDecoder.decode(bytes), try ImageDecoder.decodeSamples(bytes)] {
      #expect(image.jpeg == plain.jpeg)
      let options = JPEGOptions(sampling: .s420, matchesSource: true)
      let written = try ImageDecoder.decode(ImageEncoder.encode(image, as: .jpeg(options)))
      #expect(written.coefficients?.components.map(\.steps) == plain.coefficients?.components.map(\.steps))
    }
  }

  @Test func laterScansOfAComponentChangeNothing() throws {
    let bytes = try Self.fixture("ycbcr-420-progressive.jpg")
    let scan = try #require(Self.places(of: 0xDA, in: bytes).last)
    var redefined = bytes
    for slot in [0, 1] { redefined.insert(contentsOf: Self.definition(slot, Self.tables[2]), at: scan) }
    let (plain, image) = (try ImageDecoder.decode(bytes), try ImageDecoder.decode(redefined))
    #expect(plain.coefficients != nil && image.coefficients == plain.coefficients && image.jpeg == plain.jpeg)
  }
}
