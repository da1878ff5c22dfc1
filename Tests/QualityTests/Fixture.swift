import Foundation
import Imaging

/// Reads the golden set that `make_fixtures.py` writes.
enum Fixture {
  /// One expected result.
  struct Case: Decodable, Sendable {
    struct Expected: Decodable, Sendable {
      let score, smoothMean, texturedMean, texturedShare: Double
      let smoothBlocks, texturedBlocks, omittedBlocks: Int
    }
    let image: String
    let variant: String
    let block: Int
    let expected: Expected
  }

  struct Unreadable: Error {
    let name: String
  }

  /// A picture of `testimages/reference`.
  static func reference(_ name: String) throws -> Image {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try ImageDecoder.decode([UInt8](try Data(contentsOf: root.appending(path: "testimages/reference/\(name)"))))
  }

  static func cases() throws -> [Case] {
    try JSONDecoder().decode([Case].self, from: data("assessor.json"))
  }

  /// A binary PGM, as a plane of levels / 255.
  static func plane(_ name: String) throws -> Plane {
    let bytes = try data(name + ".pgm")
    let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4 else { throw Unreadable(name: name) }
    let sizes = String(decoding: parts[1], as: UTF8.self).split(separator: " ").compactMap { Int($0) }
    guard sizes.count == 2, parts[3].count == sizes[0] * sizes[1] else { throw Unreadable(name: name) }
    return Plane(width: sizes[0], height: sizes[1], samples: parts[3].map { Float($0) / 255 })
  }

  static func data(_ name: String) throws -> Data {
    guard let folder = Bundle.module.url(forResource: "Fixtures", withExtension: nil) else {
      throw Unreadable(name: name)
    }
    return try Data(contentsOf: folder.appendingPathComponent(name))
  }
}
