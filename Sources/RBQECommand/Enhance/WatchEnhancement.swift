import Batch
import Logging
import SystemPackage

extension EnhanceCommand {
  /// Enhances what comes into directories, until a signal ends it.
  func runWatch(logger: Logger, line: StatusLine) throws {
    let paths = FilePath.arguments(place.inputs)
    if let obstacle = Watch.obstacle(to: paths) {
      throw Failure(ExitStatus(for: obstacle.reason), "\(obstacle.displayName.printable): \(obstacle.reason)")
    }
    let destination = try destination(for: paths, list: [])
    guard let directory = destination.directory else {
      throw Failure(.usage, "--watch needs a directory for the results", hint: "name one with -o DIR/")
    }
    // What is wrong with names and formats is said now, and not when the first image comes.
    _ = try plan([], destination: destination)
    let context = try EnhanceContext(self, json: .standardOutput, logger: logger)
    let session = BatchSession(self, context: context, destination: destination, line: line)
    try session.open([directory])
    context.begin()
    var watch = Watch(directories: paths, options: search.options(excluding: directory))
    logger.notice("watching \(place.inputs.map(\.printable).joined(separator: ", ")); end with Ctrl-C")
    let summary = try session.concluding(ignored: 0) {
      while session.stop.reason == nil {
        let began = ContinuousClock.now
        let finding = watch.look()
        try session.note(finding.rejections.filter { $0.belongs(to: search.shard) })
        let results = try session.results(among: finding.new.isEmpty ? [] : finding.all, of: destination)
        let new = finding.new.filter { !results.contains($0.path) }
        if !new.isEmpty {
          let plan = try planWithoutCollisions(
            finding.all.filter { !results.contains($0.path) }, new: new, destination: destination
          ) { rejections in
            for rejection in rejections { watch.refuse(rejection.path) }
            try session.note(rejections.filter { $0.belongs(to: search.shard) })
          }
          // A new picture under the name of one that is gone must not cost that one's result.
          try session.run(plan.restricted(to: new), isResuming: true, changing: finding.changing)
        }
        // A large tree takes a while to look at; most of the time is left to others.
        session.stop.wait(atMost: max(Self.pause, (ContinuousClock.now - began) * 2))
      }
    }
    if summary.firstError != nil { throw ExitStatus.someFailed.code }
  }

  /// Between two looks; also how long a file must look the same before it counts as complete.
  private static let pause = Duration.seconds(1)

  /// The plan of all that is there; what would take the output of another is left out, and a failure when it is new.
  private func planWithoutCollisions(
    _ all: [Source], new: [Source], destination: OutputPlan.Destination, refuse: ([Rejection]) throws -> Void
  ) throws -> OutputPlan {
    var sources = all
    while true {
      do {
        return try plan(sources, destination: destination)
      } catch let error as OutputPlanError {
        let collisions = Dictionary(error.all.map { ($0.source, $0) }, uniquingKeysWith: { first, _ in first })
        let count = sources.count
        sources.removeAll { collisions[$0.path] != nil }
        guard sources.count < count else { throw error }
        try refuse(new.compactMap { source in collisions[source.path].map { source.rejected(for: $0) } })
      }
    }
  }
}

extension OutputPlanError {
  /// Itself, or each where there are several.
  fileprivate var all: [OutputPlanError] {
    if case .several(let errors) = self { errors } else { [self] }
  }
}
