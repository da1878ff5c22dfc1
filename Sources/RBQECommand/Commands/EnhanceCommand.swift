import ArgumentParser
import Batch
import Imaging
import Logging
import RBQE
import Reporting
import SystemPackage

/// `rbqe enhance`: files, directories, or one image through a pipe.
struct EnhanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enhance",
    abstract: "Enhance images, directories of images, or one image through a pipe.",
    discussion: """
      A file without -o gets its result beside it, as NAME.enhanced.EXT. A directory is searched with all that is \
      below it, and its tree is mirrored below the directory given by -o. With - the image comes from standard input; \
      with -o - it goes to standard output.

      An image that is good as it is comes out byte for byte as it went in, unless its format changes.
      """)

  @OptionGroup(title: "Files") var place: PlaceArguments
  @OptionGroup(title: "Network and exit") var network: ModelArguments
  @OptionGroup(title: "Results") var encoding: EncodingArguments
  @OptionGroup(title: "Running") var running: RunArguments
  @OptionGroup(title: "Running") var limits: PixelLimitArguments
  @OptionGroup(title: "Records and messages") var reporting: RecordArguments
  @OptionGroup(title: "Records and messages") var verbosity: VerbosityArguments

  func run() throws {
    try Failure.reporting(to: verbosity.logger) { logger in
      if place.isPiped {
        try runPipe(logger: logger)
      } else {
        try runFiles(logger: logger)
      }
    }
  }

  private func runPipe(logger: Logger) throws {
    let input = place.inputs[0] == "-" ? nil : FilePath(place.inputs[0])
    let output = place.output == "-" ? nil : place.output.map { FilePath($0) }
    guard output != nil || !StandardOutput.isTerminal else {
      throw Failure(
        .usage, "an image would go to the terminal", hint: "send it on with > FILE or |, or name a file with -o FILE")
    }
    var format = encoding.resultFormat
    if let output {
      let destination = try OutputPlan.Destination(output: place.output, inputs: [])
      guard destination.directory == nil else {
        throw Failure(.usage, "\(output) is a directory, and what comes through a pipe has no name", hint: "-o FILE")
      }
      format = try format ?? destination.impliedFormat()
    }
    let context = try prepare(jobs: 1, json: output == nil ? .standardError : .standardOutput)
    let outcome = PipeRunner(processor: context.processor)
      .run(
        input: input, output: output, existing: place.existing, format: format?.format,
        writeStandardOutput: StandardOutput.write)
    context.note(outcome, logger: logger)
    if outcome.record.status == .skipped { logger.notice("\(OutcomeLine(outcome.record))") }
    try context.finish()
    if let error = outcome.error { throw ExitStatus(for: error).code }
  }

  private func runFiles(logger: Logger) throws {
    let paths = place.inputs.map { FilePath($0) }
    let destination = try OutputPlan.Destination(output: place.output, inputs: paths)
    let discovery = Discovery(inputs: paths, excluding: destination.directory)
    let plan = try OutputPlan(
      sources: discovery.sources, destination: destination,
      format: (try encoding.resultFormat ?? destination.impliedFormat())?.format, existing: place.existing)
    guard !plan.items.isEmpty || !discovery.rejections.isEmpty else {
      throw Failure(
        .noImage, "the inputs hold no JPEG or PNG file (\(discovery.ignoredCount) other files passed over)")
    }

    let context = try prepare(jobs: running.jobCount, json: .standardOutput)
    for rejection in discovery.rejections { context.note(rejection.outcome, logger: logger) }
    var summary = BatchSummary()
    if discovery.rejections.isEmpty || !running.failFast {
      summary = BatchRunner(processor: context.processor, jobs: running.jobCount)
        .run(plan, stopsAtFailure: running.failFast) { context.note($0, logger: logger) }
    }
    try context.finish()

    let text = SummaryText(
      summary: summary, rejected: discovery.rejections.count, ignored: discovery.ignoredCount,
      planned: plan.items.count)
    logger.notice("\(text)")
    if let error = discovery.rejections.first?.reason ?? summary.firstError {
      throw (discovery.isSingleFile ? ExitStatus(for: error) : .someFailed).code
    }
  }

  private func prepare(jobs: Int, json: RecordTarget) throws -> RunContext {
    let model = try network.loadFile()
    let enhancer = try network.enhancer(for: model, scores: reporting.isWanted)
    let records = try reporting.records(json: json)
    let processor = ImageProcessor(enhancer: enhancer, options: encoding.options, limits: limits.decoding)
    let header = RunRecord(
      options: network.recorded.merging(encoding.recorded) { first, _ in first }, model: model,
      information: enhancer.model.information, jobs: jobs)
    records.write(header)
    let report = try reporting.openReport(
      on: place.inputs.joined(separator: ", "), header: header, inputs: place.inputs, limits: limits.decoding)
    return RunContext(processor: processor, records: records, report: report)
  }
}

/// What one run works with.
private struct RunContext: Sendable {
  let processor: ImageProcessor
  let records: RecordWriters
  let report: RunReport?

  /// Ends the records, and writes the report.
  func finish() throws {
    try records.finish()
    try report?.finish()
  }

  /// Records an outcome, and tells the person who waits.
  func note(_ outcome: ImageOutcome, logger: Logger) {
    records.write(outcome.record)
    report?.add(outcome.record)
    let line = OutcomeLine(outcome.record)
    for warning in outcome.record.warnings ?? [] { logger.warning("\(outcome.record.path): \(warning)") }
    if outcome.error != nil {
      logger.error("\(line)")
    } else {
      logger.info("\(line)")
      if let stages = line.stages { logger.debug("  \(stages)") }
    }
  }
}
