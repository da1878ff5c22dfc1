import Inference

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What one run left behind: its header and its images.
public struct RecordedRun: Sendable {
  /// What the report calls the run, such as the records file's name.
  public var name: String
  /// What it was made with; nil where the file lost its beginning.
  public var header: RunRecord?
  /// How it ended; nil where it didn't come to its end.
  public var end: RunEnd?
  /// Images that were enhanced, left alone, skipped or failed.
  public var images: [ImageRecord] = []
  /// Pictures measured against references.
  public var evaluations: [EvaluationRecord] = []

  /// A run without images.
  public init(name: String, header: RunRecord? = nil) {
    self.name = name
    self.header = header
  }
}

/// Reads records of past runs.
public enum RecordReader {
  private struct Kind: Decodable {
    let v: Int
    let kind: String
    /// Journals alone have it.
    let runIdentifier: String?

    enum CodingKeys: String, CodingKey {
      case v, kind
      case runIdentifier = "run_id"
    }

    /// Whether the line may come first when a run goes on with a file: its header, or in a journal the end of a run
    /// that couldn't write it itself.
    var mayBeginRun: Bool { kind == "run" || isEndInJournal }
    var isEndInJournal: Bool { kind == "end" && runIdentifier != nil }
  }

  /// The runs in a JSON Lines file, one for each header.
  ///
  /// What a run that was cut off leaves is passed over: a last line without a line feed, and lines that are no JSON
  /// where another run begins behind them, or nothing follows. So are objects of a kind that is not known here.
  ///
  /// - Parameter passedOver: is told the numbers of lines that are no JSON.
  /// - Throws: ``RecordError`` with the number of the first line that is no record.
  public static func runs(
    in bytes: [UInt8], name: String, passedOver: (_ line: Int) -> Void = { _ in }
  ) throws(RecordError) -> [RecordedRun] {
    var runs: [RecordedRun] = []
    func add(_ change: (inout RecordedRun) -> Void) {
      if runs.isEmpty { runs.append(RecordedRun(name: name)) }
      change(&runs[runs.count - 1])
    }
    let decoder = JSONDecoder()
    // Lines that are no JSON, until the next one tells what they are.
    var cut: [Int] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.dropLast().enumerated() where !line.isEmpty {
      let data = Data(line)
      do {
        guard let value = try? decoder.decode(JSONValue.self, from: data) else {
          cut.append(index + 1)
          continue
        }
        let kind = try decoder.decode(Kind.self, from: data)
        if let first = cut.first, !kind.mayBeginRun { throw RecordError.notARecord(file: name, line: first) }
        guard kind.v == 1 else { throw RecordError.version(kind.v, file: name, line: index + 1) }
        for line in cut { passedOver(line) }
        cut = []
        func check(_ record: any CheckableRecord) throws(RecordError) {
          guard value.isModestRecord && record.isSound else { throw .notARecord(file: name, line: index + 1) }
        }
        switch kind.kind {
        case "run":
          runs.append(RecordedRun(name: name, header: try decoder.decode(RunRecord.self, from: data)))
        case "image":
          let record = try decoder.decode(ImageRecord.self, from: data)
          try check(record)
          add { $0.images.append(record) }
        case "evaluation":
          let record = try decoder.decode(EvaluationRecord.self, from: data)
          try check(record)
          add { $0.evaluations.append(record) }
        case "end" where !kind.isEndInJournal:
          let record = try decoder.decode(RunEnd.self, from: data)
          add { $0.end = record }
        default:
          continue
        }
      } catch let error as RecordError {
        throw error
      } catch {
        throw .notARecord(file: name, line: cut.first ?? index + 1)
      }
    }
    // A file without any record is something else.
    if let first = cut.first, runs.isEmpty { throw .notARecord(file: name, line: first) }
    for line in cut { passedOver(line) }
    if lines.last?.isEmpty == false { passedOver(lines.count) }
    if runs.count > 1 {
      for index in runs.indices { runs[index].name = "\(name), run \(index + 1)" }
    }
    return runs
  }
}

/// Why a records file can't be read.
public enum RecordError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A line that is no record.
  case notARecord(file: String, line: Int)
  /// A record of a later format.
  case version(Int, file: String, line: Int)

  /// What happened, and what to do about it.
  public var description: String {
    switch self {
    case .notARecord(let file, let line):
      """
      \(file): line \(line) is not a record; a records file comes from rbqe enhance or rbqe evaluate with --records, \
      or from --json
      """
    case .version(let version, let file, let line):
      "\(file): line \(line) has version \(version) of the record format, and this program reads 1; take a newer rbqe"
    }
  }
}
