/// The charts of a report over enhanced images: one series for each run.
struct RunCharts {
  private let rows: [ReportRow]
  private let runs: [String]

  init(rows: [ReportRow], runs: [String]) {
    self.rows = rows.filter { !$0.isFailure }
    self.runs = runs
  }

  /// Those that the rows have figures for.
  var all: [Chart] { [exits, cost, latency, scores, distances].compactMap(\.self) }

  private var legend: [String] { runs.count > 1 ? runs : [] }

  /// How many images left at each exit.
  private var exits: Chart? {
    let taken = rows.compactMap { row in row.exit.map { (run: row.run, exit: $0) } }
    guard let last = (rows.compactMap(\.exits) + taken.map(\.exit)).max(), !taken.isEmpty else { return nil }
    var counts: [[Int]] = Array(repeating: Array(repeating: 0, count: last + 1), count: runs.count)
    for item in taken { counts[item.run][item.exit] += 1 }
    let total = counts.reduce(Array(repeating: 0, count: last + 1)) { zip($0, $1).map(+) }
    var chart = Chart(
      title: "Where images left the network",
      description: total.enumerated().map { "exit \($0): \($1) images" }.joined(separator: ", ")
        + ". Exit 0 means left as it was.",
      x: Axis("exit (0: left as it was)", over: [-0.5, Double(last) + 0.5], ticks: (0...last).map(Double.init)),
      y: Axis("images", over: counts.joined().map(Double.init), includingZero: true))
    let width = 0.8 / Double(runs.count)
    for (run, counts) in counts.enumerated() {
      for (exit, count) in counts.enumerated() {
        let from = Double(exit) - 0.4 + Double(run) * width
        chart.marks.append(
          .bar(
            from: from, to: from + width, height: Double(count), series: run,
            hint: "\(runs[run]), exit \(exit): \(count) images"))
      }
    }
    chart.legend = legend
    return chart
  }

  /// What was spent against what it brought, an image each.
  private var cost: Chart? {
    let hasReference = rows.contains { $0.psnrGain != nil }
    let points = rows.compactMap { row -> (row: ReportRow, x: Double, y: Double)? in
      guard let macs = row.macsPerPixel, let gain = hasReference ? row.psnrGain : row.scoreGain else { return nil }
      return (row, macs / 1000, gain)
    }
    guard let cost = Distribution(points.map(\.x)), let gain = Distribution(points.map(\.y)) else { return nil }
    let unit = hasReference ? "gain in PSNR, dB" : "change of the no-reference score"
    var chart = Chart(
      title: hasReference ? "Cost against gain" : "Cost against the change of the score",
      description: """
        \(points.count) images; median cost \(NumberText.fixed(cost.median, 1)) thousand multiply-accumulates a pixel, \
        median \(hasReference ? "gain" : "change") \(NumberText.fixed(gain.median, 3)). Large marks: means of each exit, joined.
        """,
      x: Axis("thousand multiply-accumulates a pixel", over: points.map(\.x), includingZero: true),
      y: Axis(unit, over: points.map(\.y), includingZero: true))
    for point in points {
      chart.marks.append(
        .point(
          x: point.x, y: point.y, series: point.row.run,
          hint: "\(point.row.name): exit \(point.row.exit ?? 0), \(NumberText.fixed(point.y, 3, signed: true))",
          isLarge: false))
    }
    for run in runs.indices {
      let exits = Dictionary(grouping: points.filter { $0.row.run == run }) { $0.row.exit ?? 0 }
      let means = exits.sorted { $0.key < $1.key }.compactMap { exit, members -> (exit: Int, x: Double, y: Double)? in
        guard let x = Distribution(members.map(\.x))?.mean, let y = Distribution(members.map(\.y))?.mean else {
          return nil
        }
        return (exit, x, y)
      }
      chart.marks.append(.line(means.map { ($0.x, $0.y) }, series: run))
      for mean in means {
        chart.marks.append(
          .point(
            x: mean.x, y: mean.y, series: run,
            hint: "mean of exit \(mean.exit): \(NumberText.fixed(mean.y, 3, signed: true))", isLarge: true))
        chart.marks.append(.label(x: mean.x, y: mean.y, text: "exit \(mean.exit)"))
      }
    }
    chart.legend = legend
    return chart
  }

