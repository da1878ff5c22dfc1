import RBQE
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Puts finished results in their places, so that a later run can tell what a crash left.
struct OutputWriter: Sendable {
  let file: AtomicFile
  let journals: [FilePath: Journal]
  let options: BatchOptions
  let isInPlace: Bool
  /// How many trees of originals there are already, by the directories that have them.
  let generations: [FilePath: Int]

  /// A result in its place.
  struct Written {
    let stamp: FileStamp
    /// What a person might want to know about it.
    var notes: [String] = []
    /// Where the input is kept that it replaced.
    var original: FilePath?
  }

  /// Writes the result of a job.
  func write(_ job: ImageJob) throws -> Written {
    guard let status = job.inputStatus else { throw SourceError.replaced }
    if isInPlace && job.isCopy { return Written(stamp: status.stamp) }
    let keepsAll = isInPlace || options.keepsTimes
    let (extended, unread) = keepsAll ? Self.extendedAttributes(of: job.item.source.path) : (nil, nil)
    let journal = journal(of: job.item)
    let digest = journal == nil || job.isCopy ? nil : Digest.sha256(of: job.result)
    try createDirectories(
      at: job.item.output.removingLastComponent(), like: job.item.source.path.removingLastComponent(),
      keepsOwner: keepsAll)
    var original: FilePath?
    let written = try file.write(
      job.result, to: job.item.output,
      attributes: AtomicFile.Attributes(
        permissions: status.permissions, owner: keepsAll ? status.owner : nil,
        times: options.keepsTimes ? (status.accessed, status.modified) : nil, extended: extended),
      sequence: job.index
    ) { result in
      try journal?.append(
        .appearing(
          name(of: job.item), source: job.item.sourceIdentifier, input: status.stamp, result: result, digest: digest,
          cost: RecordedCost(job.attempt.record)),
        durably: true)
      // As late as can be: what came meanwhile is somebody else's.
      try job.item.replaced.check(job.item.output)
      if isInPlace { original = try makeWay(for: job, read: status) }
    }
    let lost = (unread ?? written.lostAttributes).map {
      "extended attributes were left behind: \($0)"
    }
    return Written(stamp: written.stamp, notes: [lost].compactMap(\.self), original: original)
  }

  private static func extendedAttributes(of path: FilePath) -> (ExtendedAttributes?, Errno?) {
    do throws(Errno) {
      return (try ExtendedAttributes(of: path), nil)
    } catch {
      return (nil, error)
    }
  }

  /// Writes down how a job ended.
  func note(_ outcome: ImageOutcome, of job: ImageJob) throws {
    let entry = JournalEntry.image(
      outcome.record, name(of: job.item), source: job.item.sourceIdentifier, input: job.inputStatus?.stamp,
      result: outcome.error == nil ? job.outputStamp : nil)
    try journal(of: job.item)?.append(entry)
  }

  private func journal(of item: OutputPlan.Item) -> Journal? {
    item.journalDirectory.flatMap { journals[$0] }
  }

  private func name(of item: OutputPlan.Item) -> JournalName {
    JournalName(item.output, below: item.journalDirectory ?? "")
  }

  /// Sees that the input is still the one that was read, and keeps it.
  ///
  /// - Returns: Where; nil if it isn't kept.
  private func makeWay(for job: ImageJob, read status: FileStatus) throws -> FilePath? {
    let present = FileStatus.ifPresent(at: job.item.output, following: false)
    guard present?.identity == status.identity, present?.stamp == status.stamp else { throw SourceError.replaced }
    return options.keepsOriginals ? try keepOriginal(of: job, status: status) : nil
  }

  private func keepOriginal(of job: ImageJob, status: FileStatus) throws -> FilePath {
    let item = job.item
    let root = item.journalDirectory ?? ""
    func place(_ generation: Int) -> FilePath {
      root.appending(Self.originals(generation)).pushing(item.source.pathBelowRoot)
    }
    // What was kept before is older, and may be the only copy.
    let held = stride(from: generations[root] ?? 0, to: 0, by: -1).first { FileStatus.ifPresent(at: place($0)) != nil }
    var generation = held ?? 1
    while true {
      let place = place(generation)
      let model = FileStatus.ifPresent(at: root.isEmpty ? "." : root)
      let tree = root.appending(Self.originals(generation))
      // Behind a link of somebody else may be what is none of theirs.
      if let link = FileStatus.ifPresent(at: tree, following: false), link.kind == .symbolicLink,
        link.owner.user != geteuid()
      {
        throw FileError(.create, tree, .tooManySymbolicLinkLevels)
      }
      try createDirectory(at: tree, permissions: model?.permissions, owner: model?.owner)
      try createDirectories(
        at: place.removingLastComponent(), like: item.source.path.removingLastComponent(), keepsOwner: true)
      let result = item.output.withPlatformString { from in place.withPlatformString { link(from, $0) } }
      if result == 0 {
        try synchronizeDirectory(at: place.removingLastComponent())
        return place
      }
      // Not where one is kept already, maybe by another run meanwhile.
      guard FileStatus.ifPresent(at: place, following: false) != nil else { break }
      if try isKept(item.output, at: place, status: status) { return place }
      generation += 1
    }
    // Not every file system has links.
    try file.write(
      FileContents.readWhole(item.output).bytes, to: place(generation),
      attributes: AtomicFile.Attributes(
        permissions: status.permissions, owner: status.owner, times: (status.accessed, status.modified),
        extended: Self.extendedAttributes(of: item.output).0),
      sequence: -1 - job.index)
    return place(generation)
  }

  /// Whether an earlier attempt kept a file already.
  private func isKept(_ path: FilePath, at place: FilePath, status: FileStatus) throws -> Bool {
    guard let kept = FileStatus.ifPresent(at: place, following: false) else { return false }
    if kept.identity == status.identity { return true }
    return try kept.stamp == status.stamp && FileContents.read(place) == FileContents.read(path)
  }

  /// The directory, below one whose images are enhanced in place, that keeps what they were before: of a picture that
  /// came under the name of an earlier one a later generation, so that what is copied back last is the newest.
  ///
  /// Hidden, so that no search finds it.
  private static func originals(_ generation: Int) -> String {
    generation == 1 ? originalsName : "\(originalsName).\(generation)"
  }

  private static let originalsName = ".rbqe-originals"
  /// A number beyond is nobody's.
  private static let mostGenerations = 10_000

  /// The highest generation of originals that a directory has, 0 without any.
  static func generation(in directory: FilePath) -> Int {
    let names = (try? directoryEntries(of: directory.isEmpty ? "." : directory)) ?? []
    return names.map(\.string).map { name in
      if name == originalsName { return 1 }
      guard name.hasPrefix(originalsName + ".") else { return 0 }
      return min(Int(name.dropFirst(originalsName.count + 1)) ?? 0, mostGenerations)
    }.max() ?? 0
  }
}

extension Source {
  /// The path below the directory that was named, or the one that the file lies in.
  fileprivate var pathBelowRoot: FilePath {
    var path = path
    _ = path.removePrefix(root)
    return path.withoutOrigin
  }
}
