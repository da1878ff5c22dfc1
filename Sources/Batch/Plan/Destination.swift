import Imaging
import SystemPackage

extension OutputPlan.Destination {
  /// The place that `-o` names.
  ///
  /// It is a directory if it exists as one, ends in `/`, or several inputs or a directory are given; otherwise a file.
  ///
  /// - Parameters:
  ///   - output: as it was named.
  ///   - path: the same to the byte, where the name isn't UTF-8.
  ///   - isList: whether more inputs come from a list.
  /// - Throws: `DestinationError` if a directory is to be enhanced and there is no `-o`.
  public init(
    output: String?, at path: FilePath? = nil, inputs: [FilePath], isList: Bool = false
  ) throws(DestinationError) {
    let directory = inputs.first(where: \.isDirectory)
    guard let output else {
      if let directory { throw .directoryWithoutOutput(directory) }
      self = .besideInput
      return
    }
    let path = path ?? FilePath(output)
    if path.isStandardStream { throw .standardStream(path) }
    let existing = FileStatus.ifPresent(at: path)?.kind
    if output.hasSuffix("/") || existing == .directory || inputs.count > 1 || isList || directory != nil {
      if let existing, existing != .directory { throw .notADirectory(path) }
      self = .directory(path)
    } else {
      self = .file(path)
    }
  }

  /// The directory that results go to, if they go to one of their own.
  public var directory: FilePath? {
    guard case .directory(let path) = self else { return nil }
    return path
  }

  /// Whether a journal is kept.
  public var hasJournal: Bool { self == .inPlace || directory != nil }

  /// Those of some sources that are results of earlier runs, as the journals tell in the directory that results go to.
  ///
  /// Where that is searched for images itself, they would be enhanced again, under one new name after the other.
  ///
  /// - Parameter own: The run's own journal, which needn't be read again.
  public func results(among sources: [Source], own: Journal? = nil) throws(FileError) -> Set<FilePath> {
    guard let directory else { return [] }
    var paths = RealPaths()
    let root = paths.directory(directory)
    /// What the journal may call a source: links may lie on the way to it.
    func names(of source: Source) -> [JournalName] {
      let parent = paths.directory(source.path.removingLastComponent())
      let name = parent.starts(with: root) ? source.path.lastComponent : nil
      let below = name.map { [JournalName(parent.appending($0), below: root)] } ?? []
      let isRoot = source.isBelowDirectory && paths.directory(source.root.isEmpty ? "." : source.root) == root
      return below + (isRoot ? [JournalName(root.pushing(source.relativePath), below: root)] : [])
    }
    let candidates = sources.map { (source: $0, names: names(of: $0)) }.filter { !$0.names.isEmpty }
    guard !candidates.isEmpty else { return [] }
    let journals = ((try? directoryEntries(of: root)) ?? []).filter(Journal.isJournal)
    let histories = try journals.map { name throws(FileError) in
      if let own, own.path.lastComponent == name { return own.history }
      return try JournalHistory(readingFrom: root.appending(name))
    }
    return Set(
      candidates.filter { source, names in
        histories.contains { history in names.contains { history[$0]?.isResult(source.status.stamp) == true } }
      }.map(\.source.path))
  }

  /// The directory whose journal tells of a result, if there is one.
  func journalDirectory(for source: Source) -> FilePath? {
    switch self {
    case .directory(let path): path
    case .inPlace: source.root.isEmpty ? "." : source.root
    case .besideInput, .file: nil
    }
  }

  /// The format that the name of an output file asks for; nil if it asks for none.
  ///
  /// - Throws: `DestinationError` if the name asks for a format that isn't written.
  public func impliedFormat() throws(DestinationError) -> ResultFormat? {
    guard case .file(let path) = self, let name = path.extension, !name.isEmpty else { return nil }
    guard let format = ImageFormat(extension: name) else { throw .unknownExtension(path) }
    return .always(format)
  }
}

extension FilePath {
  /// Whether it names one of the process's streams.
  fileprivate var isStandardStream: Bool {
    let path = lexicallyNormalized()
    return ["/dev/stdout", "/dev/stderr", "/dev/stdin"].contains(path) || path.starts(with: "/dev/fd")
      || path.starts(with: "/proc")
  }
}

/// The format of results.
public enum ResultFormat: Sendable, Equatable {
  /// Each input's own.
  case ofInput
  /// One for all.
  case always(ImageFormat)

  /// The one for all, or nil.
  public var format: ImageFormat? {
    guard case .always(let format) = self else { return nil }
    return format
  }
}

/// Why results can't go where they were to go.
public enum DestinationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A directory as input, and no word on where the results go.
  case directoryWithoutOutput(FilePath)
  /// Several results, and a file to put them in.
  case notADirectory(FilePath)
  /// A name of what the program's own streams are connected to.
  case standardStream(FilePath)
  /// A file name whose extension stands for another format.
  case unknownExtension(FilePath)

  /// What happened, and what to do about it.
  public var description: String {
    switch self {
    case .directoryWithoutOutput(let path):
      "\(path) is a directory: name another with -o, where the results go and its tree is mirrored"
    case .notADirectory(let path):
      "\(path) is a file, and the results need a directory: name one with -o"
    case .standardStream(let path):
      "\(path) is an open stream, which a file can't replace: -o - writes to standard output"
    case .unknownExtension(let path):
      "\(path): the extension stands for no format that is written; use .jpg or .png, or add --format"
    }
  }
}
