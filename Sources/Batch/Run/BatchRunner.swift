import Dispatch
import Imaging
import Reporting
import Synchronization
import SystemPackage

/// Carries out a plan: every image by itself, several at a time, results reported in the order of the plan.
public struct BatchRunner: Sendable {
  private let processor: ImageProcessor
  private let jobs: Int
  private let writer = AtomicFile()

  /// - Parameter jobs: images worked on at a time, at least 1. It has no influence on any output.
  public init(processor: ImageProcessor, jobs: Int) {
    self.processor = processor
    self.jobs = max(1, jobs)
  }

  /// Enhances every image of a plan.
  ///
  /// - Parameters:
  ///   - stopsAtFailure: begin no more work after the first failure.
  ///   - report: called once for each image that was begun or skipped, in the order of the plan, never by two threads
  ///     at once.
  /// - Returns: how the images ended.
  public func run(
    _ plan: OutputPlan, stopsAtFailure: Bool = false, report: @escaping @Sendable (ImageOutcome) -> Void
  ) -> BatchSummary {
    let next = Atomic(0)
    let isStopped = Atomic(false)
    let queue = Mutex(OrderedReports(report: report))
    DispatchQueue.concurrentPerform(iterations: min(jobs, max(plan.items.count, 1))) { _ in
      while !isStopped.load(ordering: .relaxed) {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < plan.items.count else { return }
        let outcome = enhance(plan.items[index], sequence: index)
        if stopsAtFailure && outcome.error != nil { isStopped.store(true, ordering: .relaxed) }
        queue.withLock { $0.add(outcome, at: index) }
      }
    }
    return queue.withLock { $0.finish() }
  }

  private func enhance(_ item: OutputPlan.Item, sequence: Int) -> ImageOutcome {
    if item.isSkipped {
      var record = ImageRecord(path: item.source.displayName, status: .skipped)
      record.output = item.output.string
      return ImageOutcome(record: record, error: nil)
    }
    return processor.run(
      path: item.source.displayName, output: item.output.string, format: item.format,
      read: { try FileContents.read(item.source.path) },
      write: { bytes in
        try writer.write(bytes, to: item.output, permissions: item.source.status.permissions, sequence: sequence)
      })
  }
}

/// How one image ended.
public struct ImageOutcome: Sendable {
  /// The record, complete.
  public let record: ImageRecord
  /// Why it failed, if it did.
  public let error: (any Error)?
}

/// How many images ended in which way.
public struct BatchSummary: Sendable {
  /// Images by how they ended.
  public private(set) var counts: [ImageRecord.Status: Int] = [:]
  /// Images that were enhanced or left alone, by exit.
  public private(set) var exits: [Int: Int] = [:]
  /// Why the first image that failed did so.
  public private(set) var firstError: (any Error)?

  /// Nothing done yet.
  public init() {}

  /// Images that ended in `status`.
  public subscript(status: ImageRecord.Status) -> Int { counts[status, default: 0] }

  mutating func add(_ outcome: ImageOutcome) {
    let record = outcome.record
    if firstError == nil { firstError = outcome.error }
    counts[record.status, default: 0] += 1
    if record.status == .enhanced || record.status == .unchanged, let exit = record.exit {
      exits[exit, default: 0] += 1
    }
  }
}

/// Holds outcomes back until all before them are there.
private struct OrderedReports {
  let report: @Sendable (ImageOutcome) -> Void
  private var waiting: [Int: ImageOutcome] = [:]
  private var next = 0
  private var summary = BatchSummary()

  init(report: @escaping @Sendable (ImageOutcome) -> Void) {
    self.report = report
  }

  mutating func add(_ outcome: ImageOutcome, at index: Int) {
    waiting[index] = outcome
    while let ready = waiting.removeValue(forKey: next) {
      emit(ready)
      next += 1
    }
  }

  /// Reports what still waits behind images that were never begun.
  mutating func finish() -> BatchSummary {
    for index in waiting.keys.sorted() {
      if let outcome = waiting.removeValue(forKey: index) { emit(outcome) }
    }
    return summary
  }

  private mutating func emit(_ outcome: ImageOutcome) {
    summary.add(outcome)
    report(outcome)
  }
}
