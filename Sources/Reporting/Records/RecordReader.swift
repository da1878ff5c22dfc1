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
  }

  /// The runs in a JSON Lines file, one for each header.
  ///
  /// A last line without a line feed is what a run that was cut off leaves, and is passed over; so are objects of a
  /// kind that is not known here.
  ///
  /// - Throws: ``RecordError`` with the number of the first line that is no record.
  public static func runs(in bytes: [UInt8], name: String) throws(RecordError) -> [RecordedRun] {
    var runs: [RecordedRun] = []
    func add(_ change: (inout RecordedRun) -> Void) {
      if runs.isEmpty { runs.append(RecordedRun(name: name)) }
      change(&runs[runs.count - 1])
    }
    let decoder = JSONDecoder()
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.dropLast().enumerated() where !line.isEmpty {
      let data = Data(line)
      do {
        let kind = try decoder.decode(Kind.self, from: data)
        guard kind.v == 1 else { throw RecordError.version(kind.v, file: name, line: index + 1) }
        let isModest = try decoder.decode(JSONValue.self, from: data).isModest
        func check(_ record: any CheckableRecord) throws(RecordError) {
          guard isModest && record.isSound else { throw .notARecord(file: name, line: index + 1) }
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
        case "end":
          let record = try decoder.decode(RunEnd.self, from: data)
          add { $0.end = record }
        default:
          continue
        }
      } catch let error as RecordError {
        throw error
      } catch {
        throw .notARecord(file: name, line: index + 1)
      }
    }
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
