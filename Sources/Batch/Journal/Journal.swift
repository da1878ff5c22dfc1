import Reporting
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The crash-safe account of all runs into one directory: lines are only ever appended, and are there even if the
/// program is killed the moment after.
public final class Journal: Sendable {
  /// The file.
  public let path: FilePath
  private let descriptor: FileDescriptor
  private let runIdentifier: String
  private let state: Mutex<State>

  private struct State {
    var length: Int64
    var history: JournalHistory
  }

  /// What earlier runs left, and this one so far.
  public var history: JournalHistory { state.withLock { $0.history } }

  /// The journal of the runs into `directory`.
  ///
  /// - Parameter shard: the part of the work that this process does, with a journal of its own.
  public static func path(in directory: FilePath, shard: Shard?) -> FilePath {
    directory.appending(shard.map { ".rbqe-\($0.index)-of-\($0.count).jsonl" } ?? ".rbqe.jsonl")
  }

  /// Whether a file is called as journals are.
  public static func isJournal(_ name: FilePath.Component) -> Bool {
    let name = name.string
    return name == ".rbqe.jsonl" || name.hasPrefix(".rbqe-") && name.hasSuffix(".jsonl")
  }

  /// Opens a journal for one run, removes what dead runs left below its directory, and writes the run's header.
  ///
  /// - Parameters:
  ///   - outputs: Directories of results; links may lead to them from below the journal's own.
  ///   - inputs: Directories that a new one for results is to be no more open than.
  ///   - keepsOwner: Whether a new journal is to belong to whom its directory belongs, where the process may do that.
  /// - Throws: `FileError`, or `JournalError` if another run is working with it.
  public init(
    at path: FilePath, run: RunRecord, temporaries: Temporaries, outputs: Set<FilePath> = [],
    inputs: [FilePath] = [], keepsOwner: Bool = false
  ) throws {
    self.path = path
    let root = path.removingLastComponent()
    if !root.isEmpty && FileStatus.ifPresent(at: root) == nil {
      try createDirectories(at: root.removingLastComponent())
      let open = inputs.filter(\.isDirectory).compactMap { FileStatus.ifPresent(at: $0)?.permissions }
      try createDirectory(at: root, permissions: open.reduce(nil) { $0?.intersection($1) ?? $1 }, owner: nil)
    }
    let (descriptor, isNew) = try Self.open(path, followsLinks: !keepsOwner)
    self.descriptor = descriptor
    if isNew, keepsOwner { FileStatus.ifPresent(at: root.isEmpty ? "." : root)?.owner.take(descriptor) }
    runIdentifier = temporaries.runIdentifier
    do {
      guard Self.lock(descriptor) else { throw JournalError.inUse(path) }
      let history = try JournalHistory(readingFrom: path)
      // A line that a crash cut short must not swallow the next one.
      let length = try Self.completeLastLine(of: descriptor, at: path)
      state = Mutex(State(length: length, history: history))
    } catch {
      try? descriptor.close()
      throw error
    }
    let unfinished = history.unfinishedRuns
    let directories = unfinished.isEmpty ? [] : outputs.union(history.directories.map { root.pushing($0) })
    let isSearched = directories.reduce(Temporaries.removeLeftovers(of: unfinished, below: root)) {
      Temporaries.removeLeftovers(of: unfinished, in: $1) && $0
    }
    if isSearched {
      // What they left is gone, and needn't be looked for again.
      for run in unfinished.sorted() { try append(.end(runIdentifier: run)) }
    }
    try append(.run(run, runIdentifier: temporaries.runIdentifier), durably: true)
    if isNew { try synchronizeDirectory(at: root) }
  }

  /// A journal that is there, or a new one.
  ///
  /// - Parameter followsLinks: where the directory is somebody else's, a link in it may lead to what is none of theirs.
  private static func open(
    _ path: FilePath, followsLinks: Bool
  ) throws(FileError) -> (descriptor: FileDescriptor, isNew: Bool) {
    try FileError.naming(.create, path) {
      do {
        let descriptor = try FileDescriptor.open(
          path, .readWrite, options: [.create, .exclusiveCreate, .append],
          permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
        return (descriptor, true)
      } catch Errno.fileExists {
        return (
          try FileDescriptor.open(path, .readWrite, options: followsLinks ? .append : [.append, .noFollow]), false
        )
      }
    }
  }

  deinit {
    // Closing gives the lock back.
    try? descriptor.close()
  }

  /// Writes down an input that was no image.
  public func note(_ rejection: Rejection) throws {
    try append(.image(rejection.outcome.record, nil, source: nil, input: nil, result: nil))
  }

  /// Writes down that the run has come to its end and left no temporary file.
  public func finish() throws {
    try append(.end(runIdentifier: runIdentifier))
  }

  /// Writes a line.
  ///
  /// - Parameter durably: whether it must survive a power cut from now on, not only the end of the program.
  func append(_ entry: JournalEntry, durably: Bool = false) throws {
    let line = try JSONLines.line(entry)
    try FileError.naming(.write, path) {
      try state.withLock { state in
        do {
          try descriptor.writeAll(line)
        } catch {
          // Half a line would make the next one unreadable.
          ftruncate(descriptor.rawValue, off_t(state.length))
          throw error
        }
        state.length += Int64(line.count)
        state.history.note(entry)
      }
      // Outside the lock, so that several writers share one flush.
      if durably { try synchronize(descriptor, at: path) }
    }
  }

  private static func lock(_ descriptor: FileDescriptor) -> Bool {
    // Where the file system has no locks, there is nothing to go by.
    flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
  }

  private static func completeLastLine(of descriptor: FileDescriptor, at path: FilePath) throws(FileError) -> Int64 {
    try FileError.naming(.write, path) {
      let end = try descriptor.seek(offset: 0, from: .end)
      guard end > 0 else { return 0 }
      var last: [UInt8] = [0]
      _ = try last.withUnsafeMutableBytes { try descriptor.read(fromAbsoluteOffset: end - 1, into: $0) }
      guard last != [UInt8(ascii: "\n")] else { return end }
      return end + Int64(try descriptor.writeAll([UInt8(ascii: "\n")]))
    }
  }
}

/// Why a journal can't be used.
public enum JournalError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Another process holds it.
  case inUse(FilePath)

  /// What happened, and what to do about it.
  public var description: String {
    switch self {
    case .inUse(let path):
      "\(path): another rbqe is working into this directory; wait for it, or give each process its part with --shard"
    }
  }
}
