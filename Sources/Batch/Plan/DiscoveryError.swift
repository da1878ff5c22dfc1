/// Why an input is no image.
public enum DiscoveryError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A pipe, a device or a socket.
  case notAFile
  /// A file of no bytes.
  case empty
  /// Neither JPEG nor PNG.
  case notAnImage

  /// What happened, and what to do about it.
  public var description: String {
    switch self {
    case .notAFile: "is not a regular file; to enhance what comes through a pipe, use - with -o -"
    case .empty: "the file is empty: it may be what an interrupted copy left; restore it from its origin"
    case .notAnImage: "is neither a JPEG nor a PNG file, going by its first bytes; convert it to one of them first"
    }
  }
}
