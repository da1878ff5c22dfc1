import Reporting
import SystemPackage

/// What the runs before this one left in a journal.
public struct JournalHistory: Sendable {
  /// What shapes the bytes of results: two runs that agree in it give the same.
  struct Recipe: Sendable, Equatable {
    let options: [String: String]
    let modelHash: String

    init(_ run: RunRecord) {
      options = run.options
      modelHash = run.modelHash
    }

    init?(_ line: JournalLine) {
      guard let options = line.options, let modelHash = line.modelHash else { return nil }
      self.options = options
      self.modelHash = modelHash
    }
  }

  /// The last that is known of one output.
  struct Entry: Sendable {
    enum State: Sendable {
      /// It was about to get its name, or had just got it.
      case appearing
      case done
      case failed
    }

    let state: State
    let source: String?
    let input: FileStamp?
    let result: FileStamp?
    /// States of all that runs have put in the output's place.
    var results: [FileStamp] = []
    let recipe: Recipe?
    let cost: RecordedCost?
    /// Whether a file got the name, rather than keeping it because nothing had to be done.
    let hasAppeared: Bool
  }

  private var entries: [JournalName: Entry] = [:]
  /// Runs that ended without a word, by their identifiers; they may have left temporary files.
  private(set) var unfinishedRuns: Set<String> = []
  /// That of the run whose lines come now.
  private var recipe: Recipe?

  /// Nothing happened yet.
  public init() {}

  /// Reads a journal; a missing one is an empty one, and a line that was cut off is left out.
  public init(readingFrom path: FilePath) throws(FileError) {
    guard FileStatus.ifPresent(at: path) != nil else { return }
    for line in try JournalLine.lines(of: path) {
      switch line.kind {
      case .run:
        recipe = Recipe(line)
        if let run = line.runIdentifier { unfinishedRuns.insert(run) }
      case .end:
        if let run = line.runIdentifier { unfinishedRuns.remove(run) }
      case .appearing, .image:
        guard let name = line.name else { continue }
        entries[name] = Entry(line, recipe: recipe, after: entries[name]).following(entries[name])
      }
    }
  }

  /// Takes in a line of the run that is going on.
  mutating func note(_ entry: JournalEntry) {
    switch entry {
    case .run(let record, _): recipe = Recipe(record)
    case .appearing(let name, let source, let input, let result, _, let cost):
      let entry = Entry(
        state: .appearing, source: source, input: input, result: result, recipe: recipe, cost: cost, hasAppeared: true)
      entries[name] = entry.following(entries[name])
    case .image(let record, let name?, let source, let input, let result):
      let state: Entry.State = record.status == .failed ? .failed : .done
      let entry = Entry(
        state: state, source: source, input: input, result: result, recipe: recipe, cost: RecordedCost(record),
        hasAppeared: entries[name]?.result == result && entries[name]?.hasAppeared == true)
      entries[name] = entry.following(entries[name])
    case .image, .end: break
    }
  }

  subscript(name: JournalName) -> Entry? { entries[name] }

  /// The directories of all outputs, below the journal's own.
  var directories: Set<FilePath> { Set(entries.keys.map { $0.path.removingLastComponent() }) }
}

extension JournalHistory.Entry {
  /// - Parameter former: What was known of the output before.
  fileprivate init(_ line: JournalLine, recipe: JournalHistory.Recipe?, after former: JournalHistory.Entry?) {
    hasAppeared = line.kind == .appearing || former?.result == line.result && former?.hasAppeared == true
    state = line.kind == .appearing ? .appearing : line.status == .failed ? .failed : .done
    source = line.source
    input = line.input
    result = line.result
    self.recipe = recipe
    cost = line.cost
  }

  /// Takes over what is known of earlier results.
  fileprivate func following(_ former: JournalHistory.Entry?) -> JournalHistory.Entry {
    var entry = self
    entry.results = former?.results ?? []
    if let result, !entry.results.contains(result) { entry.results.append(result) }
    return entry
  }

  /// Whether what is in the output's place is as some run left it there.
  func isOwn(_ present: FileStamp) -> Bool { results.contains(present) }

  /// Whether it came from this source; journals of older versions don't say.
  func isOf(_ source: String?) -> Bool { self.source == nil || self.source == source }

  /// Whether a file in this state is what a run wrote here.
  func isResult(_ present: FileStamp) -> Bool { hasAppeared && present == result }

  /// Whether the output holds the result of `input` and `recipe`.
  ///
  /// - Parameter present: the state of what is in the output's place.
  func isDone(input: FileStamp, recipe: JournalHistory.Recipe, present: FileStamp) -> Bool {
    guard self.input == input, self.recipe == recipe else { return false }
    return holdsResult(present)
  }

  /// Whether what is in the output's place came from the run that wrote this.
  ///
  /// A result that was recorded as done may have been touched since, by somebody who knew why; it stays one.
  func holdsResult(_ present: FileStamp) -> Bool {
    switch state {
    case .done: true
    case .appearing: present == result
    case .failed: false
    }
  }
}
