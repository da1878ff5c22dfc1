import Batch
import Logging
import SystemPackage

extension EnhanceCommand {
  /// Enhances what comes into directories, until a signal ends it.
  func runWatch(logger: Logger, line: StatusLine) throws {
    let paths = FilePath.arguments(place.inputs)
    let destination = try destination(for: paths, list: [])
    guard let directory = destination.directory else {
      throw Failure(.usage, "--watch needs a directory for the results", hint: "name one with -o DIR/")
    }
    let context = try EnhanceContext(self, json: .standardOutput, logger: logger)
    let session = BatchSession(self, context: context, destination: destination, line: line)
    try session.open([directory])
    var watch = Watch(directories: paths, options: search.options(excluding: directory))
    logger.notice("watching \(place.inputs.map(\.printable).joined(separator: ", ")); end with Ctrl-C")
    while session.stop.reason == nil {
      let began = ContinuousClock.now
      let finding = watch.look()
      try session.note(finding.rejections.filter { $0.belongs(to: search.shard) })
      if !finding.new.isEmpty {
        let plan = try planWithoutCollisions(finding, destination: destination, logger: logger)
        try session.run(plan.restricted(to: finding.new), isResuming: true)
      }
      // A large tree takes a while to look at; most of the time is left to others.
      session.stop.wait(atMost: max(Self.pause, (ContinuousClock.now - began) * 2))
    }
    if try session.conclude(ignored: 0).firstError != nil { throw ExitStatus.someFailed.code }
  }

  /// Between two looks; also how long a file must look the same before it counts as complete.
  private static let pause = Duration.seconds(1)

  /// The plan of all that is there; what would take the output of another is left out, and said once.
  private func planWithoutCollisions(
    _ finding: Watch.Finding, destination: OutputPlan.Destination, logger: Logger
  ) throws -> OutputPlan {
    var sources = finding.all
    while true {
      do {
        return try plan(sources, destination: destination)
      } catch let error as OutputPlanError {
        let count = sources.count
        sources.removeAll { $0.path == error.source }
        guard sources.count < count else { throw error }
        if finding.new.contains(where: { $0.path == error.source }) { logger.error("\(error)") }
      }
    }
  }
}
