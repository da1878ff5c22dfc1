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

  /// Numbers of the user and the group that a file belongs to.
  struct Owner: Equatable, Sendable {
    let user: UInt32
    let group: UInt32

    /// Gives them an open file, or at least to the group, where the process may do that.
    ///
    /// - Returns: Whether it is theirs.
    @discardableResult
    func take(_ descriptor: FileDescriptor) -> Bool {
      if fchown(descriptor.rawValue, user, group) == 0 { return true }
      _ = fchown(descriptor.rawValue, uid_t.max, group)
      return false
    }
  }

  let kind: Kind
  let identity: Identity
  let size: Int
  /// Names that the file has.
  let links: Int
  let permissions: FilePermissions
  let owner: Owner
  let accessed: Duration
  let modified: Duration

  /// - Parameter following: whether a symbolic link stands for what it points to.
  init(of path: FilePath, following: Bool = true) throws(Errno) {
    var status = stat()
    let result = path.withPlatformString { following ? stat($0, &status) : lstat($0, &status) }
    guard result == 0 else { throw Errno(rawValue: errno) }
    self.init(status)
  }

  /// The status of an open file, whatever has become of its name.
  init(of descriptor: FileDescriptor) throws(Errno) {
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
    self.init(status)
  }

  private init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFLNK: .symbolicLink
      default: .other
      }
    identity = Identity(device: UInt64(status.st_dev), node: UInt64(status.st_ino))
    size = Int(status.st_size)
    links = Int(status.st_nlink)
    permissions = FilePermissions(rawValue: CModeT(status.st_mode & 0o7777))
    owner = Owner(user: status.st_uid, group: status.st_gid)
    #if canImport(Darwin)
      let times = (status.st_atimespec, status.st_mtimespec)
    #else
      let times = (status.st_atim, status.st_mtim)
    #endif
    accessed = .seconds(times.0.tv_sec) + .nanoseconds(times.0.tv_nsec)
    modified = .seconds(times.1.tv_sec) + .nanoseconds(times.1.tv_nsec)
  }

  /// The status, or nil if there is nothing at `path`, or nothing that may be looked at.
  static func ifPresent(at path: FilePath, following: Bool = true) -> FileStatus? {
    try? FileStatus(of: path, following: following)
  }
}
