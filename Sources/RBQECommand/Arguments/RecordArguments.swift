import ArgumentParser
import Imaging
import Reporting
import SystemPackage

/// Where the records of a run go.
struct RecordArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Write a record of the run and of each image, as JSON Lines.", valueName: "file.jsonl"))
  var records: String?

  @Flag(help: "Print the records to standard output.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Write a report of the run for the browser, as Markdown or as a table.", valueName: "file.html|.md|.csv"))
  var report: String?

  func validate() throws {
    if let report { _ = try ReportFormat(path: report) }
  }

  /// Whether any records were asked for.
  var isWanted: Bool { records != nil || json || report != nil }

  /// Opens the report, if one was asked for.
  ///
  /// - Parameters:
  ///   - memory: bytes that its pictures may take while they are cut.
  ///   - keepsResults: whether results are still there when the report is read.
  func openReport(
    on name: String, header: RunRecord, inputs: [String], limits: DecodingLimits, memory: Int = Machine.memory / 2,
    keepsResults: Bool = true
  ) throws -> RunReport? {
    guard let report else { return nil }
    return RunReport(
      file: try OutputFile(report), run: RecordedRun(name: name, header: header), roots: inputs, limits: limits,
      memory: memory, keepsResults: keepsResults)
  }
}
