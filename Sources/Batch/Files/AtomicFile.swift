import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes files that appear whole or not at all.
///
/// The bytes go to a temporary file in the target's directory, which is flushed and then renamed; so a crash at any
/// moment leaves either what was there before or the whole new file.
struct AtomicFile: Sendable {
  /// Marks the temporary files of one run.
  let runIdentifier: String

  /// A writer whose temporary files no other run shares.
  init(runIdentifier: String = "\(getpid())-\(UInt32.random(in: 0 ... .max))") {
    self.runIdentifier = runIdentifier
  }

  /// Writes `bytes` to `path`, replacing what is there.
  ///
  /// - Parameters:
  ///   - permissions: those of the new file; by default the ones that the process gives to new files.
  ///   - sequence: tells files that are written at the same time apart.
  func write(
    _ bytes: [UInt8], to path: FilePath, permissions: FilePermissions?, sequence: Int
  ) throws(FileError) {
    let directory = path.removingLastComponent()
    try createDirectories(at: directory)
    // The target's own name may be as long as the file system allows, so it has no part in this one.
    let temporary = directory.appending(".rbqe-\(runIdentifier)-\(sequence).tmp")
    let descriptor = try FileError.naming(.create, path) {
      try FileDescriptor.open(
        temporary, .writeOnly, options: [.create, .exclusiveCreate],
        permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
    }
    do {
      try FileError.naming(.write, path) {
        try descriptor.closeAfter {
          try descriptor.writeAll(bytes)
          if let permissions, fchmod(descriptor.rawValue, permissions.rawValue) != 0 {
            throw Errno(rawValue: errno)
          }
          try synchronize(descriptor, at: path)
        }
      }
      try rename(temporary, to: path)
    } catch {
      removeIfPresent(temporary)
      throw error
    }
    try synchronizeDirectory(at: directory.isEmpty ? "." : directory)
  }
}
