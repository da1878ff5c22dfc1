import Inference

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Records as comma-separated values (RFC 4180), a row for each image, the names those of the records.
///
/// Lists become `name_0`, `name_1`; nested values `ms_decode`; grids of tiles are left out. Columns stand about in the
/// order of `docs/records.md`.
public struct CSVTable: Sendable {
  private var rows: [[String: JSONValue]] = []

  /// A row for every image of every run; with several runs a column `run` names them.
  ///
  /// - Throws: `EncodingError` if a record holds a number that JSON has no notation for.
  public init(_ runs: [RecordedRun]) throws {
    for run in runs {
      let records: [any Encodable] = run.images + run.evaluations
      for record in records {
        var row = try Self.values(of: record)
        if runs.count > 1 { row["run"] = .string(run.name) }
        rows.append(row)
      }
    }
  }

  /// The table with its header.
  public var text: String {
    let names = Set(rows.flatMap(\.keys)).sorted { Self.rank($0) < Self.rank($1) }
    let lines = [names] + rows.map { row in names.map { row[$0]?.text ?? "" } }
    return lines.map { $0.map(Self.quote).joined(separator: ",") + "\r\n" }.joined()
  }

  /// A table without rows, which has no names either.
  static let empty = "\r\n"
  /// What other tables begin with, of one run and of several.
  static let beginnings = ["v,kind,path,", "run,v,kind,path,"]

  /// One record's values as text, in the order of the columns.
  static func cells(of record: any Encodable) throws -> [(name: String, text: String)] {
    try values(of: record).sorted { rank($0.key) < rank($1.key) }.map { ($0.key, $0.value.text) }
  }

  private static func values(of record: any Encodable) throws -> [String: JSONValue] {
    let value = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(record))
    guard case .object(let members) = value else { return value.flattened }
    return JSONValue.object(members.filter { !$0.value.isGrid }).flattened
  }

  private static func quote(_ cell: String) -> String {
    guard cell.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) else { return cell }
    // By scalars: a quotation mark with a combining accent is another character.
    return "\"" + cell.unicodeScalars.reduce(into: "") { $0 += $1 == "\"" ? "\"\"" : String($1) } + "\""
  }

  private static let order = [
    "run", "v", "kind", "path", "output", "original", "quality", "degraded", "channel", "status", "error", "warnings",
    "width",
    "height", "channels", "bit_depth", "source_format", "estimated_quality", "found_quality",
    "told_quality", "policy", "exit", "exits",
    "tile_size", "score_before", "score_after", "psnr", "psnr_b", "ssim", "ms_ssim", "scores", "paper_scores",
    "gain_estimates", "changes", "policies",
    "constraint", "constraint_dropped", "clamped", "coefficients", "ms_read", "ms_decode", "ms_infer", "ms_assess",
    "ms_constrain", "ms_encode", "ms_write", "ms_total", "ms", "cpu_ms",
    "macs_per_pixel", "bytes_in", "bytes_out",
  ]

  private struct Rank: Comparable {
    let place: Int
    let rest: String
    let number: Int

    static func < (left: Rank, right: Rank) -> Bool {
      (left.place, left.rest, left.number) < (right.place, right.rest, right.number)
    }
  }

  /// The longest known name that begins a column's name decides where it stands, then what follows, by number.
  private static func rank(_ name: String) -> Rank {
    let parts = name.split(separator: "_")
    let number = parts.last.flatMap { Int($0) }
    let stem = number == nil ? name : parts.dropLast().joined(separator: "_")
    let candidates = order.indices.filter { stem == order[$0] || stem.hasPrefix(order[$0] + "_") }
    let place = candidates.max { order[$0].count < order[$1].count } ?? order.count
    return Rank(place: place, rest: stem, number: number ?? -1)
  }
}

extension JSONValue {
  /// Whether it is a list of lists.
  fileprivate var isGrid: Bool {
    if case .array(let rows) = self, case .array? = rows.first { true } else { false }
  }
}
