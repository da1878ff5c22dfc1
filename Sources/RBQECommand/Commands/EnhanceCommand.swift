import ArgumentParser
import Logging
import RBQE

/// `rbqe enhance`: files, directories, or one image through a pipe.
struct EnhanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enhance",
    abstract: "Enhance images, directories of images, or one image through a pipe.",
    discussion: """
      A file without -o gets its result beside it, as NAME.enhanced.EXT. A directory is searched with all that is \
      below it, and its tree is mirrored below the directory given by -o. With - the image comes from standard input; \
      with -o - it goes to standard output, and the records of --json to standard error.

      An image that is left alone comes out byte for byte as it went in, unless its format changes.

      A run into a directory keeps a journal there, .rbqe.jsonl. After an interruption, a crash or a full disk the \
      same command with --resume does what is left.
      """)

  @OptionGroup(title: "Files") var place: PlaceArguments
  @OptionGroup(title: "Files") var search: SearchArguments
  @OptionGroup(title: "Network and exit") var network: ModelArguments
  @OptionGroup(title: "Network and exit") var decision: GranularityArguments
  @OptionGroup(title: "Network and exit") var constraint: ConstraintArguments
  @OptionGroup(title: "Results") var encoding: EncodingArguments
  @OptionGroup(title: "Running") var running: RunArguments
  @OptionGroup(title: "Running") var limits: PixelLimitArguments
  @OptionGroup(title: "Records and messages") var reporting: RecordArguments
  @OptionGroup(title: "Records and messages") var verbosity: VerbosityArguments

  func validate() throws {
    guard !place.inputs.isEmpty || search.filesFrom != nil else {
      throw ValidationError("Name a file or a directory to enhance, - for standard input, or --files-from a list.")
    }
    try decision.check(with: network)
    let isForMany =
      search.filesFrom != nil || search.shard != nil || search.hasPatterns || running.resume || running.dryRun
      || running.watch
    if place.isPiped && isForMany {
      throw ValidationError(
        """
        --files-from, --include, --exclude, --shard, --resume, --dry-run and --watch have no meaning for an image that \
        goes through a pipe.
        """)
    }
    if running.watch && (place.inPlace || search.filesFrom != nil || running.dryRun) {
      throw ValidationError("--watch takes directories and -o DIR, without --in-place, --files-from and --dry-run.")
    }
    if running.watch && reporting.report != nil {
      throw ValidationError(
        "--watch goes on until a signal ends it, and makes no report: rbqe report makes one of --records at any time.")
    }
    if running.watch && network.budget != nil {
      throw ValidationError(
        "--budget needs to know all images from the beginning, and --watch doesn't: choose a price with --threshold.")
    }
    if place.inPlace, let format = encoding.format, format != .same {
      throw ValidationError("--in-place keeps the format: --format \(format.rawValue) needs another place, with -o.")
    }
  }

  /// For the run record: what shapes the results.
  func recordedOptions(_ enhancer: Enhancer) -> [String: String] {
    [network.recorded(enhancer), decision.recorded, constraint.recorded, encoding.recorded]
      .reduce(into: [:]) { $0.merge($1) { first, _ in first } }
  }

  func run() throws {
    let line = StatusLine()
    try Failure.reporting(to: verbosity.logger(above: line)) { logger in
      if place.isPiped {
        try runPipe(logger: logger)
      } else if running.watch {
        try runWatch(logger: logger, line: line)
      } else {
        try runFiles(logger: logger, line: line)
      }
    }
  }
}
