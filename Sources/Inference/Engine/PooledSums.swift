/// What an estimate is made of: sums over an image or a part of it, which may be joined with those of other parts.
package struct PooledSums: Sendable {
  /// For each value that is pooled: the sums over its channels.
  var sums: [Int: [Double]]
  /// The numbers that each sum is of.
  var counts: [Int: Int]

  /// Adds the sums of another part of the picture.
  package mutating func add(_ other: PooledSums) {
    for (place, values) in other.sums {
      guard let own = sums[place] else {
        sums[place] = values
        counts[place] = other.counts[place]
        continue
      }
      sums[place] = zip(own, values).map(+)
      counts[place, default: 0] += other.counts[place] ?? 0
    }
  }

  /// The means, as ONNX gives them.
  func means(_ place: Int) -> [Float]? {
    guard let values = sums[place], let count = counts[place], count > 0 else { return nil }
    return values.map { Float($0 / Double(count)) }
  }
}
