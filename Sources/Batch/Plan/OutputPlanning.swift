import RBQE
import SystemPackage

/// Makes an `OutputPlan`: finds what is named twice, what is there already, and what would collide.
struct OutputPlanning {
  var items: [OutputPlan.Item] = []

  private let destination: OutputPlan.Destination
  private let existing: OutputPlan.Existing
  /// The inputs, whatever names lead to them.
  private let inputs: [FileStatus.Identity: FilePath]
  private var realPaths = RealPaths()
  /// Whether results beside their inputs have names that tell them from others.
  private let marksResults: Bool
  /// The source that has an output, by the output's key.
  private var takenBy: [String: FilePath] = [:]
  /// The files that results go to in place.
  private var places: Set<FilePath> = []
  /// Files that have one name: where that can be spelled in several ways, they would seem to have more.
  private var singles: Set<FileStatus.Identity> = []
  /// Inputs that are results of other inputs, and stay.
  private var results: Set<FileStatus.Identity> = []
  /// How a directory was spelled first, by its real path.
  private var roots: [FilePath: FilePath] = [:]
  private var errors: [OutputPlanError] = []

  init(
    sources: [Source], destination: OutputPlan.Destination, existing: OutputPlan.Existing, naming: NameTemplate?
  ) {
    self.destination = destination
    self.existing = existing
    marksResults = destination == .besideInput && naming == nil
    inputs = Dictionary(sources.map { ($0.status.identity, $0.path) }, uniquingKeysWith: { first, _ in first })
  }

  /// What is to be done about a source, and what may be replaced by it; nil if it can't go there, or does already.
  mutating func action(
    for source: Source, output: FilePath
  ) -> (action: OutputPlan.Action, replaced: OutputPlan.Replaced)? {
    if destination == .inPlace {
      // The file system says what is one file, and no two files share a place.
      let isNew = places.insert(realPaths(source.path)).inserted
      let isOther = source.status.links > 1 || singles.insert(source.status.identity).inserted
      return isNew && isOther ? (.enhance, .anything) : nil
    }
    if let other = takenBy.updateValue(source.path, forKey: Self.key(output)) {
      if realPaths(other) != realPaths(source.path) {
        errors.append(.sharedOutput(other, source.path, output: output))
      }
      return nil
    }
    func replaced(_ present: FileStatus?) -> OutputPlan.Replaced {
      existing == .overwrite ? .anything : .only(present?.stamp)
    }
    guard let present = FileStatus.ifPresent(at: output) else { return (.enhance, replaced(nil)) }
    if let input = inputs[present.identity] {
      guard marksResults, existing == .skip, present.identity != source.status.identity else {
        errors.append(.outputIsInput(source.path, output: output, input: input))
        return nil
      }
      results.insert(present.identity)
    }
    guard present.kind == .file else {
      errors.append(.outputIsNoFile(source.path, output: output))
      return nil
    }
    return (stays(present, source: source) ? .leaveExisting : .enhance, replaced(present))
  }

  /// Tells a source from others of the same name, whatever links lead to it; nil where no journal asks.
  mutating func identifier(of source: Source) -> String? {
    guard destination.directory != nil else { return nil }
    return String(Digest.sha256(of: realPaths(source.path).platformBytes.map { UInt8(bitPattern: $0) }).prefix(16))
  }

  /// The directory whose journal tells of a source's result; one directory has one, however it is spelled.
  mutating func journalDirectory(for source: Source) -> FilePath? {
    guard let directory = destination.journalDirectory(for: source) else { return nil }
    let real = realPaths.directory(directory)
    if let first = roots[real] { return first }
    roots[real] = directory
    return directory
  }

  /// The items; results of other inputs are done.
  ///
  /// - Throws: what was found wrong with the plan.
  mutating func finish() throws(OutputPlanError) -> [OutputPlan.Item] {
    findFilesAmongDirectories()
    if errors.count > 1 { throw .several(errors) }
    if let error = errors.first { throw error }
    for index in items.indices where results.contains(items[index].source.status.identity) {
      items[index].action = .leaveDone
    }
    return items
  }

  /// An output can't be a directory that another one lies in.
  private mutating func findFilesAmongDirectories() {
    guard let top = destination.directory else { return }
    var seen: Set<FilePath> = [top.lexicallyNormalized()]
    for item in items {
      var directory = item.output.lexicallyNormalized().removingLastComponent()
      while seen.insert(directory).inserted, directory.lastComponent != nil {
        if let other = takenBy[Self.key(directory)] {
          errors.append(.outputIsDirectory(other, item.source.path, output: directory))
        }
        directory.removeLastComponent()
      }
    }
  }

  /// Names that differ only in case, or in how letters are put together, are one file on many systems, so they are one
  /// here.
  private static func key(_ path: FilePath) -> String {
    let path = path.lexicallyNormalized()
    return (String(validating: path) ?? "\(path.platformBytes)").lowercased()
  }

  private func stays(_ present: FileStatus, source: Source) -> Bool {
    switch existing {
    case .skip: true
    case .overwrite: false
    case .older: present.modified >= source.status.modified
    }
  }
}
