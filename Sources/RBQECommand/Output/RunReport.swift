import Imaging
import Reporting
import Synchronization

/// Gathers the records of a run that is going on, for the report at its end.
final class RunReport: Sendable {
  private let file: OutputFile
  private let run: Mutex<RecordedRun>
  private let roots: [String]
  private let limits: DecodingLimits

  /// - Parameter roots: directories that the records' paths are below.
  init(file: OutputFile, run: RecordedRun, roots: [String], limits: DecodingLimits) {
    self.file = file
    self.run = Mutex(run)
    self.roots = roots
    self.limits = limits
  }

  func add(_ record: ImageRecord) { run.withLock { $0.images.append(record) } }

  /// Writes the report; pictures are cut from the files of the run.
  func finish() throws {
    let report = try Report([run.withLock { $0 }])
    let exhibits = FileExhibits(roots: roots, limits: limits, file: file, imageCount: report.rows.count)
    try file.write(report, jobs: Machine.coreCount) { exhibits($0) }
  }
}
