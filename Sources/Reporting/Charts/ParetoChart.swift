/// What something gains at a cost, for several settings.
public struct GainCurve: Sendable {
  /// One setting: means over all pictures.
  public struct Point: Sendable {
    /// Multiply-accumulates as a share of the last exit's.
    public let share: Double
    /// Milliseconds an image.
    public let ms: Double
    /// dB.
    public let gain: Double

    /// A point.
    public init(share: Double, ms: Double, gain: Double) {
      self.share = share
      self.ms = ms
      self.gain = gain
    }
  }

  /// What it is.
  public let name: String
  /// Settings by rising share.
  public let points: [Point]

  /// A curve.
  public init(name: String, points: [Point]) {
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
      chart("What policies gain at what cost", by: "cost as a share of the last exit's", \.share) {
        "\(NumberText.fixed($0, 3)) of the last exit's cost"
      },
      chart("What policies gain in what time", by: "milliseconds an image", \.ms) {
        "\(NumberText.fixed($0, 1)) ms an image"
      },
    ]
  }

  private func chart(
    _ title: String, by label: String, _ cost: KeyPath<GainCurve.Point, Double>, text: (Double) -> String
  ) -> Chart {
    let all = curves.flatMap(\.points)
    var chart = Chart(
      title: title,
      description: """
        Means over all pictures by \(label), one line for each policy over the range of its parameter. \
        \(curves.map(\.name).joined(separator: ", ")).
        """,
      x: Axis(label, over: all.map { $0[keyPath: cost] }, includingZero: true),
      y: Axis("gain in PSNR, dB", over: all.map(\.gain), includingZero: true))
    for (series, curve) in curves.enumerated() {
      let points = curve.points.sorted { $0[keyPath: cost] < $1[keyPath: cost] }
      chart.marks.append(.line(points.map { (x: $0[keyPath: cost], y: $0.gain) }, series: series))
      for point in points {
        let value = point[keyPath: cost]
        chart.marks.append(
          .point(
            x: value, y: point.gain, series: series,
            hint: "\(curve.name): \(NumberText.fixed(point.gain, 3, signed: true)) dB at \(text(value))",
            isLarge: curve.points.count == 1))
      }
    }
    chart.legend = curves.map(\.name)
    return chart
  }
}
