import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads whole files and streams.
public enum FileContents {
  /// No image that the codecs take is larger; what is, isn't read into memory.
  static let maximumSize = 4 << 30

  /// The bytes of a file.
  public static func read(_ path: FilePath) throws(FileError) -> [UInt8] {
    try FileError.naming(.read, path) {
      let descriptor = try FileDescriptor.open(path, .readOnly)
      return try descriptor.closeAfter {
        try readToEnd(descriptor, expecting: FileStatus(of: descriptor).size)
      }
    }
  }

  /// How many bytes a file has.
  public static func size(of path: FilePath) throws(FileError) -> Int {
    try FileError.naming(.read, path) { try FileStatus(of: path).size }
  }

  /// Whether there is a regular file that can be read.
  public static func isFile(_ path: FilePath) -> Bool {
    guard FileStatus.ifPresent(at: path)?.kind == .file else { return false }
    return path.withPlatformString { access($0, R_OK) } == 0
  }

  /// Whether two paths lead to one file.
  public static func areSame(_ first: FilePath?, _ second: FilePath?) -> Bool {
    guard let first, let second, let own = FileStatus.ifPresent(at: first) else { return false }
    return own.identity == FileStatus.ifPresent(at: second)?.identity
  }

  /// The bytes of a regular file, and the state that it was in all the while they were read.
  ///
  /// - Throws: `FileError`, or `SourceError` if it is no file any more, or somebody is still writing it.
  static func readWhole(_ path: FilePath) throws -> (bytes: [UInt8], status: FileStatus) {
    // A pipe may have taken the file's place, and opening it must not wait for its writer.
    let descriptor = try FileError.naming(.read, path) {
      try FileDescriptor.open(path, .readOnly, options: .nonBlocking)
    }
    defer { try? descriptor.close() }
    let status = try FileError.naming(.read, path) { try FileStatus(of: descriptor) }
    guard status.kind == .file else { throw SourceError.replaced }
    let (bytes, after) = try FileError.naming(.read, path) {
      (try readToEnd(descriptor, expecting: status.size), try FileStatus(of: descriptor))
    }
    guard after.stamp == status.stamp, bytes.count == status.size else { throw SourceError.changing }
    return (bytes, status)
  }

  /// Everything that comes from standard input.
  public static func readStandardInput() throws(FileError) -> [UInt8] {
    try FileError.naming(.read, "standard input") { try readToEnd(.standardInput, expecting: 0) }
  }

  /// The first line of a regular file, as far as its first 64 KiB hold it; nil where there is no such file, or nothing
  /// in it.
  public static func firstLine(of path: FilePath) throws(FileError) -> [UInt8]? {
    guard FileStatus.ifPresent(at: path)?.kind == .file else { return nil }
    let start = try prefix(of: path, count: 1 << 16)
    return start.isEmpty ? nil : Array(start.prefix { $0 != UInt8(ascii: "\n") })
  }

  /// The first bytes of a file, all of them if it has fewer.
  static func prefix(of path: FilePath, count: Int) throws(FileError) -> [UInt8] {
    try FileError.naming(.read, path) {
      let descriptor = try FileDescriptor.open(path, .readOnly, options: .nonBlocking)
      return try descriptor.closeAfter { try read(descriptor, atMost: count) }
    }
  }

  private static func readToEnd(_ descriptor: FileDescriptor, expecting size: Int) throws -> [UInt8] {
    guard size <= maximumSize else { throw Errno.fileTooLarge }
    // What a file is expected to have is read in one piece, into where it stays.
    var bytes = try read(descriptor, atMost: size)
    while true {
      let chunk = try read(descriptor, atMost: chunkSize)
      if chunk.isEmpty { return bytes }
      bytes += chunk
      guard bytes.count <= maximumSize else { throw Errno.fileTooLarge }
    }
  }

  /// So many bytes, or all that there are.
  private static func read(_ descriptor: FileDescriptor, atMost count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let rest = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
        let read = try descriptor.read(into: rest)
        if read == 0 { break }
        filled += read
      }
    }
  }

  /// What is read at a time where a length isn't known.
  private static let chunkSize = 1 << 18
}
