import SystemPackage

/// A file that is written piece by piece, and appears whole or not at all: what was there before stays until then.
///
/// A pipe or a device is written to as it is.
public struct StreamedFile: Sendable {
  private let path: FilePath
  /// What is there already.
  private let former: FileStatus?

  /// Sees whether the file can be made, and leaves everything as it is.
  ///
  /// - Throws: `FileError` if it can't.
  public init(at path: FilePath) throws(FileError) {
    former = FileStatus.ifPresent(at: path)
    switch former?.kind {
    case .directory: throw FileError(.create, path, .isDirectory)
    case nil, .file:
      // A link stays, and what it leads to is replaced.
      self.path = path.resolvingLinks
      try checkCreation()
    default: self.path = path
    }
  }

  /// The first bytes of the file that would be replaced; none where there is no file.
  public func beginning(_ count: Int) throws(FileError) -> [UInt8] {
    guard former?.kind == .file else { return [] }
    return try FileContents.prefix(of: path, count: count)
  }

  /// Writes the file.
  ///
  /// - Parameters:
  ///   - temporaries: those of the run, which removes them where it is ended in the middle of this.
  ///   - body: gives the bytes, in order, to the sink that it gets.
  /// - Throws: `FileError`, and what `body` throws; a file that was there is as it was then.
  public func write(
    temporaries: Temporaries = Temporaries(), _ body: (_ sink: ([UInt8]) throws -> Void) throws -> Void
  ) throws {
    guard former == nil || former?.kind == .file else { return try writeThrough(body) }
    // A run that was killed while it wrote may have left something.
    Temporaries.removeAbandoned(in: path.removingLastComponent())
    let attributes = AtomicFile.Attributes(permissions: former?.permissions, owner: former?.owner)
    try AtomicFile(temporaries: temporaries).write(
      to: path, attributes: attributes, sequence: Self.sequence, body: body)
  }

  /// No image's, whose writers number from 0 on.
  private static let sequence = Int.max

  private func checkCreation() throws(FileError) {
    // A file that must not be written isn't replaced either.
    if former != nil {
      try FileError.naming(.create, path) { try FileDescriptor.open(path, .writeOnly).close() }
    }
    let temporaries = Temporaries()
    let (temporary, descriptor) = try FileError.naming(.create, path) {
      try temporaries.create(in: path.removingLastComponent(), sequence: 0, isPrivate: true)
    }
    temporaries.discard(temporary)
    try? descriptor.close()
  }

  private func writeThrough(_ body: (_ sink: ([UInt8]) throws -> Void) throws -> Void) throws {
    let descriptor = try FileError.naming(.create, path) { try FileDescriptor.open(path, .writeOnly) }
    defer { try? descriptor.close() }
    try body { bytes in try FileError.naming(.write, path) { _ = try descriptor.writeAll(bytes) } }
  }
}
