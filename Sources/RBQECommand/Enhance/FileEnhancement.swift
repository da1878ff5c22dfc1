import ArgumentParser
import Batch
import Logging
import Reporting
import SystemPackage

extension EnhanceCommand {
  /// Enhances files and directories.
  func runFiles(logger: Logger, line: StatusLine) throws {
    let list = try search.list()
    let paths = place.inputs.map { FilePath($0) }
    let destination = try destination(for: paths, list: list)
    let discovery = Discovery(
      inputs: paths, list: list, options: search.options(excluding: destination.directory))
    let rejections = discovery.rejections(of: search.shard)
    var plan = try plan(discovery.sources, destination: destination)
    guard !discovery.sources.isEmpty || !discovery.rejections.isEmpty else {
      throw Failure(
        .noImage, "the inputs hold no JPEG or PNG file (\(discovery.ignoredCount) other files passed over)")
    }
    if running.dryRun { return try printPlan(plan, rejections: rejections, logger: logger) }

    let context = try EnhanceContext(self, json: .standardOutput, logger: logger)
    let temporaries = Temporaries()
    let stop = StopSwitch()
    let monitor = BatchMonitor()
    let tellState = { @Sendable in
      line.show("")
      logger.notice(
        "\(SummaryText(summary: monitor.summary, rejections: rejections, ignored: 0, now: .now))")
      if destination.hasJournal { logger.notice("interrupted; the same command with --resume does what is left") }
    }
    let interruption = Interruption(stop: stop, temporaries: temporaries, tellState: tellState)
    let journals = try openJournals(of: plan, context: context, temporaries: temporaries)
    plan.takeUp(journals.mapValues(\.history), run: context.run, isResuming: running.resume)
    for rejection in rejections {
      context.note(rejection.outcome)
      try journals.first?.value.note(rejection)
    }
    if rejections.isEmpty || !running.failFast {
      // Lines of both would mix on a terminal.
      let display = reporting.json && StandardOutput.isTerminal ? nil : ProgressDisplay(of: monitor, on: line)
      BatchRunner(
        processor: context.processor, options: running.options(keepsOriginals: !place.noBackup),
        temporaries: temporaries, journals: journals, stop: stop, monitor: monitor
      ).run(plan) { context.note($0) }
      display?.end()
    }
    interruption.conclude(tellState)
    for journal in journals.values { try journal.finish() }
    try context.records.finish()

    let summary = monitor.summary
    let text = SummaryText(
      summary: summary, rejections: rejections, ignored: discovery.ignoredCount, now: .now)
    logger.notice("\(text)")
    if case .cannotWrite(let error) = stop.reason {
      throw Failure(
        .inputOutput, "stopped: \(error)",
        hint: destination.hasJournal ? "then the same command with --resume does what is left" : nil)
    }
    if let error = rejections.first?.reason ?? summary.firstError {
      throw (discovery.isSingleFile ? ExitStatus(for: error) : .someFailed).code
    }
  }

  private func destination(for paths: [FilePath], list: [FilePath]) throws -> OutputPlan.Destination {
    let destination =
      place.inPlace
      ? .inPlace
      : try OutputPlan.Destination(output: place.output, inputs: paths + list, isList: search.filesFrom != nil)
    if !destination.hasJournal && (running.resume || search.shard != nil) {
      throw Failure(
        .usage, "--resume and --shard go by a journal, and there is none for single files",
        hint: "name a directory for the results, -o DIR/")
    }
    if case .file(let path) = destination, place.name != nil {
      throw Failure(.usage, "--name has no meaning here: -o \(path) already names the result")
    }
    return destination
  }

  private func plan(_ sources: [Source], destination: OutputPlan.Destination) throws -> OutputPlan {
    let model = FilePath(network.model).stem ?? network.model
    return try OutputPlan(
      sources: sources, destination: destination,
      format: (try encoding.resultFormat ?? destination.impliedFormat())?.format, existing: place.existing,
      naming: try place.name.map { text throws(NameTemplateError) in try NameTemplate(text, model: model) },
      shard: search.shard)
  }

  private func openJournals(
    of plan: OutputPlan, context: EnhanceContext, temporaries: Temporaries
  ) throws -> [FilePath: Journal] {
    var journals: [FilePath: Journal] = [:]
    for directory in plan.journalDirectories {
      journals[directory] = try Journal(
        at: Journal.path(in: directory, shard: search.shard), run: context.run, temporaries: temporaries)
    }
    return journals
  }
}
