/// Why an image that was found can't be used when its turn comes.
public enum SourceError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file was written to while it was read.
  case changing
  /// The file has grown since it was found, to more than the memory that was set aside.
  case grown
  /// What was a file is something else by now, or another file.
  case replaced

  /// What happened, and what to do about it.
  public var description: String {
    switch self {
    case .changing: "the file changed while it was being read; enhance it again once it is complete"
    case .grown: "the file has become larger since it was found; enhance it again once it is complete"
    case .replaced: "the file was replaced by something else in the meantime; enhance it again if that is an image"
    }
  }
}
