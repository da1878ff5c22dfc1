/// What something gains at a cost, for several settings.
public struct GainCurve: Sendable {
  /// What it is.
  public let name: String
  /// Settings by rising cost: the share of the last exit's, milliseconds an image, and dB.
  public let points: [(share: Double, ms: Double, gain: Double)]

  /// A curve.
  public init(name: String, points: [(share: Double, ms: Double, gain: Double)]) {
    self.name = name
    self.points = points
  }
}

/// The charts of policies over the ranges of their parameters: by multiply-accumulates, and by measured time.
struct ParetoChart {
  let curves: [GainCurve]

  /// None without curves.
  var charts: [Chart] {
    guard curves.contains(where: { !$0.points.isEmpty }) else { return [] }
    return [
      chart("What policies gain at what cost", "cost as a share of the last exit's") { point in
        (point.share, "\(NumberText.fixed(point.share, 3)) of the last exit's cost")
      },
      chart("What policies gain in what time", "milliseconds an image") { point in
        (point.ms, "\(NumberText.fixed(point.ms, 1)) ms an image")
      },
    ]
  }

  private func chart(
    _ title: String, _ label: String, cost: ((share: Double, ms: Double, gain: Double)) -> (value: Double, text: String)
  ) -> Chart {
    let all = curves.flatMap(\.points)
    var chart = Chart(
      title: title,
      description: """
        Means over all pictures, one line for each policy over the range of its parameter. \
        \(curves.map(\.name).joined(separator: ", ")).
        """,
      x: Axis(label, over: all.map { cost($0).value }, includingZero: true),
      y: Axis("gain in PSNR, dB", over: all.map(\.gain), includingZero: true))
    for (series, curve) in curves.enumerated() {
      chart.marks.append(.line(curve.points.map { (x: cost($0).value, y: $0.gain) }, series: series))
      for point in curve.points {
        let (value, text) = cost(point)
        chart.marks.append(
          .point(
            x: value, y: point.gain, series: series,
            hint: "\(curve.name): \(NumberText.fixed(point.gain, 3, signed: true)) dB at \(text)",
            isLarge: curve.points.count == 1))
      }
    }
    chart.legend = curves.map(\.name)
    return chart
  }
}
