import RBQE
import Reporting
import SystemPackage

/// What earlier runs enhanced, as the journals tell that lie in the directories of some images and in those above them.
///
/// What is enhanced in place must never be enhanced again: not by a run over another directory of the tree, over another
/// share of the work or over a list, and not after it was moved or copied within the tree. So it isn't looked for by its
/// place, but by its name and state, and by its contents.
struct EarlierResults {
  private struct NamedState: Hashable {
    let name: FilePath.Component?
    let stamp: FileStamp
  }

  /// Something that was done: what it took, if the same recipe did it and wrote that down.
  struct Result {
    let cost: RecordedCost?
    /// Tells it from others, of which copies may have the same.
    let number: Int
  }

  /// Of results, and of what the same recipe left alone.
  private var states: [NamedState: Result] = [:]
  /// By the sizes of results and their SHA-256.
  private var digests: [Int: [String: Result]] = [:]

  private var count = 0
  private let recipe: JournalHistory.Recipe

  /// Reads the journals.
  ///
  /// - Parameters:
  ///   - directories: those of the images, links resolved; journals in directories above them count, too.
  ///   - recipe: that of the run that begins; what another one left alone may be enhanced by it.
  init(around directories: Set<FilePath>, recipe: JournalHistory.Recipe) throws(FileError) {
    self.recipe = recipe
    var seen: Set<FilePath> = []
    for directory in directories {
      var directory = directory
      while seen.insert(directory).inserted {
        // A directory above may be one that can't be listed; there the usual name is tried.
        let names = (try? directoryEntries(of: directory)) ?? [".rbqe.jsonl"]
        for name in names where Journal.isJournal(name) { try read(directory.appending(name)) }
        directory.removeLastComponent()
      }
    }
  }

  /// The result that something is which is to be enhanced in place; nil if it is none.
  subscript(item: OutputPlan.Item) -> Result? {
    let status = item.source.status
    if let result = states[NamedState(name: item.output.lastComponent, stamp: status.stamp)] { return result }
    guard let digests = digests[status.size], let bytes = try? FileContents.read(item.output) else { return nil }
    return digests[Digest.sha256(of: bytes)]
  }

  private mutating func read(_ journal: FilePath) throws(FileError) {
    guard FileStatus.ifPresent(at: journal)?.kind == .file else { return }
    // What was copied elsewhere as it is says nothing of the picture that it is a copy of.
    var copies: Set<JournalName> = []
    var written: [JournalName: (state: FileStamp, digest: String)] = [:]
    var isSameRecipe = false
    for line in try JournalLine.lines(of: journal) {
      if line.kind == .run { isSameRecipe = JournalHistory.Recipe(line) == recipe }
      guard let name = line.name, let result = line.result else { continue }
      count += 1
      let done = Result(cost: isSameRecipe ? line.cost : nil, number: count)
      switch (line.kind, line.status) {
      case (.appearing, _):
        guard let digest = line.digest else {
          copies.insert(name)
          continue
        }
        digests[result.size, default: [:]][digest] = done
        written[name] = (result, digest)
        // With `--preserve` a result may look like its input, and that may have been put back.
        if result != line.input { states[NamedState(name: name.lastComponent, stamp: result)] = done }
      case (.image, .unchanged) where !isSameRecipe:
        // Only its metadata or its depth were changed: with other options it may be enhanced.
        guard let own = written[name], own.state == result else { continue }
        digests[result.size]?[own.digest] = nil
        states[NamedState(name: name.lastComponent, stamp: result)] = nil
      case (.image, .unchanged) where !copies.contains(name):
        states[NamedState(name: name.lastComponent, stamp: result)] = done
      default: break
      }
    }
  }
}
