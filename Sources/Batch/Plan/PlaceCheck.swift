import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Sees whether results and journals could be created, and creates nothing.
public struct PlaceCheck {
  private var obstacles: [FilePath: Errno?] = [:]

  /// Nothing was looked at yet.
  public init() {}

  /// Why a result could not be created; nil if it could.
  public mutating func obstacle(to item: OutputPlan.Item) -> FileError? {
    obstacle(in: item.output.removingLastComponent()).map { FileError(.create, item.output, $0) }
  }

  /// Why a journal could not be written; nil if it could.
  public mutating func obstacle(to journal: FilePath) -> FileError? {
    let reason =
      FileStatus.ifPresent(at: journal, following: false) == nil
      ? obstacle(in: journal.removingLastComponent()) : Self.denial(of: R_OK | W_OK, at: journal)
    return reason.map { FileError(.create, journal, $0) }
  }

  /// Of a directory, or of the nearest one that is there, if it is missing.
  private mutating func obstacle(in directory: FilePath) -> Errno? {
    let directory = directory.isEmpty ? "." : directory
    if let known = obstacles[directory] { return known }
    let reason: Errno?
    if FileStatus.ifPresent(at: directory, following: false) == nil, directory.lastComponent != nil {
      reason = obstacle(in: directory.removingLastComponent())
    } else {
      reason = directory.isDirectory ? Self.denial(of: W_OK | X_OK, at: directory) : .notDirectory
    }
    obstacles[directory] = .some(reason)
    return reason
  }

  private static func denial(of rights: Int32, at path: FilePath) -> Errno? {
    path.withPlatformString { access($0, rights) } == 0 ? nil : Errno(rawValue: errno)
  }
}
