/// Holds outcomes back until all before them are there.
struct OrderedReports {
  private let report: @Sendable (ImageOutcome) -> Void
  private var waiting: [Int: ImageOutcome] = [:]
  private var next = 0

  init(report: @escaping @Sendable (ImageOutcome) -> Void) {
    self.report = report
  }

  mutating func add(_ outcome: ImageOutcome, at index: Int) {
    waiting[index] = outcome
    while let ready = waiting.removeValue(forKey: next) {
      report(ready)
      next += 1
    }
  }

  /// Reports what still waits behind images that were never begun.
  mutating func finish() {
    for index in waiting.keys.sorted() {
      if let outcome = waiting.removeValue(forKey: index) { report(outcome) }
    }
  }
}
