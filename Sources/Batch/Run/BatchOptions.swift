import Reporting

/// How a batch runs, without influence on the bytes of any result but for the budget.
public struct BatchOptions: Sendable {
  /// Images that are decoded, enhanced and encoded at a time.
  public var jobs: Int
  /// Threads that work on one image; nil lets the machine's cores be shared among the images in flight.
  public var threads: Int?
  /// Bytes that all images in flight may take together.
  public var memory: Int
  /// Whether results take over the times of their inputs.
  public var keepsTimes: Bool
  /// Whether what is enhanced in place is kept.
  public var keepsOriginals: Bool
  /// Whether no further image is begun after the first failure.
  public var stopsAtFailure: Bool
  /// What all images of a plan together should take, as a share of the last exit's cost; nil: every image by itself.
  ///
  /// This alone has influence on results.
  public var budget: Double?

  /// Options, by default: a job for each core, half of the machine's memory, originals kept.
  public init(
    jobs: Int = Machine.coreCount, threads: Int? = nil, memory: Int = Machine.memory / 2, keepsTimes: Bool = false,
    keepsOriginals: Bool = true, stopsAtFailure: Bool = false, budget: Double? = nil
  ) {
    self.jobs = max(1, jobs)
    self.threads = threads
    self.memory = memory
    self.keepsTimes = keepsTimes
    self.keepsOriginals = keepsOriginals
    self.stopsAtFailure = stopsAtFailure
    self.budget = budget
  }

  /// Threads for an image that takes `bytes`, while `remaining` images, itself included, aren't done.
  func threads(bytes: Int, remaining: Int) -> Int {
    let together = min(jobs, remaining, memory / max(1, bytes))
    return threads ?? max(1, Machine.coreCount / max(1, together))
  }
}
