import Batch
import Imaging
import SystemPackage

/// How the pictures that are to be measured come about.
public enum Degradation: Sendable, Equatable {
  /// The reference, compressed in memory as JPEG of this quality, 1...100.
  case quality(Int)
  /// Nothing: the reference itself.
  case none
  /// A file.
  case file(Source)

  /// The JPEG quality, 1...100; nil: not compressed, or not known.
  public var quality: Int? { if case .quality(let quality) = self { quality } else { nil } }
}

/// What is measured: every reference with every degradation that it has.
public struct EvaluationPlan: Sendable {
  /// One picture to measure.
  public struct Item: Sendable {
    /// The pristine picture.
    public let reference: Source
    /// What was done to it.
    public let degradation: Degradation
  }

  /// In the order of the references, below that of the qualities.
  public let items: [Item]
  /// References without a degraded file, and degraded files without a reference, by their relative paths.
  public let unmatched: [String]

  /// References, each with every quality; nil: not compressed at all.
  public init(references: [Source], qualities: [Int?]) {
    items = references.flatMap { reference in
      qualities.map { Item(reference: reference, degradation: $0.map(Degradation.quality) ?? .none) }
    }
    unmatched = []
  }

  /// References with degraded files of the same path below their directories; extensions may differ.
  ///
  /// - Throws: ``EvaluationError/ambiguous(_:_:)`` if two files on one side differ in their extensions alone.
  public init(references: [Source], degraded: [Source]) throws(EvaluationError) {
    let byName = try Self.byName(degraded)
    let names = try Self.byName(references)
    items = references.compactMap { reference in
      byName[Self.name(reference)].map { Item(reference: reference, degradation: .file($0)) }
    }
    let lonely = references.filter { byName[Self.name($0)] == nil } + degraded.filter { names[Self.name($0)] == nil }
    unmatched = lonely.map(\.path.string)
  }

  /// Nothing of it done yet.
  public var progress: RunProgress {
    var progress = RunProgress(
      total: items.count, plannedPixels: items.reduce(0) { $0.adding(saturating: $1.reference.pixels) })
    progress.unit = "measurements"
    return progress
  }

  private static func name(_ source: Source) -> FilePath {
    var path = source.relativePath
    path.extension = nil
    return path
  }

  private static func byName(_ sources: [Source]) throws(EvaluationError) -> [FilePath: Source] {
    var result: [FilePath: Source] = [:]
    for source in sources {
      if let other = result.updateValue(source, forKey: name(source)) { throw .ambiguous(other.path, source.path) }
    }
    return result
  }
}

/// Why something can't be evaluated.
public enum EvaluationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Two files that could both be the partner of one.
  case ambiguous(FilePath, FilePath)
  /// A degraded file of another size than its reference.
  case sizes(reference: [Int], degraded: [Int])
  /// A grey degraded file of a colour reference, or the other way round.
  case channels

  /// What happened, and what to do about it.
  public var description: String {
    switch self {
    case .ambiguous(let first, let second):
      """
      \(first) and \(second) differ in their extensions alone, so their partner in the other directory is not clear; \
      move one of them away
      """
    case .sizes(let reference, let degraded):
      """
      the reference has \(reference[0]) x \(reference[1]) pixels and the degraded file \(degraded[0]) x \(degraded[1]); \
      they must be the same picture
      """
    case .channels:
      "one of reference and degraded file is grey and the other is not; compare them with --channel luma"
    }
  }
}
