import ArgumentParser
import Batch
import Imaging
import Reporting
import SystemPackage

/// Where the records of a run go.
struct RecordArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("Write a record of the run and of each image, as JSON Lines.", valueName: "file.jsonl"),
    completion: .file())
  var records: String?

  @Flag(help: "Print the records to standard output.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Write a report of the run for the browser, as Markdown or as a table.", valueName: "file.html|.md|.csv"),
    completion: .file())
  var report: String?

  func validate() throws {
    if let report { _ = try ReportFormat(path: report) }
    try Self.checkApart([("--records", records), ("--report", report)])
  }

  /// Sees that no two options name one file.
  static func checkApart(_ files: [(option: String, path: String?)]) throws {
    var seen: [FilePath: String] = [:]
    for case (let option, let path?) in files {
      guard let other = seen.updateValue(option, forKey: FilePath(argument: path).realPath) else { continue }
      throw ValidationError("\(other) and \(option) name the same file: give each one of its own.")
    }
  }

  /// Sees that no result takes the place of what is written of the run.
  func checkApart(from isResult: (FilePath) -> Bool) throws {
    for path in [records, report].compactMap(\.self) where isResult(FilePath(argument: path)) {
      throw Failure(
        .usage, "\(path): a result has this name too, and one would replace the other",
        hint: "name another file with --records or --report")
    }
  }

  /// Sees whether records and a report can be written, and leaves everything as it is.
  func checkPlaces() throws {
    if let report { _ = try OutputFile(report) }
    if let records { try RecordFile.checkPlace(FilePath(argument: records)) }
  }

  /// Whether any records were asked for.
  var isWanted: Bool { records != nil || json || report != nil }

  /// Opens the report, if one was asked for.
  ///
  /// - Parameters:
  ///   - memory: bytes that its pictures may take while they are cut.
  ///   - keepsResults: whether results are still there when the report is read.
  func openReport(
    on name: String, header: RunRecord, limits: DecodingLimits, memory: Int = Machine.memory / 2,
    keepsResults: Bool = true
  ) throws -> RunReport? {
    guard let report else { return nil }
    return RunReport(
      file: try OutputFile(report), run: RecordedRun(name: name, header: header), limits: limits,
      memory: memory, keepsResults: keepsResults)
  }
}
