import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

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
  /// - Parameter body: gives the bytes, in order, to the sink that it gets.
  /// - Throws: `FileError`, and what `body` throws; a file that was there is as it was then.
  public func write(_ body: (_ sink: ([UInt8]) throws -> Void) throws -> Void) throws {
    guard former == nil || former?.kind == .file else { return try writeThrough(body) }
    // A run that was killed while it wrote may have left something.
    Temporaries.removeAbandoned(in: directory)
    let temporaries = Temporaries()
    let (temporary, descriptor) = try create(temporaries)
    // Open, and so locked, until it has its name.
    defer { try? descriptor.close() }
    do {
      try body { bytes in try write(bytes, to: descriptor) }
      try keepPermissions(descriptor)
      try synchronize(descriptor, at: path)
      try temporaries.commit(temporary, to: path)
    } catch {
      temporaries.discard(temporary)
      throw error
    }
    try synchronizeDirectory(at: directory.isEmpty ? "." : directory)
  }

  private var directory: FilePath { path.removingLastComponent() }

  private func create(_ temporaries: Temporaries) throws(FileError) -> (FilePath, FileDescriptor) {
    try FileError.naming(.create, path) {
      try temporaries.create(in: directory, sequence: 0, isPrivate: former != nil)
    }
  }

  private func checkCreation() throws(FileError) {
    // A file that must not be written isn't replaced either.
    if former != nil {
      try FileError.naming(.create, path) { try FileDescriptor.open(path, .writeOnly).close() }
    }
    let temporaries = Temporaries()
    let (temporary, descriptor) = try create(temporaries)
    temporaries.discard(temporary)
    try? descriptor.close()
  }

  private func keepPermissions(_ descriptor: FileDescriptor) throws(FileError) {
    guard let former, fchmod(descriptor.rawValue, former.permissions.rawValue) != 0 else { return }
    throw FileError(.write, path, Errno(rawValue: errno))
  }

  private func writeThrough(_ body: (_ sink: ([UInt8]) throws -> Void) throws -> Void) throws {
    let descriptor = try FileError.naming(.create, path) { try FileDescriptor.open(path, .writeOnly) }
    defer { try? descriptor.close() }
    try body { bytes in try write(bytes, to: descriptor) }
  }

  private func write(_ bytes: [UInt8], to descriptor: FileDescriptor) throws(FileError) {
    try FileError.naming(.write, path) { _ = try descriptor.writeAll(bytes) }
  }
}