  /// How long images took.
  private var latency: Chart? {
    let times = rows.compactMap { row in row.ms.map { (run: row.run, ms: $0) } }
    guard let all = Distribution(times.map(\.ms)) else { return nil }
    // The far tail would press the rest into one column: it gets the last column to itself.
    let limit = all.count > 20 ? max(all.quantile(0.98), all.median * 2) : all.maximum
    let range = Axis("milliseconds an image", over: [0, min(limit, all.maximum)], includingZero: true)
    let columns = min(30, max(8, all.count / 3))
    let width = (range.upper - range.lower) / Double(columns)
    var counts = Array(repeating: Array(repeating: 0, count: columns), count: runs.count)
    for time in times {
      let column = Int(min(Double(columns - 1), max(0, (time.ms - range.lower) / width)))
      counts[time.run][column] += 1
    }
    let quantiles = [("median", 0.5), ("p90", 0.9), ("p99", 0.99)].map { ($0.0, all.quantile($0.1)) }
    var chart = Chart(
      title: "How long images took",
      description: quantiles.map { "\($0.0) \(NumberText.milliseconds($0.1)) ms" }.joined(separator: ", ")
        + ", longest \(NumberText.milliseconds(all.maximum)) ms. Longer times are counted in the last column.",
      x: range, y: Axis("images", over: counts.joined().map(Double.init), includingZero: true))
    for (run, counts) in counts.enumerated() {
      for (column, count) in counts.enumerated() where count > 0 {
        let start = range.lower + Double(column) * width
        let part = width / Double(runs.count)
        chart.marks.append(
          .bar(
            from: start + Double(run) * part, to: start + Double(run + 1) * part, height: Double(count), series: run,
            hint: """
              \(count) images from \(NumberText.milliseconds(start)) to \(NumberText.milliseconds(start + width)) ms
              """))
      }
    }
    for (row, (name, value)) in quantiles.enumerated() where value <= range.upper {
      chart.marks.append(.rule(x: value, label: name, row: row))
    }
    chart.legend = legend
    return chart
  }

  private var scores: Chart? {
    scatter(
      title: "Visible compression: no-reference score before and after", unit: "score",
      note: " A score tells of visible compression, not of how good a picture is: it may fall as texture comes back.",
      before: \.scoreBefore, after: \.scoreAfter)
  }

  private var distances: Chart? {
    scatter(
      title: "PSNR before and after", unit: "PSNR, dB", note: " Above the line is better.", before: \.psnrBefore,
      after: \.psnrAfter)
  }

  private func scatter(
    title: String, unit: String, note: String, before: KeyPath<ReportRow, Double?>,
    after: KeyPath<ReportRow, Double?>
  ) -> Chart? {
    let points = rows.compactMap { row -> (row: ReportRow, x: Double, y: Double)? in
      guard let x = row[keyPath: before], let y = row[keyPath: after] else { return nil }
      return (row, x, y)
    }
    guard !points.isEmpty else { return nil }
    let better = points.count { $0.y > $0.x }
    let worse = points.count { $0.y < $0.x }
    let values = points.flatMap { [$0.x, $0.y] }
    var chart = Chart(
      title: title,
      description: "Of \(points.count) images \(better) rose and \(worse) fell.\(note)",
      x: Axis("\(unit) before", over: values), y: Axis("\(unit) after", over: values), marks: [.diagonal])
    chart.marks += points.map { point in
      .point(
        x: point.x, y: point.y, series: point.row.run,
        hint: "\(point.row.name): \(NumberText.fixed(point.x, 3)) to \(NumberText.fixed(point.y, 3))", isLarge: false)
    }
    chart.legend = legend
    return chart
  }
}

/// The chart of an evaluation: what each exit and policy costs and gains, a series for each quality.
struct EvaluationChart {
  let summary: EvaluationSummary

  var pareto: Chart? {
    let groups = summary.groups.map { group in
      (
        name: group.name,
        points: group.rows.compactMap { row -> (name: String, isExit: Bool, x: Double, y: Double)? in
          guard let macs = row.macsPerPixel?.mean else { return nil }
          if case .exit = row.choice { return (row.choice.name, true, macs / 1000, row.gain.mean) }
          return (row.choice.name, false, macs / 1000, row.gain.mean)
        }
      )
    }
    let all = groups.flatMap(\.points)
    guard all.contains(where: { $0.x > 0 }) else { return nil }
    var chart = Chart(
      title: "What exits and policies cost and gain",
      description: "Means over the images of each degradation. Lines join the exits; policies stand by themselves.",
      x: Axis("thousand multiply-accumulates a pixel", over: all.map(\.x), includingZero: true),
      y: Axis("gain in PSNR, dB", over: all.map(\.y), includingZero: true))
    for (series, group) in groups.enumerated() {
      chart.marks.append(.line(group.points.filter(\.isExit).map { ($0.x, $0.y) }, series: series))
      for point in group.points {
        chart.marks.append(
          .point(
            x: point.x, y: point.y, series: series,
            hint: "\(group.name), \(point.name): \(NumberText.fixed(point.y, 3, signed: true)) dB", isLarge: true))
        if !point.isExit { chart.marks.append(.label(x: point.x, y: point.y, text: point.name)) }
      }
    }
    chart.legend = groups.map(\.name)
    return chart
  }
}
