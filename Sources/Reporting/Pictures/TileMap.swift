/// Where each tile of an image left the network: a small table that is a map too.
public struct TileMap: Sendable, Equatable {
  /// Side of a tile in pixels.
  let size: Int
  /// The exit of each tile, row by row.
  let rows: [[Int]]
  /// The model's number of exits.
  let exits: Int

  /// The map of an image; nil if it wasn't decided about tile by tile.
  init?(_ record: ImageRecord) {
    guard let size = record.tileSize, let rows = record.tileExits else { return nil }
    self.size = size
    self.rows = rows
    exits = max(1, record.exits ?? 0, rows.joined().max() ?? 0)
  }

  /// The map in words.
  var text: String { "Tiles of \(size) x \(size) pixels, and the exit that each left at: \(TileCounts(rows))." }

  /// For the page's template: every exit with how far down the network it is, in percent.
  var cells: [[String: Any]] {
    rows.map { row in
      ["cells": row.map { ["exit": String($0), "depth": String(100 * $0 / exits)] }]
    }
  }
}
