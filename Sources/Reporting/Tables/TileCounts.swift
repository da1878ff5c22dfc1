/// Tiles by the exit at which they left, and what that reads like.
public struct TileCounts: Sendable, Equatable, CustomStringConvertible {
  private var counts: [Int: Int] = [:]

  /// None.
  public init() {}

  /// Those of an image, row by row.
  public init(_ rows: [[Int]]) {
    add(rows)
  }

  /// Takes in the tiles of one more image.
  public mutating func add(_ rows: [[Int]]) {
    for exit in rows.joined() { counts[exit, default: 0] += 1 }
  }

  /// Whether there are none.
  public var isEmpty: Bool { counts.isEmpty }

  /// A part of a sentence: "of 12 tiles 3 were left alone, 8 left at exit 1, 1 at exit 4".
  public var description: String {
    let parts = counts.sorted { $0.key < $1.key }.map { exit, count in
      exit == 0 ? "\(count) \(count == 1 ? "was" : "were") left alone" : "\(count) left at exit \(exit)"
    }
    let total = counts.values.reduce(0, +)
    return "of \(total) tile\(total == 1 ? "" : "s") \(parts.joined(separator: ", "))"
  }
}
