/// Quantisation tables as the IJG's library makes them.
package enum JPEGTables {
  /// Place in rows of each entry in zigzag order.
  package static let zigzag = JPEGQuantization.zigzag

  /// The quality whose luma table comes nearest to some of its steps.
  ///
  /// - Parameter steps: Places in rows, and the steps there.
  package static func nearestQuality(toLuma steps: [(place: Int, step: Int)]) -> Int {
    JPEGQuality.nearest(toLuma: steps)
  }

  /// The luma table of a quality, in rows.
  package static func luma(quality: Int) -> [UInt16] { JPEGQuality.lumaTable(quality) }

  /// The chroma table of a quality, in rows.
  package static func chroma(quality: Int) -> [UInt16] { JPEGQuality.chromaTable(quality) }
}
