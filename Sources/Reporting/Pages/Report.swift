/// What records say, put together once for every format of a report.
public struct Report: Sendable {
  /// The runs, side by side.
  public let runs: [RecordedRun]
  /// Every image of every run.
  public let rows: [ReportRow]
  /// What policies gain over the ranges of their parameters, if that was computed.
  public var curves: [GainCurve] = []
  /// Tables that belong to the curves, with their titles.
  public var curveTables: [(title: String, table: TextTable)] = []

  let evaluation: EvaluationSummary
  /// Whether PSNRs are capped, in all rows and tables alike.
  private let isCapped: Bool
  private let exits: Set<Int>?

  /// A report over some runs.
  ///
  /// - Parameter exits: those of evaluations that are shown, beside the input; nil: all.
  /// - Throws: `EncodingError` if a record holds a number that JSON has no notation for.
  public init(_ runs: [RecordedRun], exits: Set<Int>? = nil) throws {
    self.runs = runs
    self.exits = exits
    let evaluations = runs.flatMap(\.evaluations)
    isCapped = EvaluationSummary.isCapped(evaluations)
    var rows: [ReportRow] = []
    for (index, run) in runs.enumerated() {
      for record in run.images { rows.append(try ReportRow(record, index: rows.count, run: index)) }
      for record in run.evaluations {
        rows.append(try ReportRow(record, index: rows.count, run: index, isCapped: isCapped))
      }
    }
    self.rows = rows
    evaluation = EvaluationSummary(evaluations, exits: exits, isCapped: isCapped)
  }

  /// What every title begins with.
  static let titleStart = "rbqe report: "

  /// The title of a page.
  var title: String { Self.titleStart + (runs.count == 1 ? runs[0].name : "\(runs.count) runs") }

  var summary: ReportSummary { ReportSummary(rows: rows, runs: runs, evaluation: evaluation) }

  var charts: [Chart] {
    ParetoChart(curves: curves).charts + [EvaluationChart(summary: evaluation).pareto].compactMap(\.self)
      + RunCharts(rows: rows, runs: runs.map(\.name)).all
  }

  /// Tables of figures with their titles.
  var tables: [(title: String, table: TextTable)] {
    var tables = curveTables
    for run in runs {
      let suffix = runs.count > 1 ? ", \(run.name)" : ""
      if let table = StageTable(run.images).table { tables.append(("Time by stage" + suffix, table)) }
      // Several runs of one evaluation are set side by side, not mixed.
      for group in EvaluationSummary(run.evaluations, exits: exits, isCapped: isCapped).groups {
        tables.append(("\(group.name)\(suffix)", group.table))
        tables.append(("Against the last exit, \(group.name)\(suffix)", group.pairedTable))
        tables.append(("Least gain, \(group.name)\(suffix)", group.worstTable))
      }
    }
    return tables
  }

  /// What a run was made with, name by name.
  static func facts(of run: RecordedRun) -> [(name: String, text: String)] {
    guard let header = run.header else { return [("run", "the records hold no header")] }
    let facts = (try? CSVTable.cells(of: header)) ?? []
    guard let end = run.end else { return facts }
    return facts + [
      ("elapsed", NumberText.duration(end.elapsedMs)),
      ("peak memory", end.peakMemory.map(NumberText.bytes) ?? "unknown"),
    ]
  }
}
