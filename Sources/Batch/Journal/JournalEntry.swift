import Reporting
import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A line of the journal.
///
/// Headers and image lines are records with a few more members, so a journal is a records file too.
enum JournalEntry: Sendable {
  /// A run began.
  case run(RunRecord, runIdentifier: String)
  /// A result is complete and about to take its name. A file in its place that is in the state `result` is that result,
  /// and so is a copy of it anywhere that has the digest; a copy of the input has none.
  /// It is the last word of a run that is killed then, so it holds the cost, which a budget asks for.
  case appearing(
    JournalName, source: String?, input: FileStamp, result: FileStamp, digest: String?, cost: RecordedCost?)
  /// An image ended; `result` is the state of its output, absent if it failed. What was no image has no name here.
  case image(ImageRecord, JournalName?, source: String?, input: FileStamp?, result: FileStamp?)
  /// The run came to its end and left nothing behind.
  case end(runIdentifier: String)
}

extension JournalEntry: Encodable {
  private enum CodingKeys: String, CodingKey {
    case v, kind, input, result
    case source = "source_id"
    case runIdentifier = "run_id"
    case digest = "sha256"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .run(let record, let runIdentifier):
      try record.encode(to: encoder)
      try container.encode(runIdentifier, forKey: .runIdentifier)
    case .appearing(let name, let source, let input, let result, let digest, let cost):
      try container.encode(1, forKey: .v)
      try container.encode(JournalLine.Kind.appearing, forKey: .kind)
      try name.encode(to: encoder)
      try cost?.encode(to: encoder)
      try container.encodeIfPresent(source, forKey: .source)
      try container.encode(input, forKey: .input)
      try container.encode(result, forKey: .result)
      try container.encodeIfPresent(digest, forKey: .digest)
    case .image(let record, let name, let source, let input, let result):
      try record.encode(to: encoder)
      try name?.encode(to: encoder)
      try container.encodeIfPresent(source, forKey: .source)
      try container.encodeIfPresent(input, forKey: .input)
      try container.encodeIfPresent(result, forKey: .result)
    case .end(let runIdentifier):
      try container.encode(1, forKey: .v)
      try container.encode(JournalLine.Kind.end, forKey: .kind)
      try container.encode(runIdentifier, forKey: .runIdentifier)
    }
  }
}

/// What a later run reads from a line of the journal: no more than it needs.
struct JournalLine: Decodable {
  enum Kind: String, Codable {
    case run, appearing, image, end
  }

  let kind: Kind
  let runIdentifier: String?
  let options: [String: String]?
  let modelHash: String?
  let status: ImageRecord.Status?
  /// Tells the input's path from others: the first 16 digits of its SHA-256; nil in older journals.
  let source: String?
  let input: FileStamp?
  let result: FileStamp?
  let name: JournalName?
  /// SHA-256 of the result, unless that is the input.
  let digest: String?
  /// What an image took, for a budget.
  let cost: RecordedCost?

  private enum CodingKeys: String, CodingKey {
    case kind, options, status, input, result
    case source = "source_id"
    case runIdentifier = "run_id"
    case modelHash = "model_hash"
    case digest = "sha256"
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    kind = try container.decode(Kind.self, forKey: .kind)
    runIdentifier = try container.decodeIfPresent(String.self, forKey: .runIdentifier)
    options = try container.decodeIfPresent([String: String].self, forKey: .options)
    modelHash = try container.decodeIfPresent(String.self, forKey: .modelHash)
    status = try container.decodeIfPresent(ImageRecord.Status.self, forKey: .status)
    source = try container.decodeIfPresent(String.self, forKey: .source)
    input = try container.decodeIfPresent(FileStamp.self, forKey: .input)
    result = try container.decodeIfPresent(FileStamp.self, forKey: .result)
    name = try? JournalName(from: decoder)
    digest = try container.decodeIfPresent(String.self, forKey: .digest)
    cost = try? RecordedCost(from: decoder)
  }
}

extension JournalLine {
  /// What a journal tells, without lines that were cut off.
  static func lines(of path: FilePath) throws(FileError) -> some Sequence<JournalLine> {
    let decoder = JSONDecoder()
    return try FileContents.read(path).split(separator: UInt8(ascii: "\n")).lazy
      .compactMap { try? decoder.decode(JournalLine.self, from: Data($0)) }
  }
}
