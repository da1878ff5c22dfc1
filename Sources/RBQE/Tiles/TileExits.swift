/// Where each tile of an image left.
public struct TileExits: Sendable, Equatable {
  /// Side of a tile in pixels; those at the right and lower edge of the image have what is left.
  public let side: Int
  /// Tiles in a row.
  public let columns: Int
  /// The exit of each tile, row by row from the upper left; 0: left as it was.
  public internal(set) var exits: [Int]
  /// What a gate expected of the best later exit, in dB, for each tile at each exit but the last; nil where none was
  /// asked.
  public internal(set) var estimatedGains: [[Double?]]

  /// The deepest exit of any tile.
  public var deepest: Int { exits.max() ?? 0 }

  /// The exits as a grid, row by row.
  public var rows: [[Int]] { Self.rows(exits, columns: columns) }

  /// The estimates as a grid, row by row.
  public var gainRows: [[[Double?]]] { Self.rows(estimatedGains, columns: columns) }

  private static func rows<Value>(_ values: [Value], columns: Int) -> [[Value]] {
    stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<min($0 + columns, values.count)]) }
  }
}
