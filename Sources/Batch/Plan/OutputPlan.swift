import Imaging
import SystemPackage

/// Where every result goes, decided before any work starts.
public struct OutputPlan: Sendable {
  /// Where results go.
  public enum Destination: Sendable, Equatable {
    /// Beside the input, as `{stem}.enhanced.{ext}`.
    case besideInput
    /// Below a directory, mirroring the tree of the input.
    case directory(FilePath)
    /// One file.
    case file(FilePath)
  }

  /// What to do about an output that is there already.
  public enum Existing: String, Sendable, CaseIterable {
    /// Leave it and count the input as skipped.
    case skip
    /// Replace it.
    case overwrite
    /// Replace it if it is older than the input.
    case older
  }

  /// One input and its output.
  public struct Item: Sendable {
    /// The input.
    public let source: Source
    /// Where its result goes.
    public let output: FilePath
    /// The result's format.
    public let format: ImageFormat
    /// Whether the output is there already and stays.
    public let isSkipped: Bool
  }

  /// Every input in the order of discovery.
  public let items: [Item]

  /// Plans the outputs.
  ///
  /// - Parameters:
  ///   - format: that of every result; nil means each input's own.
  /// - Throws: `OutputPlanError` if two inputs would share an output, or an output is one of the inputs.
  public init(
    sources: [Source], destination: Destination, format: ImageFormat?, existing: Existing
  ) throws(OutputPlanError) {
    let inputs = Dictionary(sources.map { ($0.status.identity, $0.path) }, uniquingKeysWith: { first, _ in first })
    var takenBy: [String: FilePath] = [:]
    var items: [Item] = []
    for source in sources {
      let format = format ?? source.format
      let output = Self.output(for: source, destination: destination, format: format)
      // Names that differ only in case are one file on many systems, so they are one here.
      let key = Self.key(output.lexicallyNormalized())
      if let other = takenBy.updateValue(source.path, forKey: key) {
        throw OutputPlanError.sharedOutput(other, source.path, output: output)
      }
      let present = FileStatus.ifPresent(at: output)
      if let present {
        if let input = inputs[present.identity] {
          throw OutputPlanError.outputIsInput(source.path, output: output, input: input)
        }
        guard present.kind == .file else { throw OutputPlanError.outputIsNoFile(source.path, output: output) }
      }
      items.append(
        Item(
          source: source, output: output, format: format,
          isSkipped: Self.isSkipped(present, existing: existing, source: source)))
    }
    self.items = items
  }

  private static func key(_ path: FilePath) -> String {
    String(validating: path)?.lowercased()
      ?? path.withPlatformString { "\(Array(UnsafeBufferPointer(start: $0, count: path.length)))" }
  }

  private static func output(for source: Source, destination: Destination, format: ImageFormat) -> FilePath {
    switch destination {
    case .file(let path):
      return path
    case .directory(let directory):
      var path = directory.pushing(source.relativePath)
      if format != source.format { path.extension = format.fileExtension }
      return path
    case .besideInput:
      let stem = source.path.stem ?? ""
      let kept = format == source.format ? source.path.extension : nil
      return source.path.removingLastComponent().appending("\(stem).enhanced.\(kept ?? format.fileExtension)")
    }
  }

  private static func isSkipped(_ present: FileStatus?, existing: Existing, source: Source) -> Bool {
    guard let present else { return false }
    switch existing {
    case .skip: return true
    case .overwrite: return false
    case .older: return present.modified >= source.status.modified
    }
  }
}

/// Why a set of inputs and options can't be carried out without losing something.
public enum OutputPlanError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Two inputs, one output.
  case sharedOutput(FilePath, FilePath, output: FilePath)
  /// The result of one input would replace an input.
  case outputIsInput(FilePath, output: FilePath, input: FilePath)
  /// A directory or a device is where a result should go.
  case outputIsNoFile(FilePath, output: FilePath)

  /// What happened, and what to do about it.
  public var description: String {
    switch self {
    case .sharedOutput(let first, let second, let output):
      """
      \(first) and \(second) would both become \(output) (names that differ only in upper and lower case count as \
      the same); enhance them into different directories
      """
    case .outputIsNoFile(let source, let output):
      "the result of \(source) should go to \(output), which is a directory or a device; choose another place with -o"
    case .outputIsInput(let source, let output, let input):
      "the result of \(source) would replace the input \(input) at \(output); choose another place with -o"
    }
  }
}
