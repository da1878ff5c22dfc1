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
}
