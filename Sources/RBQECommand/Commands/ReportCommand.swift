import ArgumentParser
import Batch
import Logging
import Reporting
import SystemPackage

/// `rbqe report`: pages and tables from the records of past runs.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make a report for the browser, a Markdown page or a table from the records of past runs.",
    discussion: """
      Records come from rbqe enhance, evaluate or bench, by --records or --json; several runs are set side by side. A \
      report for the browser is one file that loads nothing: pictures are cut from the files that the records name, and \
      the whole files are linked.
      """)

  @Argument(help: ArgumentHelp("Files of records.", valueName: "records.jsonl"), completion: .file())
  var records: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the report goes; its name says the format.", valueName: "file.html|.csv|.md"),
    completion: .file())
  var output: String

  @Option(
    help: ArgumentHelp("Directory that relative paths of the records are below; may be given again.", valueName: "dir"),
    completion: .directory)
  var images: [String] = []

  @OptionGroup(title: "Running") var limits: PixelLimitArguments
  @OptionGroup(title: "Messages") var verbosity: QuietArguments

  func validate() throws {
    guard !records.isEmpty else { throw ValidationError("Name at least one file of records.") }
    guard !records.contains(output) else { throw ValidationError("-o would replace the records \(output).") }
    _ = try ReportFormat(path: output)
  }

  func run() throws {
    try Failure.reporting(to: verbosity.logger) { logger in
      let file = try OutputFile(output)
      let report = try Report(try Self.runs(records, logger: logger))
      let exhibits = FileExhibits(
        inputs: FileExhibits.locating(below: images), limits: limits.decoding, file: file,
        imageCount: report.rows.count,
        memory: Machine.memory / 2)
      try file.write(report, jobs: Machine.coreCount) { exhibits($0) }
    }
  }

  /// All runs in some files.
  static func runs(_ paths: [String], logger: Logger) throws -> [RecordedRun] {
    try paths.flatMap { path in
      do {
        let bytes = try FileContents.read(FilePath(argument: path))
        guard !bytes.isEmpty else { throw Failure(.notAnImage, "\(path.printable): is empty, and holds no records") }
        return try RecordReader.runs(in: bytes, name: path) { line in
          logger.warning("\(path.printable): line \(line) was cut off, as by a crash, and is passed over")
        }
      } catch let error as RecordError {
        throw Failure(.notAnImage, "\(error)")
      } catch let error as FileError {
        throw Failure(ExitStatus(for: error), "\(path.printable): \(error)")
      }
    }
  }
}
