import Batch
import Reporting

/// One line that says how one image ended.
struct OutcomeLine: CustomStringConvertible {
  private let record: ImageRecord
  /// Whether the result takes the input's place.
  private let isInPlace: Bool

  init(_ outcome: ImageOutcome) {
    record = outcome.record
    isInPlace = outcome.source?.string == record.output
  }

  var description: String {
    switch record.status {
    case .failed: "\(path): \(record.error ?? "failed")"
    case .skipped where isInPlace: "\(path): skipped, it was enhanced before"
    case .skipped: "\(path): skipped, \(record.output?.printable ?? "its result") exists"
    case .unchanged: "\(path): left alone\(timing)"
    case .enhanced: "\(path): exit \(exits) of \(record.exits ?? 0)\(timing)"
    }
  }

  /// The time of each stage that ran.
  var stages: String? {
    guard let ms = record.ms else { return nil }
    let times = [
      ("read", ms.read), ("decode", ms.decode), ("infer", ms.infer?.reduce(0, +)), ("assess", ms.assess),
      ("constrain", ms.constrain),
      ("encode", ms.encode), ("write", ms.write),
    ]
    return times.compactMap { name, time in time.map { "\(name) \(Int($0.rounded())) ms" } }.joined(separator: ", ")
  }

  /// Of tiles the first and the last.
  private var exits: String {
    let last = record.exit ?? 0
    let first = record.tileExits?.joined().min() ?? last
    return first < last ? "\(first) to \(last)" : String(last)
  }

  private var path: String { record.path.printable }

  private var timing: String {
    guard let total = record.ms?.total else { return "" }
    return ", \(Int(total.rounded())) ms"
  }
}
