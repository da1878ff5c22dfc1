import Batch
import Imaging
import Inference
import RBQE
import Reporting

/// Times whole enhancements, from file to file, at every exit and under a policy.
public struct Bench: Sendable {
  /// What is timed.
  public struct Setting: Sendable {
    /// What decides.
    public let policy: any ExitPolicy
    /// What people call it.
    public let name: String

    /// A setting.
    public init(name: String, policy: any ExitPolicy) {
      self.name = name
      self.policy = policy
    }
  }

  /// An image that couldn't be enhanced.
  public struct Failure: Sendable {
    /// What records call the image.
    public let path: String
    /// Why.
    public let error: any Error
  }

  /// The records of one setting.
  public struct Result: Sendable {
    /// The setting's name.
    public let name: String
    /// One record for each image and repetition; warm-up has none.
    public let records: [ImageRecord]
    /// What failed, as often as it was tried.
    public let failures: [Failure]
    /// Wall-clock milliseconds of all repetitions.
    public let elapsed: Double
  }

  private let model: Model
  private let plan: OutputPlan
  private let repetitions: Int
  private let warmUps: Int
  private let temporaries: Temporaries
  private let stop: StopSwitch

  /// A bench.
  ///
  /// - Parameters:
  ///   - plan: images and where their results go; every run replaces them.
  ///   - repetitions: how often each image is timed under each setting.
  ///   - warmUps: how often before, without being timed.
  ///   - temporaries: those of the run.
  ///   - stop: ends the run early.
  public init(
    model: Model, plan: OutputPlan, repetitions: Int, warmUps: Int, temporaries: Temporaries = Temporaries(),
    stop: StopSwitch = StopSwitch()
  ) {
    self.temporaries = temporaries
    self.stop = stop
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
      options: BatchOptions(jobs: jobs, threads: 1), temporaries: temporaries, stop: stop)
    for _ in 0..<warmUps { _ = runner.run(plan) { _ in } }
    let clock = ContinuousClock()
    let start = clock.now
    let outcomes = Outcomes()
    for _ in 0..<repetitions {
      _ = runner.run(plan) { outcome in
        outcomes.add(outcome)
        report(outcome)
      }
    }
    let all = outcomes.all
    return Result(
      name: setting.name, records: all.map(\.record),
      failures: all.compactMap { outcome in outcome.error.map { Failure(path: outcome.record.path, error: $0) } },
      elapsed: (clock.now - start).milliseconds)
  }
}
