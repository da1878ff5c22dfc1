import ArgumentParser
import Batch
import Evaluation
import Imaging
import Inference
import Logging
import Quality
import RBQE
import Reporting
import SystemPackage

/// `rbqe evaluate`: what exits and policies gain on pictures whose originals are known.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure exits and policies against reference images: PSNR, SSIM, PSNR-B, cost and time.",
    discussion: """
      References are compressed in memory at each of --qualities, or paired with the files of --degraded that have the \
      same path below their directories (extensions may differ). With --channel luma the reference's luma is \
      compressed and enhanced as a grey image; with rgb the image is compressed with chroma at half resolution (4:2:0). \
      Degraded files are enhanced as they are, and compared by the channel.

      PSNR of identical pictures is infinite; if any take part, PSNR counts as 50 dB at most.
      """)

  @Option(
    help: ArgumentHelp("Pristine images; searched with all that is below.", valueName: "dir"), completion: .directory)
  var reference: String

  @Option(
    help: ArgumentHelp(
      "JPEG qualities to compress with, \(Self.usualQualities) by default; none: not at all.",
      valueName: "10,20,...,none"))
  var qualities: QualityList?

  @Option(
    help: ArgumentHelp("Degraded versions of the references, instead of --qualities.", valueName: "dir"),
    completion: .directory)
  var degraded: String?

  @Flag(help: "Save the degraded pictures as PNG before they are enhanced, so that only pixels tell their quality.")
  var asPNG = false

  @OptionGroup var constraint: ConstraintArguments

  @Option(help: "What is compared: luma, or red, green and blue.")
  var channel: Levels.Channels = .luma

  @Option(help: ArgumentHelp("Policies to measure beside the exits, or all.", valueName: "name,...|all"))
  var policy: PolicyList = .all

  @Option(
    help: ArgumentHelp(
      """
      Exits that tables and reports show beside the input and the policies, such as 1,last; all by default. Records have \
      every exit.
      """, valueName: "k,...|last|all"))
  var exit: ExitList = .all

  @Option(
    help: ArgumentHelp(
      "Records of other pictures, by which the exit for each known quality is chosen; without, by the measured ones.",
      valueName: "file.jsonl"), completion: .file())
  var knownFrom: String?

  @Option(
    help: ArgumentHelp("The network: \(ModelArguments.shippedNames), or an ONNX file.", valueName: "name|file"),
    completion: .file())
  var model = ShippedModel.fast.rawValue

  @Option(help: ArgumentHelp("Images worked on at a time; 1 for times that can be trusted.", valueName: "n"))
  var jobs: Int?

  @Option(
    help: ArgumentHelp("Write a record of the run and of each image, as JSON Lines.", valueName: "file.jsonl"),
    completion: .file())
  var records: String?

  @Flag(help: "Go on with the file of --records: what it holds isn't measured again.")
  var resume = false

  @Flag(help: "Print the records to standard output instead of tables.")
  var json = false

  @Option(
    help: ArgumentHelp("Write the records as comma-separated values.", valueName: "file.csv"), completion: .file())
  var csv: String?

  @Option(
    help: ArgumentHelp("Write a report for the browser, as Markdown or as a table.", valueName: "file.html|.md|.csv"),
    completion: .file())
  var report: String?

  @OptionGroup(title: "Running") var limits: PixelLimitArguments
  @OptionGroup(title: "Messages") var verbosity: QuietArguments

  private static let usualQualities = QualityList(values: [10, 20, 30, 40])
  private var wantedQualities: QualityList { qualities ?? Self.usualQualities }

  func validate() throws {
    guard wantedQualities.values.compactMap(\.self).allSatisfy({ (1...100).contains($0) }) else {
      throw ValidationError("--qualities must be between 1 and 100.")
    }
    if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1.") }
    if resume && records == nil { throw ValidationError("--resume needs --records, the file to go on with.") }
    if knownFrom != nil && (!policy.isSwept || degraded != nil || (json && report == nil)) {
      throw ValidationError("--known-from needs --policy all, --qualities, and tables or a --report to show it in.")
    }
    if let report { _ = try ReportFormat(path: report) }
    if degraded != nil && qualities != nil {
      throw ValidationError("--qualities has no meaning with --degraded, which names what is compressed already.")
    }
    try RecordArguments.checkApart([("--records", records), ("--csv", csv), ("--report", report)])
  }

  func run() throws {
    let line = StatusLine()
    try Failure.reporting(to: verbosity.logger(above: line)) { logger in
      let file = try ModelArguments.loadFile(model)
      let loaded = try ModelArguments.load(file, named: model)
      let exits = try exit.numbers(of: loaded.information.exitCount)
      let evaluator = try evaluator(for: loaded)
      var rejected: [any Error] = []
      let plan = try plan(rejected: &rejected, logger: logger)
      let jobCount = min(jobs ?? .max, Machine.coreCount)
      let header = RunRecord(
        options: recordedOptions(evaluator), model: file, information: loaded.information, jobs: jobCount, threads: 1)
      let known = try knownFrom.map { try knownQuality($0, like: header, model: loaded, plan: plan, logger: logger) }
      let reportTarget = try report.map { try OutputFile($0) }
      let csvTarget = try csv.map { try OutputFile($0) }
      // The last that can fail: it replaces the records of an earlier run.
      let places = try recordPlaces(for: header)

      let start = ContinuousClock.now
      let counter = ProgressCounter(plan.progress)
      let display = ProgressDisplay(on: line, quiet: verbosity.quiet, json: json) { counter.progress }
      var results = Collected()
      EvaluationRunner(evaluator: evaluator, jobs: jobCount).run(
        plan, earlier: places.earlier,
        pictureBudget: reportTarget?.isHTML == true
          ? HTMLReport.pictureBudget(imageCount: plan.items.count) : nil
      ) { outcome in
        if !outcome.isEarlier { places.writers.write(outcome.record) }
        if json && outcome.isEarlier { places.output?.write(outcome.record) }
        results.add(outcome)
        counter.step(
          outcome.record.path.printable, pixels: outcome.pixels, isEarlier: outcome.isEarlier,
          hasFailed: outcome.record.status == .failed)
        if let error = outcome.record.error { logger.error("\(outcome.record.path.printable): \(error)") }
      }
      display?.end()
      let end = RunEnd(elapsedMs: (ContinuousClock.now - start).milliseconds, peakMemory: PeakMemory.bytes)
      places.writers.write(end)
      var run = RecordedRun(name: reference, header: header)
      run.end = end
      run.evaluations = results.records
      var report = try Report([run], exits: exits)
      let pareto =
        try policy.isSwept
        ? Pareto(results.records, known: known, sweeps: PolicySweep.all(for: loaded), model: loaded) : nil
      if let pareto {
        report.curves = pareto.curves
        report.curveTables = [
          ("What policies gain at the same cost", pareto.comparison), ("Every setting of every policy", pareto.table),
        ]
      }
      var steps = LastSteps(logger: logger)
      steps.take { try csvTarget?.write(CSVTable([run]).text) }
      if let reportTarget {
        let pictures = results.pictures
        let references = Dictionary(
          plan.items.map { ($0.reference.displayName, $0.reference.path.string) }, uniquingKeysWith: { path, _ in path }
        )
        steps.take {
          try reportTarget.write(report, jobs: jobCount) { row in
            let links = references[row.path].map { [("reference", $0)] } ?? []
            return HTMLReport.Exhibit(
              pictures: pictures[row.index].map { .success($0) } ?? .failure(ExhibitError.measurement),
              links: links.map { ($0.0, reportTarget.reference(to: $0.1)) })
          }
        }
      }
      if !json {
        steps.take {
          let text = Self.text(results.records, exits: exits) + Self.text(pareto)
          try StandardOutput.write(text.printableLines)
        }
      }
      places.writers.finish(in: &steps)
      try steps.end()
      if !rejected.isEmpty || results.records.contains(where: { $0.status == .failed }) {
        throw ExitStatus.someFailed.code
      }
    }
  }

  private func evaluator(for model: Model) throws -> Evaluator {
    do {
      return Evaluator(
        model: model, channels: channel, policies: try policy.bound(to: model), hasOracle: policy.hasOracle,
        savesAsPNG: asPNG, constraint: constraint.mode,
        limits: limits.decoding)
    } catch {
      throw ValidationError("\(error).")
    }
  }

  /// What the records of --known-from say, if they are of the same kind as those that this run makes.
  private func knownQuality(
    _ path: String, like header: RunRecord, model: Model, plan: EvaluationPlan, logger: Logger
  ) throws -> KnownQuality {
    let runs = try ReportCommand.runs([path], logger: logger)
    let hint = "measure those pictures as these are measured"
    for run in runs {
      let isComparable = ["channel", "as_png", "degraded", "constraint"].allSatisfy {
        run.header?.options[$0] == header.options[$0]
      }
      guard isComparable, run.header?.modelHash == header.modelHash else {
        throw Failure(
          .usage, "\(path): was written with another model, --channel, --as-png or --constraint, or with --degraded",
          hint: hint)
      }
    }
    let known = try KnownQuality(runs.flatMap(\.evaluations), model: model)
    if let item = plan.items.first(where: { !known.qualities.contains($0.degradation.quality) }) {
      let lacking = item.degradation.quality.map { "of quality \($0)" } ?? "that wasn't compressed"
      throw Failure(.usage, "\(path): holds no picture \(lacking)", hint: hint)
    }
    return known
  }

  private func plan(rejected: inout [any Error], logger: Logger) throws -> EvaluationPlan {
    let references = try sources(reference, option: "--reference", rejected: &rejected, logger: logger)
    guard let degraded else { return EvaluationPlan(references: references, qualities: wantedQualities.values) }
    let plan: EvaluationPlan
    do {
      plan = try EvaluationPlan(
        references: references,
        degraded: try sources(degraded, option: "--degraded", rejected: &rejected, logger: logger))
    } catch let error as EvaluationError {
      throw Failure(.usage, "\(error)")
    }
    for path in plan.unmatched { logger.warning("\(path.printable): has no partner, and isn't measured") }
    guard !plan.items.isEmpty else {
      throw Failure(
        .noImage, "no file below \(degraded) has the path of one below \(reference)",
        hint: "give the two directories the same tree and names; only extensions may differ")
    }
    return plan
  }

  private func sources(
    _ directory: String, option: String, rejected: inout [any Error], logger: Logger
  ) throws -> [Source] {
    let discovery = Discovery(inputs: [FilePath(argument: directory)])
    let errors = discovery.rejections.tell(to: logger)
    rejected += errors
    guard !discovery.sources.isEmpty else {
      if let error = errors.first { throw (discovery.isSingleFile ? ExitStatus(for: error) : .someFailed).code }
      throw Failure(
        .noImage, "\(directory) holds no JPEG or PNG file", hint: "\(option) takes a directory of images")
    }
    return discovery.sources
  }

  private func recordedOptions(_ evaluator: Evaluator) -> [String: String] {
    var options = [
      "reference": reference, "channel": channel.rawValue,
      "policy": (evaluator.policies.map(\.name) + (evaluator.hasOracle ? [Evaluator.oracleName] : []))
        .joined(separator: ","),
    ]
    if asPNG { options["as_png"] = "true" }
    options.merge(constraint.recorded) { $1 }
    if let degraded { options["degraded"] = degraded } else { options["qualities"] = wantedQualities.description }
    return options
  }

  /// Opens the places that records go to, and reads what an earlier run left.
  private func recordPlaces(for header: RunRecord) throws -> RecordPlaces {
    var writers: [RecordWriter] = []
    var output: RecordWriter?
    var earlier: [EvaluationRecord] = []
    if json {
      let writer = try RecordWriter(.standardOutput)
      writers.append(writer)
      output = writer
      writer.write(header)
    }
    if let records {
      let path = FilePath(argument: records)
      if resume, let bytes = try Self.earlierRecords(at: path), bytes.contains(UInt8(ascii: "\n")) {
        let runs: [RecordedRun]
        do {
          runs = try RecordReader.runs(in: bytes, name: records)
        } catch {
          throw Failure(.inputOutput, "\(error)", hint: "remove the file, or leave --resume away")
        }
        if let former = runs.first?.header, !former.isOfSameWork(as: header) {
          throw Failure(
            .usage, "\(records): was written with another model or other options",
            hint: "give the same ones, or another file with --records")
        }
        earlier = runs.flatMap(\.evaluations)
        writers.append(try RecordWriter(.continuing(path)))
      } else {
        let writer = try RecordWriter(.file(path))
        writer.begin(header)
        writers.append(writer)
      }
    }
    return RecordPlaces(writers: RecordWriters(writers: writers), output: output, earlier: earlier)
  }

  /// What an earlier run left; nil if there is nothing.
  ///
  /// - Throws: `Failure` where it can't be read: it must not be begun anew.
  private static func earlierRecords(at path: FilePath) throws -> [UInt8]? {
    do {
      return try FileContents.read(path)
    } catch let error where error.reason == .noSuchFileOrDirectory {
      return nil
    } catch {
      throw Failure(.inputOutput, "\(path.string.printable): \(error)", hint: "remove the file, or leave --resume away")
    }
  }

  private static func text(_ pareto: Pareto?) -> String {
    guard let pareto else { return "" }
    return """

      every setting of every policy, all pictures
      \(pareto.table.plain)
      policies at the same cost, all pictures
      \(pareto.comparison.plain)
      """
  }

  /// The tables for the terminal.
  private static func text(_ records: [EvaluationRecord], exits: Set<Int>?) -> String {
    EvaluationSummary(records, exits: exits).groups.map { group in
      "\(group.name)\n\(group.table.plain)\n\(group.pairedTable.plain)\n\(group.worstTable.plain)"
    }.joined(separator: "\n")
  }
}

/// Where records go, and what is known already.
private struct RecordPlaces {
  let writers: RecordWriters
  /// Standard output, where records of an earlier run are repeated.
  let output: RecordWriter?
  let earlier: [EvaluationRecord]
}

/// What came out, in the order of the plan.
private struct Collected: Sendable {
  private(set) var records: [EvaluationRecord] = []
  private(set) var pictures: [Int: PicturePair] = [:]

  mutating func add(_ outcome: EvaluationOutcome) {
    if let pair = outcome.pictures { pictures[records.count] = pair }
    records.append(outcome.record)
  }
}

extension RunRecord {
  /// Whether a run that continues the other gives comparable figures.
  fileprivate func isOfSameWork(as other: RunRecord) -> Bool {
    options == other.options && modelHash == other.modelHash && version == other.version
  }
}

extension Levels.Channels: ExpressibleByArgument {}
