import Batch
import Imaging
import Reporting

/// Carries out a plan of measurements, several pictures at a time.
public struct EvaluationRunner: Sendable {
  private let evaluator: Evaluator
  private let work: OrderedWork

  /// - Parameter jobs: pictures worked on at a time, at least 1; more make the measured times longer, nothing else.
  public init(evaluator: Evaluator, jobs: Int) {
    self.evaluator = evaluator
    work = OrderedWork(jobs: jobs)
  }

  /// Measures every item, or takes over what an earlier run measured.
  ///
  /// - Parameters:
  ///   - earlier: records of an earlier run with the same options; failures among them are tried again.
  ///   - pictureBudget: bytes that the pictures of one item may take in a report; nil makes none.
  ///   - report: called for each item in the order of the plan, by the calling thread.
  public func run(
    _ plan: EvaluationPlan, earlier: [EvaluationRecord] = [], pictureBudget: Int? = nil,
    report: (EvaluationOutcome) -> Void
  ) {
    let known = Dictionary(
      earlier.filter { $0.status == .measured }.map { (Key($0), $0) }, uniquingKeysWith: { _, last in last })
    work.run(plan.items.count) { [evaluator] index in
      let item = plan.items[index]
      if let record = known[Key(evaluator.emptyRecord(for: item))] {
        return EvaluationOutcome(
          record: record, pictures: nil, pixels: item.reference.pixels, isEarlier: true)
      }
      var pictures: PicturePair?
      let record = evaluator.measure(item) { before, after in
        if let pictureBudget { pictures = try PicturePair(before: before, after: after, budget: pictureBudget) }
      }
      return EvaluationOutcome(
        record: record, pictures: pictures, pixels: item.reference.pixels, isEarlier: false)
    } report: { _, outcome in
      report(outcome)
    }
  }

  private struct Key: Hashable {
    let path: String
    let degraded: String?
    let quality: Int?
    let channel: String

    init(_ record: EvaluationRecord) {
      path = record.path
      degraded = record.degraded
      quality = record.quality
      channel = record.channel
    }
  }
}

/// One picture measured.
public struct EvaluationOutcome: Sendable {
  /// The figures.
  public let record: EvaluationRecord
  /// What a report shows of it, if asked for.
  public let pictures: PicturePair?
  /// Those that the plan counted for it.
  public let pixels: Int
  /// Whether the record was taken over from an earlier run.
  public let isEarlier: Bool
}
