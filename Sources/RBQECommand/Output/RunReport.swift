import Batch
import Imaging
import Reporting
import Synchronization

/// Gathers the records of a run that is going on, for the report at its end.
final class RunReport: Sendable {
  private let file: OutputFile
  private let run: Mutex<RecordedRun>
  private let roots: [String]
  private let limits: DecodingLimits
  private let memory: Int
  private let keepsResults: Bool

  /// - Parameters:
  ///   - roots: directories that the records' paths are below.
  ///   - memory: bytes that the pictures may take while they are cut.
  init(
    file: OutputFile, run: RecordedRun, roots: [String], limits: DecodingLimits, memory: Int, keepsResults: Bool
  ) {
    self.memory = memory
    self.file = file
    self.run = Mutex(run)
    self.roots = roots
    self.limits = limits
    self.keepsResults = keepsResults
  }

  func add(_ record: ImageRecord) { run.withLock { $0.images.append(record) } }

  /// Writes the report; pictures are cut from the files of the run.
  ///
  /// - Parameter temporaries: those of the run.
  func finish(_ end: RunEnd? = nil, temporaries: Temporaries = Temporaries()) throws {
    var run = run.withLock { $0 }
    run.end = end
    let report = try Report([run])
    let exhibits = FileExhibits(
      roots: roots, limits: limits, file: file, imageCount: report.rows.count, memory: memory,
      linksResults: keepsResults)
    try file.write(report, jobs: Machine.coreCount, temporaries: temporaries) { exhibits($0) }
  }
}
