import ArgumentParser
import Batch
import Logging
import Reporting
import SystemPackage

/// All that belongs to one run over files: journals, temporary files, what signals do, and what a person sees.
final class BatchSession {
  /// Ends the run early.
  let stop = StopSwitch()

  private let command: EnhanceCommand
  private let context: EnhanceContext
  private let line: StatusLine
  private let temporaries = Temporaries()
  private let monitor = BatchMonitor()
  private let interruption: Interruption
  private let tellState: @Sendable () -> Void
  private let resumeHint: String?
  private var journals: [FilePath: Journal] = [:]
  /// In the order of the plan: tells of what has no journal of its own.
  private var firstJournal: Journal?

  init(_ command: EnhanceCommand, context: EnhanceContext, destination: OutputPlan.Destination, line: StatusLine) {
    self.command = command
    self.context = context
    self.line = line
    let hint: String? =
      if !destination.hasJournal {
        nil
      } else if command.running.watch {
        "the same command goes on from here"
      } else {
        "the same command with --resume does what is left"
      }
    resumeHint = hint
    let (monitor, logger, hasReport) = (monitor, context.logger, context.report != nil)
    tellState = { @Sendable in
      line.show("")
      logger.notice("\(SummaryText(summary: monitor.summary, now: .now))")
      let notes = [hasReport ? "no report was written" : nil, hint].compactMap(\.self)
      if !notes.isEmpty { logger.notice("interrupted; \(notes.joined(separator: "; "))") }
    }
    interruption = Interruption(stop: stop, temporaries: temporaries, tellState: tellState)
  }

  /// Opens the journals of directories that results go to.
  ///
  /// - Parameter outputs: Tells of each where results go that its journal tells of.
  func open(_ directories: [FilePath], outputs: (FilePath) -> Set<FilePath> = { _ in [] }) throws {
    for directory in directories where journals[directory] == nil {
      journals[directory] = try Journal(
        at: Journal.path(in: directory, shard: command.search.shard), run: context.run, temporaries: temporaries,
        outputs: outputs(directory), inputs: FilePath.arguments(command.place.inputs),
        keepsOwner: command.place.inPlace)
      firstJournal = firstJournal ?? journals[directory]
    }
  }

  /// Sources that are results of this run or of earlier ones.
  func results(among sources: [Source], of destination: OutputPlan.Destination) throws -> Set<FilePath> {
    sources.isEmpty
      ? [] : try destination.results(among: sources, own: destination.directory.flatMap { journals[$0] })
  }

  /// Records inputs that are no images, or whose results have no place.
  func note(_ rejections: [Rejection]) throws {
    for rejection in rejections {
      monitor.add(rejection)
      context.note(rejection.outcome)
      try firstJournal?.note(rejection)
      if command.running.failFast { stop.stop(.failure) }
    }
  }

  /// Carries out a plan.
  ///
  /// - Parameters:
  ///   - isResuming: whether the journals decide what is left to do.
  ///   - changing: sources of which a new state is the same picture, so that its result is made again; nil: all. Of others
  ///     `--existing` decides.
  func run(_ plan: OutputPlan, isResuming: Bool, changing: Set<FilePath>? = nil) throws {
    var plan = plan
    try plan.takeUp(
      journals.mapValues(\.history), run: context.run, isResuming: isResuming, changing: changing)
    let display = ProgressDisplay(
      on: line, quiet: command.verbosity.quiet, json: command.reporting.json
    ) { [monitor] in monitor.summary.progress }
    defer { display?.end() }
    BatchRunner(
      processor: context.processor,
      options: command.running.options(
        memory: context.memory, keepsOriginals: !command.place.noBackup, budget: command.network.budget),
      temporaries: temporaries, journals: journals, stop: stop, monitor: monitor
    ).run(plan) { [context] in context.note($0) }
  }

  /// Works, and ends the run: by the signal that stopped it, or with a summary, also where the work ends by an error.
  ///
  /// - Parameter ignored: files that took no part.
  func concluding(ignored: Int, _ work: () throws -> Void) throws -> BatchSummary {
    let failure: (any Error)?
    do {
      try work()
      failure = nil
    } catch {
      failure = error
    }
    interruption.conclude(tellState)
    // Behind the report: what a run leaves that is killed while it writes one is only looked for if it didn't end. A
    // journal that can't be written is why the run was stopped, and is said below.
    defer { for journal in journals.values { try? journal.finish() } }
    let summary = monitor.summary
    try context.finish(temporaries: temporaries) {
      context.logger.notice("\(SummaryText(summary: summary, ignored: ignored, now: .now))")
      if case .cannotWrite(let error) = stop.reason {
        throw Failure(.inputOutput, "stopped: \(error)", hint: resumeHint.map { "then \($0)" })
      }
      if let failure { throw failure }
    }
    return summary
  }
}
