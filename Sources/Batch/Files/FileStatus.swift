import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What the file system says about a path.
struct FileStatus: Sendable {
  enum Kind: Sendable {
    case file, directory, symbolicLink, other
  }

  /// Tells one file from another, whatever names lead to it.
  struct Identity: Hashable, Sendable {
    let device: UInt64
    let node: UInt64
  }

  let kind: Kind
  let identity: Identity
  let size: Int
  let permissions: FilePermissions
  let modified: Duration

  /// - Parameter following: whether a symbolic link stands for what it points to.
  init(of path: FilePath, following: Bool = true) throws(Errno) {
    var status = stat()
    let result = path.withPlatformString { following ? stat($0, &status) : lstat($0, &status) }
    guard result == 0 else { throw Errno(rawValue: errno) }
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFLNK: .symbolicLink
      default: .other
      }
    identity = Identity(device: UInt64(status.st_dev), node: UInt64(status.st_ino))
    size = Int(status.st_size)
    permissions = FilePermissions(rawValue: CModeT(status.st_mode & 0o7777))
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    modified = .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  /// The status, or nil if there is nothing at `path`, or nothing that may be looked at.
  static func ifPresent(at path: FilePath, following: Bool = true) -> FileStatus? {
    try? FileStatus(of: path, following: following)
  }
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
  return names.sorted { bytes(of: $0).lexicographicallyPrecedes(bytes(of: $1)) }
}

/// The name as the file system stores it; not every name is UTF-8.
func bytes(of component: FilePath.Component) -> [CInterop.PlatformChar] {
  component.withPlatformString { Array(UnsafeBufferPointer(start: $0, count: strlen($0))) }
}

/// Makes a directory and those above it that are missing.
func createDirectories(at path: FilePath) throws(FileError) {
  if path.isEmpty || FileStatus.ifPresent(at: path)?.kind == .directory { return }
  let parent = path.removingLastComponent()
  if parent != path { try createDirectories(at: parent) }
  let result = path.withPlatformString { mkdir($0, 0o777) }
  if result != 0 && errno != EEXIST { throw FileError(.create, path, Errno(rawValue: errno)) }
}

/// Makes the names in a directory durable.
func synchronizeDirectory(at path: FilePath) throws(FileError) {
  let descriptor = try FileError.naming(.write, path) { try FileDescriptor.open(path, .readOnly) }
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
