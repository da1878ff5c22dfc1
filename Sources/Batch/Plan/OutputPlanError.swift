import SystemPackage

/// Why a set of inputs and options can't be carried out without losing something.
public enum OutputPlanError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Two inputs, one output.
  case sharedOutput(FilePath, FilePath, output: FilePath)
  /// The result of one input would replace an input.
  case outputIsInput(FilePath, output: FilePath, input: FilePath)
  /// A directory or a device is where a result should go.
  case outputIsNoFile(FilePath, output: FilePath)
  /// The result of one input would be a file where that of another needs a directory.
  case outputIsDirectory(FilePath, FilePath, output: FilePath)
  /// More than one of these.
  indirect case several([OutputPlanError])

  /// So many of several are said.
  private static let most = 20

  /// The input whose result has no place; of two that would share one, the later.
  public var source: FilePath {
    switch self {
    case .sharedOutput(_, let source, _), .outputIsInput(let source, _, _), .outputIsNoFile(let source, _),
      .outputIsDirectory(_, let source, _):
      source
    case .several(let errors): errors.first?.source ?? ""
    }
  }

  /// What happened, and what to do about it.
  public var description: String {
    switch self {
    case .sharedOutput(let first, let second, let output):
      """
      \(first) and \(second) would both become \(output) (names that differ only in upper and lower case, or \
      in how accented letters are encoded, count as the same); enhance them into different directories
      """
    case .outputIsNoFile(let source, let output):
      "the result of \(source) should go to \(output), which is a directory or a device; choose another place with -o"
    case .outputIsInput(let source, let output, let input):
      "the result of \(source) would replace the input \(input) at \(output); choose another place with -o"
    case .outputIsDirectory(let first, let second, let output):
      """
      the result of \(first) would be the file \(output), where that of \(second) needs a directory; enhance them \
      into different directories
      """
    case .several(let errors):
      (errors.prefix(Self.most).map(\.description)
        + (errors.count > Self.most ? ["and \(errors.count - Self.most) more such collisions"] : []))
        .joined(separator: "\n")
    }
  }
}
