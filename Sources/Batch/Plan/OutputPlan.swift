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

  /// What a result may take the place of.
  enum Replaced: Sendable {
    /// Whatever has its name by then.
    case anything
    /// What had its name when the plan was made, or nothing: what came since is somebody else's.
    case only(FileStamp?)

    /// - Throws: `FileError` if something else has the output's name by now.
    func check(_ output: FilePath) throws(FileError) {
      guard case .only(let planned) = self, let present = FileStatus.ifPresent(at: output)?.stamp else { return }
      if present != planned { throw FileError(.create, output, .fileExists) }
    }
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
    /// What it may replace.
    let replaced: Replaced
    /// The directory whose journal tells of it.
    public let journalDirectory: FilePath?
    /// Tells the source from others in that journal.
    let sourceIdentifier: String?
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
  /// A file that was named twice is one input, and in place so is one that links lead to besides.
  ///
  /// - Parameters:
  ///   - format: that of every result; nil means each input's own.
  ///   - naming: how results are named; nil means as their inputs are, or `{stem}.enhanced.{ext}` beside them.
  ///   - results: sources that are results of earlier runs, and stay as they are.
  ///   - shard: the part of the work that is planned; what collides in any part is found in each.
  /// - Throws: `OutputPlanError` if two inputs would share an output, or an output is one of the inputs.
  public init(
    sources: [Source], destination: Destination, format: ImageFormat?, existing: Existing,
    naming: NameTemplate? = nil, results: Set<FilePath> = [], shard: Shard? = nil
  ) throws(OutputPlanError) {
    var planning = OutputPlanning(
      sources: sources.filter { !results.contains($0.path) }, destination: destination, existing: existing,
      naming: naming)
    for source in sources {
      if results.contains(source.path) {
        planning.items.append(
          Item(
            source: source, output: source.path, format: source.format, action: .leaveDone, replaced: .only(nil),
            journalDirectory: nil, sourceIdentifier: nil))
        continue
      }
      let format = format ?? source.format
      let output = Self.output(for: source, destination: destination, format: format, naming: naming)
      guard let (action, replaced) = planning.action(for: source, output: output) else { continue }
      planning.items.append(
        Item(
          source: source, output: output, format: format, action: action, replaced: replaced,
          journalDirectory: planning.journalDirectory(for: source),
          sourceIdentifier: planning.identifier(of: source)))
    }
    items = try planning.finish().filter { shard?.contains($0.source.relativePath) ?? true }
    self.destination = destination
  }

  /// Pixels of the images that are to be enhanced.
  public var pixels: Int { items.reduce(0) { $0.adding(saturating: $1.isSkipped ? 0 : $1.source.pixels) } }

  /// The directories that have a journal, in the order of the plan.
  public var journalDirectories: [FilePath] {
    var seen: Set<FilePath> = []
    return items.compactMap(\.journalDirectory).filter { seen.insert($0).inserted }
  }

  /// Whether a result goes to a file.
  public func hasOutput(_ path: FilePath) -> Bool {
    var paths = RealPaths()
    let real = paths(path)
    return items.contains { $0.output.lastComponent == path.lastComponent && paths($0.output) == real }
  }

  /// The directories of results that a journal tells of.
  public func outputDirectories(of journalDirectory: FilePath) -> Set<FilePath> {
    Set(items.filter { $0.journalDirectory == journalDirectory }.map { $0.output.removingLastComponent() })
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
  /// What was enhanced in place is never enhanced again, whatever journal tells of it.
  ///
  /// - Parameters:
  ///   - histories: what the journals tell, by directory.
  ///   - run: the run that begins.
  ///   - isResuming: whether an output that a journal lists is judged by it. What was changed since it was written, or
  ///     is the result of another source, isn't listed.
  ///   - changing: sources of which a new state is the same picture; nil: all.
  /// - Throws: `FileError` if a journal can't be read that may tell of what was enhanced in place.
  public mutating func takeUp(
    _ histories: [FilePath: JournalHistory], run: RunRecord, isResuming: Bool, changing: Set<FilePath>? = nil
  ) throws(FileError) {
    let recipe = JournalHistory.Recipe(run)
    if destination == .inPlace { return try takeUpResults(recipe) }
    guard isResuming else { return }
    for index in items.indices {
      let item = items[index]
      guard let directory = item.journalDirectory,
        let entry = histories[directory]?[JournalName(item.output, below: directory)]
      else { continue }
      guard let present = FileStatus.ifPresent(at: item.output)?.stamp else {
        items[index].action = .enhance
        continue
      }
      let input = item.source.status.stamp
      if entry.isDone(input: input, recipe: recipe, present: present) {
        items[index].action = .leaveDone
        items[index].earlierCost = entry.cost
      } else if entry.isResult(present), entry.isUnchanged(item.output, present),
        entry.input == input
          || (entry.isOf(item.sourceIdentifier) && changing?.contains(item.source.path) ?? true)
      {
        items[index].action = .enhance
      }
    }
  }

  private mutating func takeUpResults(_ recipe: JournalHistory.Recipe) throws(FileError) {
    var realPaths = RealPaths()
    let images = items.map { realPaths($0.source.path).removingLastComponent() }
    let journals = journalDirectories.map { realPaths.directory($0) }
    let earlier = try EarlierResults(around: Set(images + journals), recipe: recipe)
    // Copies of a result cost nothing.
    var counted: Set<Int> = []
    for index in items.indices {
      guard let result = earlier[items[index]] else { continue }
      items[index].action = .leaveDone
      if counted.insert(result.number).inserted { items[index].earlierCost = result.cost }
    }
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
}
