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
  /// What the new file takes over from another.
  struct Attributes: Sendable {
    var permissions: FilePermissions?
    /// Taken over where the process may do that: root that enhances a user's pictures must not end up with them.
    var owner: FileStatus.Owner?
    /// Times of last access and last change.
    var times: (accessed: Duration, modified: Duration)?
    /// Taken over where the file system has a place for them.
    var extended: ExtendedAttributes?
  }

  /// A file that has taken its name.
  struct Written: Sendable {
    /// The state that it is in.
    let stamp: FileStamp
    /// Why not all of the extended attributes came along.
    let lostAttributes: Errno?
  }

  /// Where the temporary files are kept track of.
  let temporaries: Temporaries

  /// Writes `bytes` to `path`, replacing what is there.
  @discardableResult
  func write(
    _ bytes: [UInt8], to path: FilePath, attributes: Attributes = Attributes(), sequence: Int,
    beforeAppearing: (FileStamp) throws -> Void = { _ in }
  ) throws -> Written {
    try write(to: path, attributes: attributes, sequence: sequence, beforeAppearing: beforeAppearing) { try $0(bytes) }
  }

  /// Writes to `path` piece by piece, replacing what is there.
  ///
  /// - Parameters:
  ///   - attributes: those of the new file; what is nil is what the process gives to new files.
  ///   - sequence: tells files that are written at the same time apart.
  ///   - beforeAppearing: called with the state of the finished file just before it takes its name; what it throws
  ///     leaves everything as it was.
  ///   - body: gives the bytes, in order, to the sink that it gets.
  @discardableResult
  func write(
    to path: FilePath, attributes: Attributes, sequence: Int,
    beforeAppearing: (FileStamp) throws -> Void = { _ in }, body: (_ sink: ([UInt8]) throws -> Void) throws -> Void
  ) throws -> Written {
    let directory = path.removingLastComponent()
    try createDirectories(at: directory)
    let temporary: FilePath
    let descriptor: FileDescriptor
    do {
      (temporary, descriptor) = try temporaries.create(
        in: directory, sequence: sequence, isPrivate: attributes.permissions != nil)
    } catch let reason as Errno {
      throw FileError(.create, path, reason)
    }
    // Open, and so locked, until it has its name.
    defer { try? descriptor.close() }
    let written: Written
    do {
      try body { bytes in try FileError.naming(.write, path) { _ = try descriptor.writeAll(bytes) } }
      written = try FileError.naming(.write, path) {
        let lost = attributes.applyExtended(to: descriptor)
        try attributes.apply(to: descriptor)
        try synchronize(descriptor, at: path)
        return Written(stamp: try FileStatus(of: descriptor).stamp, lostAttributes: lost)
      }
      try beforeAppearing(written.stamp)
      try temporaries.commit(temporary, to: path)
    } catch {
      temporaries.discard(temporary)
      throw error
    }
    try synchronizeDirectory(at: directory.isEmpty ? "." : directory)
    return written
  }
}

extension AtomicFile.Attributes {
  /// A picture is more than what hangs on it: what can't be attached is no reason to fail.
  fileprivate func applyExtended(to descriptor: FileDescriptor) -> Errno? {
    do throws(Errno) {
      try extended?.apply(to: descriptor)
      return nil
    } catch {
      return error
    }
  }

  fileprivate func apply(to descriptor: FileDescriptor) throws {
    // Before the mode, of which a change of owner clears bits.
    let isOwned = owner?.take(descriptor) == true
    // Rights to act as the owner are those of one owner, and not of another.
    let kept = isOwned ? permissions : permissions?.subtracting([.setUserID, .setGroupID])
    if let kept, fchmod(descriptor.rawValue, kept.rawValue) != 0 { throw Errno(rawValue: errno) }
    guard let times else { return }
    let stamps = [timespec(times.accessed), timespec(times.modified)]
    if futimens(descriptor.rawValue, stamps) != 0 { throw Errno(rawValue: errno) }
  }
}

extension timespec {
  fileprivate init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    // Before 1970 both are negative, and nanoseconds must not be.
    let nanoseconds = attoseconds / 1_000_000_000
    self.init(
      tv_sec: Int(nanoseconds < 0 ? seconds - 1 : seconds),
      tv_nsec: Int(nanoseconds < 0 ? nanoseconds + 1_000_000_000 : nanoseconds))
  }
}
