import ArgumentParser
import Batch
import Evaluation
import Imaging
import Inference
import Logging
import RBQE
import Reporting
import SystemPackage

/// `rbqe bench`: how long images take on this machine, stage by stage.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time every exit on this machine, stage by stage, or compare the records of two runs.",
    discussion: """
      Images go from file to file as rbqe enhance takes them, one at a time, at each exit and under the calibrated \
      policy; their results are thrown away. Stages are medians in milliseconds a megapixel. Without images a built-in \
      picture of one megapixel is used. The last row works on as many images at a time as there are cores.

      --compare sets two files of records side by side, image by image: ratios of the second to the first.
      """)

  @Argument(
    help: ArgumentHelp("Images or directories of them; with --compare two files of records.", valueName: "image"),
    completion: .file())
  var images: [String] = []

  @Flag(help: "Compare two files of records, of bench or enhance, instead of timing.")
  var compare = false

  @Option(
    name: .customLong("repeat"), help: ArgumentHelp("How often each image is timed at each exit.", valueName: "n"))
  var repetitions = 5

  @Option(help: ArgumentHelp("How often each image is enhanced before, untimed.", valueName: "n"))
  var warmUp = 1

  @Option(
    help: ArgumentHelp("The network: \(ModelArguments.shippedNames), or an ONNX file.", valueName: "name|file"),
    completion: .file())
  var model = ShippedModel.fast.rawValue

  @OptionGroup(title: "Records and messages") var reporting: RecordArguments
  @OptionGroup(title: "Records and messages") var verbosity: QuietArguments

  func validate() throws {
    guard repetitions > 0, warmUp >= 0 else {
      throw ValidationError("--repeat must be at least 1, --warm-up at least 0.")
    }
    if compare && images.count != 2 { throw ValidationError("--compare takes two files of records.") }
    if compare && reporting.isWanted { throw ValidationError("--compare makes no records and no report.") }
  }

  func run() throws {
    let line = StatusLine()
    try Failure.reporting(to: verbosity.logger(above: line)) { logger in
      if compare { return try runComparison(logger: logger) }
      let scratch = ScratchDirectory()
      let (stop, temporaries) = (StopSwitch(), Temporaries())
      let interruption = Interruption(
        stop: stop, temporaries: temporaries, tellState: {}, cleanUp: { scratch.remove() })
      defer { scratch.remove() }
      try scratch.create()
      let discovery = Discovery(inputs: try inputs(in: scratch))
      var failures = Failures(logger: logger)
      failures.errors = discovery.rejections.tell(to: logger)
      guard !discovery.sources.isEmpty else {
        if let error = failures.errors.first {
          throw (discovery.isSingleFile ? ExitStatus(for: error) : .someFailed).code
        }
        throw Failure(
          .noImage, "there is no JPEG or PNG file to time", hint: "name images, or none for the built-in one")
      }
      let plan = try plan(discovery.sources, resultsIn: scratch.path.appending("results"))
      let file = try ModelArguments.loadFile(model)
      let loaded = try ModelArguments.load(file, named: model)
      let header = RunRecord(
        options: ["repeat": String(repetitions), "warm-up": String(warmUp)], model: file,
        information: loaded.information, jobs: 1, threads: 1)
      let report = try reporting.openReport(
        on: "bench", header: header, limits: DecodingLimits(), keepsResults: false)
      let records = try RecordWriters(reporting, json: .standardOutput)
      records.begin(header)
      let bench = Bench(
        model: loaded, plan: plan, repetitions: repetitions, warmUps: warmUp, temporaries: temporaries, stop: stop)
      let settings = settings(for: loaded)
      let start = ContinuousClock.now
      let jobs = min(Machine.coreCount, plan.items.count)
      let counter = ProgressCounter(
        progress(of: plan, settings: settings.count + (jobs > 1 ? 1 : 0)))
      let display = ProgressDisplay(on: line, quiet: verbosity.quiet, json: reporting.json) { counter.progress }
      var table = LatencyTable()
      for setting in settings {
        let result = bench.run(setting, jobs: 1) { outcome in
          let outcome = named(outcome)
          records.write(outcome.record)
          report?.add(outcome)
          counter.step(setting.name, pixels: outcome.record.pixels)
        }
        table.add(setting.name, result.records, elapsed: result.elapsed)
        failures.add(result.failures)
        try stop.checkWriting()
      }
      if jobs > 1, let last = settings.last {
        let result = bench.run(last, jobs: jobs) {
          counter.step(last.name, pixels: $0.record.pixels)
        }
        table.add("\(last.name), \(jobs) at a time", result.records, elapsed: result.elapsed)
        failures.add(result.failures)
        try stop.checkWriting()
      }
      display?.end()
      interruption.conclude {}
      let end = RunEnd(elapsedMs: (ContinuousClock.now - start).milliseconds, peakMemory: PeakMemory.bytes)
      records.write(end)
      var steps = LastSteps(logger: logger)
      steps.take { try report?.finish(end, temporaries: temporaries) }
      if !reporting.json {
        steps.take {
          let heading = heading(imageCount: plan.items.count - failures.paths.count, loaded)
          try StandardOutput.write(heading + table.table.plain + memory)
        }
      }
      records.finish(in: &steps)
      interruption.conclude {}
      try steps.end()
      if let error = failures.errors.first {
        throw (discovery.isSingleFile ? ExitStatus(for: error) : .someFailed).code
      }
    }
  }

  private func plan(_ sources: [Source], resultsIn directory: FilePath) throws -> OutputPlan {
    do {
      return try OutputPlan(
        sources: sources, destination: .directory(directory), format: nil, existing: .overwrite)
    } catch {
      throw Failure(
        .usage, "two images have one name, and so would their results: \(error)", hint: "time them in separate runs")
    }
  }

  private func progress(of plan: OutputPlan, settings: Int) -> RunProgress {
    let runs = settings * repetitions
    var progress = RunProgress(total: runs * plan.items.count, plannedPixels: plan.pixels.multiplied(saturating: runs))
    progress.unit = "images"
    return progress
  }

  private func runComparison(logger: Logger) throws {
    let runs = try images.map { path in
      let runs = try ReportCommand.runs([path], logger: logger)
      guard runs.count == 1, let run = runs.first else {
        throw Failure(
          .usage, "\(path): holds \(runs.count) runs, and one is compared", hint: "split the file by its runs")
      }
      return run
    }
    let comparison = Comparison(runs[0], runs[1])
    guard !comparison.groups.isEmpty else {
      throw Failure(
        .usage, "\(images[0]) and \(images[1]) have no image in common",
        hint: "records are paired by path and exit or policy")
    }
    var text =
      "first   \(Self.describe(runs[0]))\nsecond  \(Self.describe(runs[1]))\n\n" + comparison.table.plain.printableLines
    if comparison.unmatched > 0 { text += "\nOnly in one of them: \(comparison.unmatched)\n" }
    try StandardOutput.write(text)
  }

  private static func describe(_ run: RecordedRun) -> String {
    guard let header = run.header else { return run.name.printable }
    return "\(run.name): rbqe \(header.version), \(header.model), \(header.cpu), \(header.instructionSet)".printable
  }

  private func settings(for model: Model) -> [Bench.Setting] {
    let exits = (0...model.information.exitCount).map {
      Bench.Setting(name: $0 == 0 ? "exit 0 (copy)" : "exit \($0)", policy: FixedPolicy(exit: $0))
    }
    let policy = try? PolicyChoice.standard(for: model).policy(for: model)
    return exits + [policy].compactMap(\.self).map { Bench.Setting(name: $0.name, policy: $0) }
  }

  private func inputs(in scratch: ScratchDirectory) throws -> [FilePath] {
    guard images.isEmpty else { return FilePath.arguments(images) }
    return [try scratch.write(try BenchPicture.file(), to: BenchPicture.name)]
  }

  /// The built-in picture lies somewhere else each time, and is to be compared with itself.
  private func named(_ outcome: ImageOutcome) -> ImageOutcome {
    guard images.isEmpty else { return outcome }
    var outcome = outcome
    outcome.record.path = BenchPicture.name
    return outcome
  }

  private func heading(imageCount count: Int, _ model: Model) -> String {
    """
    \(Machine.processorName), \(Machine.coreCount) cores, \(LibraryVersions.instructionSet)
    model \(model.information.name) \(model.information.version), \(count) image\(count == 1 ? "" : "s"), \
    \(repetitions) times each
    quantiles in ms an image, stages in medians of ms a megapixel

    """ + "\n"
  }

  private var memory: String {
    PeakMemory.bytes.map { "\npeak memory \(NumberText.bytes($0))\n" } ?? ""
  }
}

extension StopSwitch {
  /// - Throws: why no more results could be written: what is timed then is something else.
  fileprivate func checkWriting() throws {
    if case .cannotWrite(let error) = reason {
      throw Failure(.inputOutput, "stopped: \(error)", hint: "results go to a temporary directory: set TMPDIR")
    }
  }
}

/// What couldn't be timed; each image is told of once.
private struct Failures {
  let logger: Logger
  private(set) var paths: Set<String> = []
  var errors: [any Error] = []

  init(logger: Logger) {
    self.logger = logger
  }

  mutating func add(_ failures: [Bench.Failure]) {
    for failure in failures where paths.insert(failure.path).inserted {
      logger.error("\(failure.path.printable): \(failure.error)")
      errors.append(failure.error)
    }
  }
}
