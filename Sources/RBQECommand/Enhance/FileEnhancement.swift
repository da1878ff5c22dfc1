import ArgumentParser
import Batch
import Logging
import SystemPackage

extension EnhanceCommand {
  /// Enhances files and directories.
  func runFiles(logger: Logger, line: StatusLine) throws {
    let list = try search.list()
    let paths = FilePath.arguments(place.inputs)
    let destination = try destination(for: paths, list: list)
    let discovery = Discovery(
      inputs: paths, list: list, options: search.options(excluding: destination.directory))
    let rejections = discovery.rejections(of: search.shard)
    let plan = try plan(
      discovery.sources, results: try destination.results(among: discovery.sources), destination: destination)
    try reporting.checkApart { plan.hasOutput($0) }
    guard !discovery.sources.isEmpty || !discovery.rejections.isEmpty else {
      let wanted = search.hasPatterns ? " that --include and --exclude let pass" : ""
      throw Failure(
        .noImage, "the inputs hold no JPEG or PNG file\(wanted) (\(discovery.ignoredCount) other files passed over)")
    }
    let error: (any Error)?
    if running.dryRun {
      error = try printPlan(plan, rejections: rejections, logger: logger)
    } else {
      let context = try EnhanceContext(self, json: .standardOutput, logger: logger)
      let session = BatchSession(self, context: context, destination: destination, line: line)
      try session.open(plan.journalDirectories, outputs: plan.outputDirectories)
      context.begin()
      error = try session.concluding(ignored: discovery.ignoredCount) {
        try session.note(rejections)
        try session.run(plan, isResuming: running.resume)
      }.firstError
    }
    if let error { throw (discovery.isSingleFile ? ExitStatus(for: error) : .someFailed).code }
  }

  /// Where results go, and whether that goes together with the other options.
  func destination(for paths: [FilePath], list: [FilePath]) throws -> OutputPlan.Destination {
    let destination =
      place.inPlace
      ? .inPlace
      : try OutputPlan.Destination(
        output: place.output, at: place.output.map { FilePath(argument: $0) }, inputs: paths + list,
        isList: search.filesFrom != nil)
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

  /// Where every result goes.
  ///
  /// - Parameter results: sources that are results of earlier runs.
  func plan(
    _ sources: [Source], results: Set<FilePath> = [], destination: OutputPlan.Destination
  ) throws -> OutputPlan {
    let model = FilePath(network.model).stem ?? network.model
    let naming = try place.name.map { text throws(NameTemplateError) in try NameTemplate(text, model: model) }
    return try OutputPlan(
      sources: sources, destination: destination,
      format: try encoding.resultFormat(for: destination, naming: naming), existing: place.existing, naming: naming,
      results: results, shard: search.shard)
  }
}
