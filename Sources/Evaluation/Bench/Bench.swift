import Batch
import Imaging
import Inference
import RBQE
import Reporting

/// Times whole enhancements, from file to file, at every exit and under a policy.
public struct Bench: Sendable {
  /// What is timed.
  public struct Setting: Sendable {
    /// What records call it: `fixed` or the policy's name.
    public let policy: any ExitPolicy
    /// For people.
    public let name: String

    /// A setting.
    public init(name: String, policy: any ExitPolicy) {
      self.name = name
      self.policy = policy
    }
  }

  /// The records of one setting.
  public struct Result: Sendable {
    /// The setting's name.
    public let name: String
    /// One record for each image and repetition; warm-up has none.
    public let records: [ImageRecord]
    /// Wall-clock milliseconds of all repetitions.
    public let elapsed: Double
  }

  private let model: Model
  private let plan: OutputPlan
  private let repetitions: Int
  private let warmUps: Int

  /// A bench.
  ///
  /// - Parameters:
  ///   - plan: images and where their results go; every run replaces them.
  ///   - repetitions: how often each image is timed under each setting.
  ///   - warmUps: how often before, without being timed.
  public init(model: Model, plan: OutputPlan, repetitions: Int, warmUps: Int) {
    self.model = model
    self.plan = plan
    self.repetitions = max(1, repetitions)
    self.warmUps = max(0, warmUps)
  }

  /// Times one setting, `jobs` images at a time.
  public func run(_ setting: Setting, jobs: Int, report: @escaping @Sendable (ImageOutcome) -> Void) -> Result {
    let enhancer = Enhancer(model: model, policy: setting.policy)
    let runner = BatchRunner(
      processor: ImageProcessor(enhancer: enhancer, options: OutputOptions()),
      options: BatchOptions(jobs: jobs, threads: 1))
    for _ in 0..<warmUps { _ = runner.run(plan) { _ in } }
    let clock = ContinuousClock()
    let start = clock.now
    let records = Records()
    for _ in 0..<repetitions {
      _ = runner.run(plan) { outcome in
        records.add(outcome.record)
        report(outcome)
      }
    }
    return Result(name: setting.name, records: records.all, elapsed: (clock.now - start).milliseconds)
  }
}
