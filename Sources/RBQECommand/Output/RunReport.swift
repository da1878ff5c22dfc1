import Batch
import Imaging
import Reporting
import Synchronization
import SystemPackage

/// Gathers the records of a run that is going on, for the report at its end.
final class RunReport: Sendable {
  private let file: OutputFile
  private struct State {
    var run: RecordedRun
    /// Of each image the input's path as it can be opened, where there is one.
    var sources: [FilePath?] = []
  }

  private let state: Mutex<State>
  private let limits: DecodingLimits
  private let memory: Int
  private let keepsResults: Bool

  /// - Parameter memory: bytes that the pictures may take while they are cut.
  init(file: OutputFile, run: RecordedRun, limits: DecodingLimits, memory: Int, keepsResults: Bool) {
    self.memory = memory
    self.file = file
    state = Mutex(State(run: run))
    self.limits = limits
    self.keepsResults = keepsResults
  }

  func add(_ outcome: ImageOutcome) {
    state.withLock {
      $0.run.images.append(outcome.record)
      $0.sources.append(outcome.source)
    }
  }

  /// Writes the report; pictures are cut from the files of the run.
  ///
  /// - Parameter temporaries: those of the run.
  func finish(_ end: RunEnd? = nil, temporaries: Temporaries = Temporaries()) throws {
    var (run, sources) = state.withLock { ($0.run, $0.sources) }
    run.end = end
    let report = try Report([run])
    let exhibits = FileExhibits(
      inputs: { [sources] row in sources[row.index] }, limits: limits, file: file, imageCount: report.rows.count,
      memory: memory,
      linksResults: keepsResults)
    try file.write(report, jobs: Machine.coreCount, temporaries: temporaries) { exhibits($0) }
  }
}
