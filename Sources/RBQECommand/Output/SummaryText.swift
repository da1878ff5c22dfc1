import Batch
import Reporting

/// What a whole run did, for a person.
struct SummaryText: CustomStringConvertible {
  let summary: BatchSummary
  /// Files that took no part.
  var ignored = 0
  let now: ContinuousClock.Instant

  var description: String { ([headline] + details + failureTable).joined(separator: "\n") }

  private var headline: String {
    let exits = summary.exits.filter { $0.key > 0 }.sorted { $0.key < $1.key }
      .map { "\($0.value) at exit \($0.key)" }
      .joined(separator: ", ")
    let notBegun = summary.plannedCount - summary.endedCount
    let parts = [
      summary[.enhanced] > 0 ? "\(summary[.enhanced]) enhanced (\(exits))" : nil,
      summary[.unchanged] > 0 ? "\(summary[.unchanged]) left alone" : nil,
      summary[.skipped] > 0 ? "\(summary[.skipped]) skipped, their results exist" : nil,
      summary[.failed] > 0 ? "\(summary[.failed]) failed" : nil,
      notBegun > 0 ? "\(notBegun) not done" : nil,
      ignored > 0 ? "\(ignored) other files passed over" : nil,
    ]
    let text = parts.compactMap(\.self).joined(separator: "; ")
    return text.isEmpty ? "nothing to do" : text
  }

  private var details: [String] {
    let worked = summary[.enhanced] + summary[.unchanged]
    let tiles = summary.tiles.isEmpty ? [] : ["\(summary.tiles)"]
    guard worked > 1 else { return tiles }
    let elapsed = now - summary.start
    let speed = NumberText.fixed(Double(summary.pixels) / 1e6 / (elapsed / .seconds(1)), 2)
    var lines = ["\(summary.pixels.megapixels) megapixels in \(elapsed.words), \(speed) a second"]
    if let share = summary.savedShare, share >= 0.005 {
      let time = summary.savedTime.map { ", about \($0.words) of computing" } ?? ""
      lines.append("early exits saved \(Int((share * 100).rounded())) % of the network's work\(time)")
    }
    return lines + tiles
  }

  /// Errors scroll away while a run goes on; here they are together.
  private var failureTable: [String] {
    guard summary[.failed] > 0, summary.plannedCount > 1 else { return [] }
    let shown = summary.failures.prefix(Self.tableLimit).map { (path: $0.path.printable, cause: $0.cause) }
    let width = min(40, shown.map(\.path.count).max() ?? 0)
    let rows = shown.map { path, cause in
      "  \(path)\(String(repeating: " ", count: max(0, width - path.count)))  \(cause)"
    }
    let more = summary[.failed] - shown.count
    return ["failed:"] + rows + (more > 0 ? ["  and \(more) more, each told of above"] : [])
  }

  private static let tableLimit = 20
}
