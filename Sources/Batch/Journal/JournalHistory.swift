import RBQE
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
    /// The states of all that runs have put, or were about to put, in the output's place.
    ///
    /// With SHA-256 where their time is that of the input and tells nothing, unless they were copies of it. What was left
    /// alone in place is none of them.
    var results: [FileStamp: String?] = [:]
    let recipe: Recipe?
    let cost: RecordedCost?
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
        take(Entry(line, recipe: recipe), digest: line.digest, as: name)
      }
    }
  }

  /// Takes in a line of the run that is going on.
  mutating func note(_ entry: JournalEntry) {
    switch entry {
    case .run(let record, _): recipe = Recipe(record)
    case .appearing(let name, let source, let input, let result, let digest, let cost):
      take(
        Entry(state: .appearing, source: source, input: input, result: result, recipe: recipe, cost: cost),
        digest: digest, as: name)
    case .image(let record, let name?, let source, let input, let result):
      let state: Entry.State = record.status == .failed ? .failed : .done
      take(
        Entry(
          state: state, source: source, input: input, result: result, recipe: recipe, cost: RecordedCost(record)),
        digest: nil, as: name)
    case .image, .end: break
    }
  }

  /// Takes in the last word on an output, and keeps what is known of earlier results.
  private mutating func take(_ entry: Entry, digest: String?, as name: JournalName) {
    var entry = entry
    entry.results = entries[name]?.results ?? [:]
    if entry.state == .appearing, let result = entry.result {
      entry.results[result] = .some(result.modified == entry.input?.modified ? digest : nil)
    }
    entries[name] = entry
  }

  subscript(name: JournalName) -> Entry? { entries[name] }

  /// The directories of all outputs, below the journal's own.
  var directories: Set<FilePath> { Set(entries.keys.map { $0.path.removingLastComponent() }) }
}

extension JournalHistory.Entry {
  fileprivate init(_ line: JournalLine, recipe: JournalHistory.Recipe?) {
    state = line.kind == .appearing ? .appearing : line.status == .failed ? .failed : .done
    source = line.source
    input = line.input
    result = line.result
    self.recipe = recipe
    cost = line.cost
  }

  /// Whether it came from this source; journals of older versions don't say.
  func isOf(_ source: String?) -> Bool { self.source == nil || self.source == source }

  /// Whether a file in this state is what a run wrote here.
  func isResult(_ present: FileStamp) -> Bool { results.keys.contains(present) }

  /// Whether a file in the state of a result is still that result.
  ///
  /// With `--preserve` its time is that of the input, whatever was done to it since: then its contents decide.
  func isUnchanged(_ output: FilePath, _ present: FileStamp) -> Bool {
    guard case .some(let digest?) = results[present] else { return true }
    return (try? FileContents.read(output)).map { Digest.sha256(of: $0) } == digest
  }

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
