import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The temporary files of one run: marked with its identifier, known while they exist, and removed when it is abandoned.
public final class Temporaries: Sendable {
  /// Tells this run from every other; part of the name of each of its temporary files.
  public let runIdentifier: String

  private struct State {
    var paths: Set<FilePath> = []
    var isAbandoned = false
  }

  private let state = Mutex(State())

  /// The temporary files of a new run.
  public init() {
    runIdentifier = "\(getpid())x\(String(UInt64.random(in: 0 ... .max), radix: 36))"
  }

  /// Makes an empty file in `directory` that nobody else has.
  ///
  /// - Parameters:
  ///   - sequence: tells files that exist at the same time apart.
  ///   - isPrivate: whether nobody else may open it, until it gets other permissions.
  func create(in directory: FilePath, sequence: Int, isPrivate: Bool) throws -> (FilePath, FileDescriptor) {
    // The target's own name may be as long as the file system allows, so it has no part in this one.
    let path = directory.appending("\(Self.prefix)\(runIdentifier)-\(sequence)\(Self.suffix)")
    let permissions: FilePermissions =
      isPrivate ? .ownerReadWrite : [.ownerReadWrite, .groupReadWrite, .otherReadWrite]
    return try state.withLock { state in
      guard !state.isAbandoned else { throw CancellationFailure() }
      while true {
        let descriptor = try FileDescriptor.open(
          path, .writeOnly, options: [.create, .exclusiveCreate], permissions: permissions)
        // The lock says that somebody is at work. Another run that looks for abandoned files may hold it for a moment
        // before, and remove the file.
        flock(descriptor.rawValue, LOCK_EX)
        if try FileStatus.ifPresent(at: path)?.identity == FileStatus(of: descriptor).identity {
          state.paths.insert(path)
          return (path, descriptor)
        }
        try descriptor.close()
      }
    }
  }

  /// Gives a finished file its real name, replacing what has it.
  func commit(_ path: FilePath, to target: FilePath) throws {
    try state.withLock { state in
      guard !state.isAbandoned else { throw CancellationFailure() }
      try rename(path, to: target)
      state.paths.remove(path)
    }
  }

  /// Removes a file that came to nothing.
  func discard(_ path: FilePath) {
    state.withLock { state in
      removeIfPresent(path)
      state.paths.remove(path)
    }
  }

  /// Removes all files and makes no more, so that the program can end in the middle of its work.
  public func abandon() {
    state.withLock { state in
      state.isAbandoned = true
      for path in state.paths { removeIfPresent(path) }
      state.paths = []
    }
  }

  /// Removes what runs that are no more left below `root`.
  ///
  /// - Returns: whether all directories could be looked at.
  static func removeLeftovers(of runs: Set<String>, below root: FilePath) -> Bool {
    removeLeftovers(of: runs, in: root) { path in
      FileStatus.ifPresent(at: path, following: false)?.kind != .directory || removeLeftovers(of: runs, below: path)
    }
  }

  /// Removes what runs that are no more left in a directory; one that isn't there holds nothing.
  ///
  /// - Parameter others: is given each other name, and tells whether what lies below it could be looked at.
  /// - Returns: whether everything could be looked at.
  static func removeLeftovers(
    of runs: Set<String>, in directory: FilePath, others: (FilePath) -> Bool = { _ in true }
  ) -> Bool {
    if runs.isEmpty || FileStatus.ifPresent(at: directory) == nil { return true }
    guard let names = try? directoryEntries(of: directory) else { return false }
    var isComplete = true
    for name in names {
      let path = directory.appending(name)
      if let run = runIdentifier(of: name) {
        if runs.contains(run) { removeIfPresent(path) }
      } else if !others(path) {
        isComplete = false
      }
    }
    return isComplete
  }

  /// Removes what dead runs left in a directory: files that nobody holds a lock on.
  ///
  /// Not where there is a journal, which knows better.
  static func removeAbandoned(in directory: FilePath) {
    guard let names = try? directoryEntries(of: directory.isEmpty ? "." : directory),
      !names.contains(where: Journal.isJournal)
    else { return }
    for name in names where runIdentifier(of: name) != nil {
      let path = directory.appending(name)
      guard let descriptor = try? FileDescriptor.open(path, .writeOnly, options: .nonBlocking) else { continue }
      defer { try? descriptor.close() }
      if flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 { removeIfPresent(path) }
    }
  }

  private static let prefix = ".rbqe-"
  private static let suffix = ".tmp"

  private static func runIdentifier(of name: FilePath.Component) -> String? {
    let name = name.string
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
    return name.dropFirst(prefix.count).dropLast(suffix.count).split(separator: "-").first.map(String.init)
  }
}

/// The work was given up because the run ends; this is no fault of the image's.
struct CancellationFailure: Error, CustomStringConvertible {
  var description: String { "given up, because the run was stopped" }
}
