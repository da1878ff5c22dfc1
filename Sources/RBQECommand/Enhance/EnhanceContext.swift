import ArgumentParser
import Batch
import Imaging
import Logging
import RBQE
import Reporting

/// What one run of `rbqe enhance` works with.
struct EnhanceContext: Sendable {
  let processor: ImageProcessor
  /// Bytes that images may take together.
  let memory: Int
  let run: RunRecord
  let records: RecordWriters
  let report: RunReport?
  let logger: Logger

  /// Loads the model, and sees whether records and a report can be written.
  init(_ command: EnhanceCommand, json: RecordTarget, logger: Logger) throws {
    let model = try command.network.loadFile()
    let reporting = command.reporting
    let enhancer = try command.network.enhancer(
      for: model, scores: reporting.isWanted, constraint: command.constraint.mode,
      granularity: command.decision.granularity)
    let running = command.running
    memory = try running.memoryForImages(with: enhancer)
    var limits = command.limits.decoding
    limits.maxCodecMemory = memory
    processor = ImageProcessor(
      enhancer: enhancer, options: command.encoding.options, limits: limits, memoryLimit: memory)
    let jobs = command.place.isPiped ? 1 : running.jobCount
    run = RunRecord(
      options: command.recordedOptions(enhancer), model: model, information: enhancer.model.information, jobs: jobs,
      threads: running.threads ?? max(1, Machine.coreCount / jobs))
    let place = command.place
    report = try reporting.openReport(
      on: place.inputs.joined(separator: ", "), header: run, limits: command.limits.decoding, memory: memory)
    records = try RecordWriters(reporting, json: json, isResuming: running.resume)
    self.logger = logger
  }

  /// Begins the records, in place of those of an earlier run.
  func begin() { records.begin(run) }

  /// Writes the report, takes what else is to be done at the end, and ends the records: each though another fails.
  ///
  /// - Parameter temporaries: those of the run.
  func finish(temporaries: Temporaries, _ rest: () throws -> Void = {}) throws {
    var steps = LastSteps(logger: logger)
    steps.take { try report?.finish(temporaries: temporaries) }
    steps.take(rest)
    records.finish(in: &steps)
    try steps.end()
  }

  /// Records an outcome, and tells the person who waits.
  func note(_ outcome: ImageOutcome) {
    records.write(outcome.record)
    report?.add(outcome)
    let line = OutcomeLine(outcome)
    for warning in outcome.record.warnings ?? [] { logger.warning("\(outcome.record.path.printable): \(warning)") }
    for note in outcome.notes { logger.info("\(outcome.record.path.printable): \(note)") }
    if outcome.error != nil {
      logger.error("\(line)")
    } else {
      logger.info("\(line)")
      if let stages = line.stages { logger.debug("  \(stages)") }
    }
  }
}
