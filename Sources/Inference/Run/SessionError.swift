/// Why a session could not be opened, or could not give what was asked.
public enum SessionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The image does not fit the model; the text says how.
  case image(String)
  /// The facts about the file do not fit the model; the text says how.
  case fileFacts(String)
  /// The model has no such output, or the session was opened without it.
  case unavailable(Target, available: [Target])
  /// Memory for an intermediate result could not be had.
  case outOfMemory(bytes: Int)
  /// The caller's `isCancelled` returned true.
  case cancelled
  /// A library that the engine stands on refused to work; the text says which and how.
  case engine(String)

  /// What is wrong and what to do about it.
  public var description: String {
    switch self {
    case .image(let problem): "image does not fit the model: \(problem)"
    case .fileFacts(let problem): "facts about the file do not fit the model: \(problem)"
    case .unavailable(let target, let available):
      "no output \(target) here; there are: \(available.map(\.description).joined(separator: ", "))"
    case .outOfMemory(let bytes): "no memory for an intermediate result of \(bytes) bytes; use smaller pieces"
    case .cancelled: "cancelled"
    case .engine(let problem): "engine: \(problem)"
    }
  }
}
