import Batch
import Reporting

/// One line that says how one image ended.
struct OutcomeLine: CustomStringConvertible {
  let record: ImageRecord

  init(_ record: ImageRecord) {
    self.record = record
  }

  var description: String {
    switch record.status {
    case .failed: "\(path): \(record.error ?? "failed")"
    case .skipped: "\(path): skipped, \(record.output?.printable ?? "its result") exists"
    case .unchanged: "\(path): good as it is\(timing)"
    case .enhanced: "\(path): exit \(record.exit ?? 0) of \(record.exits ?? 0)\(timing)"
    }
  }

  /// The time of each stage that ran.
  var stages: String? {
    guard let ms = record.ms else { return nil }
    let times = [
      ("read", ms.read), ("decode", ms.decode), ("infer", ms.infer?.reduce(0, +)), ("assess", ms.assess),
      ("encode", ms.encode), ("write", ms.write),
    ]
    return times.compactMap { name, time in time.map { "\(name) \(Int($0.rounded())) ms" } }.joined(separator: ", ")
  }

  private var path: String { record.path.printable }

  private var timing: String {
    guard let total = record.ms?.total else { return "" }
    return ", \(Int(total.rounded())) ms"
  }
}

/// What a whole run did, for a person.
struct SummaryText: CustomStringConvertible {
  let summary: BatchSummary
  /// Inputs that were no images.
  let rejected: Int
  /// Files in directories that aren't named like images.
  let ignored: Int
  /// Images that were to be worked on.
  let planned: Int

  var description: String {
    let failed = summary[.failed] + rejected
    let exits = summary.exits.filter { $0.key > 0 }.sorted { $0.key < $1.key }
      .map { "\($0.value) at exit \($0.key)" }
      .joined(separator: ", ")
    let begun = summary.counts.values.reduce(0, +)
    let parts = [
      summary[.enhanced] > 0 ? "\(summary[.enhanced]) enhanced (\(exits))" : nil,
      summary[.unchanged] > 0 ? "\(summary[.unchanged]) left alone" : nil,
      summary[.skipped] > 0 ? "\(summary[.skipped]) skipped, their results exist" : nil,
      failed > 0 ? "\(failed) failed" : nil,
      begun < planned ? "\(planned - begun) not begun" : nil,
      ignored > 0 ? "\(ignored) other files passed over" : nil,
    ]
    return parts.compactMap(\.self).joined(separator: "; ")
  }
}
