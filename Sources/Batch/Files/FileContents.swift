import SystemPackage

/// Reads whole files and streams.
public enum FileContents {
  /// No image that the codecs take is larger; what is, isn't read into memory.
  static let maximumSize = 4 << 30

  /// The bytes of a file.
  public static func read(_ path: FilePath) throws(FileError) -> [UInt8] {
    let descriptor = try FileError.naming(.read, path) { try FileDescriptor.open(path, .readOnly) }
    defer { try? descriptor.close() }
    return try FileError.naming(.read, path) {
      try readToEnd(descriptor, expecting: FileStatus.ifPresent(at: path)?.size ?? 0)
    }
  }

  /// Everything that comes from standard input.
  public static func readStandardInput() throws(FileError) -> [UInt8] {
    try FileError.naming(.read, "standard input") { try readToEnd(.standardInput, expecting: 0) }
  }

  /// Whether there is no file, an empty one, something that is no regular file, or one that begins with `byte`.
  public static func isAbsentOrBegins(with byte: UInt8, at path: FilePath) -> Bool {
    guard let status = FileStatus.ifPresent(at: path), status.kind == .file, status.size > 0 else { return true }
    return (try? prefix(of: path, count: 1)) == [byte]
  }

  /// The first bytes of a file, enough to tell its format.
  static func prefix(of path: FilePath, count: Int = 16) throws(FileError) -> [UInt8] {
    try FileError.naming(.read, path) {
      let descriptor = try FileDescriptor.open(path, .readOnly)
      return try descriptor.closeAfter {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
          while filled < count {
            let rest = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
            let read = try descriptor.read(into: rest)
            if read == 0 { break }
            filled += read
          }
        }
      }
    }
  }

  private static func readToEnd(_ descriptor: FileDescriptor, expecting size: Int) throws -> [UInt8] {
    guard size <= maximumSize else { throw Errno.fileTooLarge }
    var bytes: [UInt8] = []
    // One byte more than expected, so that the end is seen without growing.
    bytes.reserveCapacity(size + 1)
    var chunkSize = max(size + 1, 1 << 16)
    while true {
      let chunk = try [UInt8](unsafeUninitializedCapacity: chunkSize) { buffer, filled in
        filled = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      if chunk.isEmpty { return bytes }
      bytes += chunk
      guard bytes.count <= maximumSize else { throw Errno.fileTooLarge }
      chunkSize = 1 << 20
    }
  }
}
