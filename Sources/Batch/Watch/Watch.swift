import SystemPackage

/// Tells which files of a directory have become complete since it was last looked at.
///
/// It goes by looking again and again, which works on every file system, those of a network included. A file is
/// complete once it looks the same twice; one that still wasn't is found broken, and comes again when it changes.
public struct Watch: Sendable {
  private let directories: [FilePath]
  private let options: Discovery.Options
  private var lastSeen: [FilePath: FileStamp] = [:]
  private var handled: [FilePath: Source] = [:]
  private var rejected: [FilePath: FileStamp] = [:]
  /// Of what was handled and has always been there since.
  private var identities: [FilePath: FileStatus.Identity] = [:]

  /// Nothing was seen yet, so what is there already is new.
  public init(directories: [FilePath], options: Discovery.Options) {
    self.directories = directories
    self.options = options
  }

  /// Why there is nothing to watch: what is wrong with the first directory; nil if any of them is there.
  public static func obstacle(to directories: [FilePath]) -> Rejection? {
    guard !directories.contains(where: \.isDirectory),
      let first = directories.first
    else { return nil }
    var reason = Errno.notDirectory
    do throws(Errno) {
      _ = try FileStatus(of: first)
    } catch {
      reason = error
    }
    return Rejection(path: first, relativePath: first, reason: FileError(.list, first, reason))
  }

  /// What one look found.
  public struct Finding: Sendable {
    /// Images that are new or have changed, and are complete.
    public let new: [Source]
    /// All images that are complete, new or not: the new ones must not get the outputs of others.
    public let all: [Source]
    /// Those of the new ones that went on being written after they seemed complete: the same files, always there.
    public let changing: Set<FilePath>
    /// What is named like an image but isn't, since it last changed.
    public let rejections: [Rejection]
  }

  /// Takes an image for none, until it changes: one whose result has no place must not keep that of another.
  public mutating func refuse(_ path: FilePath) {
    guard let source = handled.removeValue(forKey: path) else { return }
    rejected[path] = source.status.stamp
  }

  /// Looks at the directories once.
  public mutating func look() -> Finding {
    var options = options
    options.known = handled.mapValues(\.status.stamp).merging(rejected) { stamp, _ in stamp }
    let discovery = Discovery(inputs: directories, options: options)
    handled = handled.filter { discovery.knownFiles.contains($0.key) }
    let present = discovery.knownFiles.union(discovery.rejections.map(\.path)).union(discovery.sources.map(\.path))
    rejected = rejected.filter { present.contains($0.key) }
    identities = identities.filter { present.contains($0.key) }

    var seen: [FilePath: FileStamp] = [:]
    for source in discovery.sources { seen[source.path] = source.status.stamp }
    let new = discovery.sources.filter { lastSeen[$0.path] == $0.status.stamp }
    var rejections: [Rejection] = []
    for rejection in discovery.rejections {
      let stamp = FileStatus.ifPresent(at: rejection.path)?.stamp ?? FileStamp(size: 0, modified: 0)
      seen[rejection.path] = stamp
      guard lastSeen[rejection.path] == stamp, rejected.updateValue(stamp, forKey: rejection.path) != stamp else {
        continue
      }
      rejections.append(rejection)
    }
    lastSeen = seen
    let old = Array(handled.values)
    let changing = new.filter { identities[$0.path] == $0.status.identity }.map(\.path)
    for source in new {
      handled[source.path] = source
      identities[source.path] = source.status.identity
    }
    return Finding(new: new, all: old + new, changing: Set(changing), rejections: rejections)
  }
}
