/// What something gains at a cost, for several settings.
public struct GainCurve: Sendable {
  /// What it is.
  public let name: String
  /// Settings by rising cost: the share of the last exit's, and dB.
  public let points: [(share: Double, gain: Double)]

  /// A curve.
  public init(name: String, points: [(share: Double, gain: Double)]) {
    self.name = name
    self.points = points
  }
}

/// The chart of policies over the ranges of their parameters.
struct ParetoChart {
  let curves: [GainCurve]

  /// Nil without curves.
  var chart: Chart? {
    let all = curves.flatMap(\.points)
    guard !all.isEmpty else { return nil }
    var chart = Chart(
      title: "What policies gain at what cost",
      description: """
        Means over all pictures, one line for each policy over the range of its parameter. \
        \(curves.map(\.name).joined(separator: ", ")).
        """,
      x: Axis("cost as a share of the last exit's", over: all.map(\.share), includingZero: true),
      y: Axis("gain in PSNR, dB", over: all.map(\.gain), includingZero: true))
    for (series, curve) in curves.enumerated() {
      chart.marks.append(.line(curve.points.map { (x: $0.share, y: $0.gain) }, series: series))
      for point in curve.points {
        chart.marks.append(
          .point(
            x: point.share, y: point.gain, series: series,
            hint: """
              \(curve.name): \(NumberText.fixed(point.gain, 3, signed: true)) dB at \
              \(NumberText.fixed(point.share, 3)) of the last exit's cost
              """, isLarge: curve.points.count == 1))
      }
    }
    chart.legend = curves.map(\.name)
    return chart
  }
}
