import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension FilePath {
  /// Whether there is a directory, or a link to one.
  package var isDirectory: Bool { FileStatus.ifPresent(at: self)?.kind == .directory }
}

/// The names in a directory, without `.` and `..`, sorted by their bytes.
func directoryEntries(of path: FilePath) throws(FileError) -> [FilePath.Component] {
  guard let directory = path.withPlatformString({ opendir($0) }) else {
    throw FileError(.list, path, Errno(rawValue: errno))
  }
  defer { closedir(directory) }
  var names: [FilePath.Component] = []
  while true {
    errno = 0
    guard let entry = readdir(directory) else {
      if errno != 0 { throw FileError(.list, path, Errno(rawValue: errno)) }
      break
    }
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CInterop.PlatformChar.self, capacity: Int(NAME_MAX) + 1) {
        FilePath.Component(platformString: $0)
      }
    }
    if let name, name.kind == .regular { names.append(name) }
  }
  return names.sorted { $0.platformBytes.lexicographicallyPrecedes($1.platformBytes) }
}

/// Makes a directory and those above it that are missing, durably.
///
/// - Parameters:
///   - model: a directory of the same name that it is to be no more open than, as those above it are to be than those
///     above that, as far as they have the same names.
///   - keepsOwner: whether they are to belong to whom those do, where the process may do that.
func createDirectories(at path: FilePath, like model: FilePath? = nil, keepsOwner: Bool = false) throws(FileError) {
  if path.isEmpty || path.isDirectory { return }
  let model = model?.lastComponent == path.lastComponent ? model : nil
  let parent = path.removingLastComponent()
  if parent != path {
    try createDirectories(at: parent, like: model?.removingLastComponent(), keepsOwner: keepsOwner)
  }
  let status = model.flatMap { FileStatus.ifPresent(at: $0) }
  try createDirectory(at: path, permissions: status?.permissions, owner: keepsOwner ? status?.owner : nil)
}

/// Makes a directory, durably; that it is there already is fine.
///
/// - Parameters:
///   - permissions: that it is to be no more open than.
///   - owner: whom it is to belong to, where the process may do that.
func createDirectory(
  at path: FilePath, permissions: FilePermissions?, owner: FileStatus.Owner?
) throws(FileError) {
  let parent = path.removingLastComponent()
  let mode = (permissions?.rawValue ?? 0o777) & 0o777 | 0o700
  let result = path.withPlatformString { mkdir($0, mode) }
  if result == 0 {
    // Not by its name, which others may have given to something else.
    if let owner, let descriptor = try? FileDescriptor.open(path, .readOnly, options: [.directory, .noFollow]) {
      owner.take(descriptor)
      try? descriptor.close()
    }
    try synchronizeDirectory(at: parent.isEmpty ? "." : parent)
    return
  }
  if errno != EEXIST { throw FileError(.create, path, Errno(rawValue: errno)) }
}

/// Makes the names in a directory durable.
///
/// One that can be written to and not read can't be opened for that: when its names are durable is left to the system.
func synchronizeDirectory(at path: FilePath) throws(FileError) {
  let opened = try FileError.naming(.write, path) { () -> FileDescriptor? in
    do { return try FileDescriptor.open(path, .readOnly) } catch Errno.permissionDenied { return nil }
  }
  guard let descriptor = opened else { return }
  defer { try? descriptor.close() }
  // Some file systems have no such call for directories; then there is nothing more to be done.
  if fsync(descriptor.rawValue) != 0 && errno != EINVAL && errno != EROFS {
    throw FileError(.write, path, Errno(rawValue: errno))
  }
}

/// Renames, replacing what has the new name.
func rename(_ path: FilePath, to target: FilePath) throws(FileError) {
  let result = path.withPlatformString { from in target.withPlatformString { rename(from, $0) } }
  if result != 0 { throw FileError(.create, target, Errno(rawValue: errno)) }
}

/// Removes a file; that it isn't there is fine.
func removeIfPresent(_ path: FilePath) {
  _ = path.withPlatformString { unlink($0) }
}

/// Flushes a file's contents to the device.
func synchronize(_ descriptor: FileDescriptor, at path: FilePath) throws(FileError) {
  if fsync(descriptor.rawValue) != 0 && errno != EINVAL && errno != EROFS {
    throw FileError(.write, path, Errno(rawValue: errno))
  }
}
