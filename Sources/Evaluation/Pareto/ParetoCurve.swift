/// What something gains at a cost, for several settings: means over images.
struct ParetoCurve: Sendable {
  struct Point: Sendable {
    /// Of the last exit's cost, 0...1.
    var share: Double
    /// dB.
    var gain: Double
    /// Milliseconds an image.
    var ms = 0.0
    /// Which of a sweep's settings it is; 0 for what is none.
    var setting = 0
  }

  /// By rising cost.
  private(set) var points: [Point]

  init(_ points: [Point]) {
    self.points = points.sorted { ($0.share, $0.gain) < ($1.share, $1.gain) }
  }

  /// The gain at a cost, mixing the two neighbouring settings by chance; flat beyond the dearest.
  func gain(at share: Double) -> Double {
    guard let upper = points.firstIndex(where: { $0.share >= share }) else { return points.last?.gain ?? 0 }
    guard upper > 0 else { return points[0].share <= share ? points[0].gain : 0 }
    let (low, high) = (points[upper - 1], points[upper])
    guard high.share > low.share else { return high.gain }
    return low.gain + (share - low.share) / (high.share - low.share) * (high.gain - low.gain)
  }

  /// The least cost at which a gain is reached; nil if it never is.
  func share(reaching gain: Double) -> Double? {
    guard let upper = points.firstIndex(where: { $0.gain >= gain }) else { return nil }
    guard upper > 0 else { return points[0].share }
    let (low, high) = (points[upper - 1], points[upper])
    return low.share + (gain - low.gain) / (high.gain - low.gain) * (high.share - low.share)
  }

  /// Only the settings that no mix of others beats: the upper convex hull, from the cheapest setting to the best.
  var hull: ParetoCurve {
    var result: [Point] = []
    for point in points {
      if let best = result.last, point.gain <= best.gain { continue }
      while result.last?.share == point.share { result.removeLast() }
      while result.count > 1 {
        let (before, last) = (result[result.count - 2], result[result.count - 1])
        let rise = (last.gain - before.gain) * (point.share - before.share)
        if rise > (point.gain - before.gain) * (last.share - before.share) { break }
        result.removeLast()
      }
      result.append(point)
    }
    return ParetoCurve(result)
  }
}
