/// What something gains at a cost, for several settings: means over images.
struct ParetoCurve: Sendable {
  struct Point: Sendable {
    /// Of the last exit's cost, 0...1.
    var share: Double
    /// dB.
    var gain: Double
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

  /// The best split of a cost among groups, each with a curve of its own and a weight: what knows which group an image
  /// belongs to can reach.
  static func split(_ groups: [(weight: Double, curve: ParetoCurve)]) -> ParetoCurve {
    let total = groups.reduce(0) { $0 + $1.weight }
    guard total > 0 else { return ParetoCurve([]) }
    var start = Point(share: 0, gain: 0)
    var steps: [(slope: Double, share: Double, gain: Double)] = []
    for group in groups {
      let points = group.curve.hull.points
      let weight = group.weight / total
      guard let first = points.first else { continue }
      start.share += weight * first.share
      start.gain += weight * first.gain
      for (low, high) in zip(points, points.dropFirst()) {
        let (share, gain) = (weight * (high.share - low.share), weight * (high.gain - low.gain))
        steps.append((gain / share, share, gain))
      }
    }
    var points = [start]
    for step in steps.sorted(by: { $0.slope > $1.slope }) {
      let last = points[points.count - 1]
      points.append(Point(share: last.share + step.share, gain: last.gain + step.gain))
    }
    return ParetoCurve(points)
  }
}
