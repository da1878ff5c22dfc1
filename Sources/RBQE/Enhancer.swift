import Imaging
import Inference
import Quality

/// Removes compression artifacts, spending on each image only the computing that it needs.
///
///     let enhancer = try Enhancer()
///     let result = try enhancer.enhance(image)
///
/// An enhancer is immutable: share one among threads.
public struct Enhancer: Sendable {
  /// The network.
  public let model: Model
  /// What decides when to stop.
  public let policy: any ExitPolicy
  /// How much of the change is applied, from 0 (none) to 1 (all): x + strength (y - x).
  public let strength: Float
  /// Scores the input and the result for the record, also where the policy asked for no score; nil leaves that out.
  public let scorer: Assessor?

  /// An enhancer with a shipped network and the policy that its calibration recommends.
  ///
  /// - Throws: `ModelError` if the model can't be read.
  public init(model: ShippedModel = .fast) throws {
    let loaded = try ModelFile(shipped: model).load()
    self.init(model: loaded, policy: try PolicyChoice.assessor().policy(for: loaded))
  }

  /// An enhancer with any network and policy.
  public init(model: Model, policy: any ExitPolicy, strength: Float = 1, scorer: Assessor? = nil) {
    self.model = model
    self.strength = min(1, max(0, strength))
    // Nothing of the change is the same as no change, and that is exit 0.
    self.policy = self.strength > 0 ? policy : FixedPolicy(exit: 0)
    self.scorer = scorer
  }

  /// Enhances one image.
  ///
  /// The exit and the bytes depend on the image, the model and the options alone.
  ///
  /// - Parameter isCancelled: asked often; once it answers true the call throws `SessionError.cancelled`.
  /// - Throws: `SessionError` if the network can't run on the image, and what the policy throws.
  public func enhance(
    _ image: Image, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> Enhancement {
    let frame = Frame(image: image, model: model, isCancelled: isCancelled)
    let clock = StageClock(exitCount: model.information.exitCount)
    let sample = try frame.sample()
    var choice = try ExitSearch(policy: policy, scorer: scorer, clock: clock).run(on: sample, of: frame)
    var macs = sample.macsRun
    var restored: [Plane]?
    if choice.exit > 0 {
      var output = frame.planes
      for candidates in frame.finishing(sample) {
        let candidates = try candidates()
        let before = candidates.macsRun
        try clock.measure(.infer(exit: choice.exit)) { try candidates.write(exit: choice.exit, to: &output) }
        macs += candidates.macsRun - before
      }
      if strength < 1 {
        for index in output.indices { output[index].blend(towards: frame.planes[index], strength: strength) }
      }
      if let scorer, strength < 1 || choice.scores[choice.exit] == nil {
        choice.scores[choice.exit] = clock.measure(.assess) { scorer.assess(frame.judged(of: output)).score }
      }
      restored = output
    }
    return Enhancement(
      source: image, choice: choice, macsPerPixel: Double(macs) / Double(image.width * image.height),
      timings: clock.timings, planes: restored)
  }

  /// About how many bytes it takes to enhance an image of this size, its samples included.
  public func memoryEstimate(width: Int, height: Int, channels: Int, depth: BitDepth) -> Int {
    let pixels = width.multipliedReportingOverflow(by: height)
    guard !pixels.overflow, pixels.partialValue < 1 << 40 else { return .max }
    // Samples of input and result; planes of both in floating point, and a copy on their way; the network's maps.
    let samples = 2 * channels * depth.rawValue / 8
    let planes = 3 * channels * MemoryLayout<Float>.size
    return pixels.partialValue * (samples + planes)
      + min(pixels.partialValue, Partition.wholeImageLimit) * Self.networkBytesPerPixel
  }

  /// What the widest maps of the shipped networks take, with room to spare.
  private static let networkBytesPerPixel = 300

  /// The exit that `enhance` would take, computing no more than the decision needs.
  ///
  /// - Throws: as `enhance`.
  public func chooseExit(
    for image: Image, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> ExitChoice {
    let frame = Frame(image: image, model: model, isCancelled: isCancelled)
    let clock = StageClock(exitCount: model.information.exitCount)
    return try ExitSearch(policy: policy, scorer: scorer, clock: clock).run(on: frame.sample(), of: frame)
  }
}
