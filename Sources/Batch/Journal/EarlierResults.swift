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

  /// Of results, and of what the same recipe left alone.
  private var states: Set<NamedState> = []
  /// SHA-256 of results, by their size.
  private var digests: [Int: Set<String>] = [:]

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

  /// Whether what is to be enhanced in place is a result.
  func contain(_ item: OutputPlan.Item) -> Bool {
    let status = item.source.status
    if states.contains(NamedState(name: item.output.lastComponent, stamp: status.stamp)) { return true }
    guard let digests = digests[status.size], let bytes = try? FileContents.read(item.output) else { return false }
    return digests.contains(Digest.sha256(of: bytes))
  }

  private mutating func read(_ journal: FilePath) throws(FileError) {
    guard FileStatus.ifPresent(at: journal)?.kind == .file else { return }
    // What was copied elsewhere as it is says nothing of the picture that it is a copy of.
    var copies: Set<JournalName> = []
    var isSameRecipe = false
    for line in try JournalLine.lines(of: journal) {
      if line.kind == .run { isSameRecipe = JournalHistory.Recipe(line) == recipe }
      guard let name = line.name, let result = line.result else { continue }
      switch (line.kind, line.status) {
      case (.appearing, _):
        guard let digest = line.digest else {
          copies.insert(name)
          continue
        }
        digests[result.size, default: []].insert(digest)
        // With `--preserve` a result may look like its input, and that may have been put back.
        if result != line.input { states.insert(NamedState(name: name.lastComponent, stamp: result)) }
      case (.image, .unchanged) where isSameRecipe && !copies.contains(name):
        states.insert(NamedState(name: name.lastComponent, stamp: result))
      default: break
      }
    }
  }
}
