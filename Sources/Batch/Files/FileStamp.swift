/// Tells one state of a file from another: its size, and when its contents were last changed.
public struct FileStamp: Sendable, Hashable, Codable {
  /// Bytes.
  public let size: Int
  /// Nanoseconds since 1970.
  public let modified: Int64

  /// A stamp.
  public init(size: Int, modified: Int64) {
    self.size = size
    self.modified = modified
  }
}

extension FileStatus {
  /// The state that the file was in.
  var stamp: FileStamp {
    let (seconds, attoseconds) = modified.components
    return FileStamp(size: size, modified: seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000)
  }
}
