import Imaging
import Reporting
import SystemPackage

/// Where every result goes, decided before any work starts.
public struct OutputPlan: Sendable {
  /// Where results go.
  public enum Destination: Sendable, Equatable {
    /// Beside the input, as `{stem}.enhanced.{ext}`.
    case besideInput
    /// Below a directory, mirroring the tree of the input.
    case directory(FilePath)
    /// One file.
    case file(FilePath)
    /// Into the input's own place.
    case inPlace
  }

  /// What to do about an output that is there already.
  public enum Existing: String, Sendable, CaseIterable {
    /// Leave it and count the input as skipped.
    case skip
    /// Replace it.
    case overwrite
    /// Replace it if it is older than the input.
    case older
  }

  /// What becomes of one input.
  public enum Action: String, Sendable {
    /// It is enhanced.
    case enhance
    /// Nothing, because its output is there already.
    case leaveExisting = "exists"
    /// Nothing, because an earlier run did it.
    case leaveDone = "done"
  }

  /// One input and its output.
  public struct Item: Sendable {
    /// The input.
    public let source: Source
    /// Where its result goes.
    public let output: FilePath
    /// The result's format.
    public let format: ImageFormat
    /// What becomes of it.
    public internal(set) var action: Action
    /// The directory whose journal tells of it.
    public let journalDirectory: FilePath?
    /// What it took, if an earlier run did it and wrote that down.
    var earlierCost: RecordedCost?

    /// Whether nothing is done.
    public var isSkipped: Bool { action != .enhance }
  }

  /// Every input in the order of discovery.
  public private(set) var items: [Item]
  /// Where results go.
  public let destination: Destination

  /// Plans the outputs.
  ///
  /// - Parameters:
  ///   - format: that of every result; nil means each input's own.
  ///   - naming: how results are named; nil means as their inputs are, or `{stem}.enhanced.{ext}` beside them.
  ///   - shard: the part of the work that is planned; what collides in any part is found in each.
  /// - Throws: `OutputPlanError` if two inputs would share an output, or an output is one of the inputs.
  public init(
    sources: [Source], destination: Destination, format: ImageFormat?, existing: Existing,
    naming: NameTemplate? = nil, shard: Shard? = nil
  ) throws(OutputPlanError) {
    let inputs = Dictionary(sources.map { ($0.status.identity, $0.path) }, uniquingKeysWith: { first, _ in first })
    var takenBy: [String: FilePath] = [:]
    var items: [Item] = []
    for source in sources {
      let format = format ?? source.format
      let output = Self.output(for: source, destination: destination, format: format, naming: naming)
      // Names that differ only in case are one file on many systems, so they are one here.
      let key = Self.key(output.lexicallyNormalized())
      if let other = takenBy.updateValue(source.path, forKey: key) {
        throw OutputPlanError.sharedOutput(other, source.path, output: output)
      }
      var action = Action.enhance
      if destination != .inPlace, let present = FileStatus.ifPresent(at: output) {
        if let input = inputs[present.identity] {
          throw OutputPlanError.outputIsInput(source.path, output: output, input: input)
        }
        guard present.kind == .file else { throw OutputPlanError.outputIsNoFile(source.path, output: output) }
        if Self.stays(present, existing: existing, source: source) { action = .leaveExisting }
      }
      guard shard?.contains(source.relativePath) ?? true else { continue }
      items.append(
        Item(
          source: source, output: output, format: format, action: action,
          journalDirectory: destination.journalDirectory(for: source)))
    }
    self.items = items
    self.destination = destination
  }

  /// Pixels of the images that are to be enhanced.
  public var pixels: Int { items.reduce(0) { $0 + ($1.isSkipped ? 0 : $1.source.pixels) } }

  /// The directories that have a journal, in the order of the plan.
  public var journalDirectories: [FilePath] {
    var seen: Set<FilePath> = []
    return items.compactMap(\.journalDirectory).filter { seen.insert($0).inserted }
  }

  /// The directories of results that no journal tells of.
  var directoriesWithoutJournal: Set<FilePath> {
    Set(items.filter { $0.journalDirectory == nil && !$0.isSkipped }.map { $0.output.removingLastComponent() })
  }

  /// The same plan for some of its inputs.
  public func restricted(to sources: [Source]) -> OutputPlan {
    let paths = Set(sources.map(\.path))
    var plan = self
    plan.items.removeAll { !paths.contains($0.source.path) }
    return plan
  }

  /// Takes up what earlier runs did.
  ///
  /// - Parameters:
  ///   - histories: what the journals tell, by directory.
  ///   - run: the run that begins.
  ///   - isResuming: whether an output that a journal lists is judged by it alone. What was enhanced in place is never
  ///     enhanced again, whether or not.
  public mutating func takeUp(_ histories: [FilePath: JournalHistory], run: RunRecord, isResuming: Bool) {
    let recipe = JournalHistory.Recipe(run)
    for index in items.indices {
      let item = items[index]
      guard let directory = item.journalDirectory,
        let entry = histories[directory]?[JournalName(item.output, below: directory)]
      else { continue }
      if destination == .inPlace {
        if entry.result == item.source.status.stamp { items[index].action = .leaveDone }
      } else if isResuming {
        let present = FileStatus.ifPresent(at: item.output)?.stamp
        let isDone = present.map { entry.isDone(input: item.source.status.stamp, recipe: recipe, present: $0) }
        items[index].action = isDone == true ? .leaveDone : .enhance
        if isDone == true { items[index].earlierCost = entry.cost }
      }
    }
  }

  private static func key(_ path: FilePath) -> String {
    String(validating: path)?.lowercased() ?? "\(path.platformBytes)"
  }

  private static func output(
    for source: Source, destination: Destination, format: ImageFormat, naming: NameTemplate?
  ) -> FilePath {
    switch destination {
    case .file(let path):
      return path
    case .directory(let directory):
      if let naming { return directory.pushing(naming.path(for: source, format: format)) }
      var path = directory.pushing(source.relativePath)
      if format != source.format { path.extension = format.fileExtension }
      return path
    case .besideInput:
      return source.path.removingLastComponent()
        .pushing((naming ?? .besideInput).path(for: source, format: format))
    case .inPlace:
      return source.path.resolvingLinks
    }
  }

  private static func stays(_ present: FileStatus, existing: Existing, source: Source) -> Bool {
    switch existing {
    case .skip: true
    case .overwrite: false
    case .older: present.modified >= source.status.modified
    }
  }
}
