import RBQE
import SystemPackage

/// What earlier runs enhanced, as the journals tell that lie in the directories of some images and in those above them.
///
/// What is enhanced in place must never be enhanced again: not by a run over another directory of the tree, over another
/// share of the work or over a list, and not after it was moved or copied. So it isn't looked for by its place, but by
/// its name and state, and by its contents.
struct EarlierResults {
  private struct NamedState: Hashable {
    let name: FilePath.Component?
    let stamp: FileStamp
  }

  private var states: Set<NamedState> = []
  /// SHA-256 of results, by their size.
  private var digests: [Int: Set<String>] = [:]

  /// Reads the journals; what can't be read tells nothing.
  ///
  /// - Parameter directories: those of the images, links resolved; journals in directories above them count, too.
  init(around directories: Set<FilePath>) {
    var seen: Set<FilePath> = []
    for directory in directories {
      var directory = directory
      while seen.insert(directory).inserted {
        for name in (try? directoryEntries(of: directory)) ?? [] where Journal.isJournal(name) {
          read(directory.appending(name))
        }
        directory.removeLastComponent()
      }
    }
  }

  /// Whether an image is a result.
  func contain(_ source: Source) -> Bool {
    if states.contains(NamedState(name: source.path.lastComponent, stamp: source.status.stamp)) { return true }
    guard let digests = digests[source.status.size], let bytes = try? FileContents.read(source.path) else {
      return false
    }
    return digests.contains(Digest.sha256(of: bytes))
  }

  private mutating func read(_ journal: FilePath) {
    guard let lines = try? JournalLine.lines(of: journal) else { return }
    for line in lines where line.kind == .appearing || line.kind == .image && line.status != .failed {
      guard let name = line.name, let result = line.result else { continue }
      states.insert(NamedState(name: name.lastComponent, stamp: result))
      if let digest = line.digest { digests[result.size, default: []].insert(digest) }
    }
  }
}
