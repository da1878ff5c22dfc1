import Batch
import Imaging
import Inference
import Quality
import RBQE
import Reporting

/// Measures one degraded picture against its reference: at every exit, and under every policy.
///
/// Each exit and each policy is a full enhancement of its own, by the same ``Enhancer`` that `rbqe enhance` uses, so
/// that pictures, costs and times are those that a user gets. Figures are of 8-bit pictures.
public struct Evaluator: Sendable {
  /// A policy under its name.
  public struct NamedPolicy: Sendable {
    /// What records call it.
    public let name: String
    /// What decides.
    public let policy: any ExitPolicy

    /// A policy.
    public init(name: String, policy: any ExitPolicy) {
      self.name = name
      self.policy = policy
    }
  }

  /// The name of the exit with the best PSNR, which only an evaluation can know.
  public static let oracleName = "oracle"

  /// The network.
  public let model: Model
  /// What is compared.
  public let channels: Levels.Channels
  /// Policies besides the exits themselves.
  public let policies: [NamedPolicy]
  /// Whether the best exit is noted too, as an upper bound.
  public let hasOracle: Bool
  /// What inputs are refused for their size.
  public let limits: DecodingLimits

  /// An evaluator.
  public init(
    model: Model, channels: Levels.Channels, policies: [NamedPolicy], hasOracle: Bool,
    limits: DecodingLimits = DecodingLimits()
  ) {
    self.model = model
    self.channels = channels
    self.policies = policies
    self.hasOracle = hasOracle
    self.limits = limits
  }

  /// Measures one picture, and never throws: what goes wrong is part of the record.
  ///
  /// - Parameter sample: called with the degraded picture and what the first policy, or else the last exit, made of it.
  public func measure(
    _ item: EvaluationPlan.Item, sample: (_ before: Image, _ after: Image) throws -> Void = { _, _ in }
  ) -> EvaluationRecord {
    var record = emptyRecord(for: item)
    do {
      try measure(item, into: &record, sample: sample)
      record.status = .measured
    } catch {
      record.error = String(describing: error)
    }
    return record
  }

  /// The record of an item before anything is known of it.
  public func emptyRecord(for item: EvaluationPlan.Item) -> EvaluationRecord {
    let name = item.reference.displayName
    return switch item.degradation {
    case .quality(let quality):
      EvaluationRecord(path: name, degraded: nil, quality: quality, channel: channels.rawValue, status: .failed)
    case .file(let source):
      EvaluationRecord(
        path: name, degraded: source.displayName, quality: nil, channel: channels.rawValue, status: .failed)
    }
  }

  private func measure(
    _ item: EvaluationPlan.Item, into record: inout EvaluationRecord, sample: (Image, Image) throws -> Void
  ) throws {
    let original = try ImageDecoder.decode(try FileContents.read(item.reference.path), limits: limits)
    let reference = try Levels.of(original, channels)
    let bytes = try degradedFile(item.degradation, original: original, reference: reference)
    let degraded = try ImageDecoder.decode(bytes, limits: limits)
    guard degraded.width == original.width, degraded.height == original.height else {
      throw EvaluationError.sizes(
        reference: [original.width, original.height], degraded: [degraded.width, degraded.height])
    }
    record.width = degraded.width
    record.height = degraded.height
    record.bytesIn = bytes.count
    record.estimatedQuality = degraded.jpeg?.estimatedQuality

    var figures = Figures()
    var after: Image?
    for exit in 0...model.information.exitCount {
      let run = try enhance(degraded, policy: FixedPolicy(exit: exit))
      figures.add(run, fidelity: try fidelity(of: run.image, to: reference))
      after = run.image
    }
    var results: [String: EvaluationRecord.PolicyResult] = [:]
    for (index, named) in policies.enumerated() {
      let run = try enhance(degraded, policy: named.policy)
      results[named.name] = .init(exit: run.exit, macsPerPixel: run.macsPerPixel, ms: run.ms)
      if index == 0 { after = run.image }
    }
    if hasOracle { results[Self.oracleName] = .init(exit: figures.bestExit, macsPerPixel: nil, ms: nil) }
    figures.write(to: &record)
    record.exits = model.information.exitCount
    record.policies = results
    if let after { try sample(degraded, after) }
  }

  /// The bytes of the degraded picture.
  private func degradedFile(_ degradation: Degradation, original: Image, reference: [Levels]) throws -> [UInt8] {
    switch degradation {
    case .file(let source):
      return try FileContents.read(source.path)
    case .quality(let quality):
      let picture =
        channels == .luma
        ? Image(
          width: original.width, height: original.height, colorModel: .gray, samples: .eight(reference[0].values))
        : try original.asCompressedByLibJPEG()
      return try ImageEncoder.encode(
        picture, as: .jpeg(JPEGOptions(quality: quality, sampling: .s420)), metadata: .none)
    }
  }

  private func enhance(_ image: Image, policy: any ExitPolicy) throws -> Run {
    let clock = ContinuousClock()
    let start = clock.now
    let result = try Enhancer(model: model, policy: policy).enhance(image)
    return Run(
      image: try result.image(for: .png, depth: .eight), exit: result.choice.exit, macsPerPixel: result.macsPerPixel,
      ms: (clock.now - start).milliseconds)
  }

  private func fidelity(of image: Image, to reference: [Levels]) throws -> Fidelity {
    guard let fidelity = Fidelity(of: try Levels.of(image, channels), to: reference) else {
      throw EvaluationError.channels
    }
    return fidelity
  }
}

/// One enhancement.
private struct Run {
  let image: Image
  let exit: Int
  let macsPerPixel: Double
  let ms: Double
}

/// Figures of the exits from 0 on.
private struct Figures {
  private var fidelities: [Fidelity] = []
  private var scores: [Double] = []
  private var macs: [Double] = []
  private var ms: [Double] = []

  mutating func add(_ run: Run, fidelity: Fidelity) {
    fidelities.append(fidelity)
    scores.append(Assessor().assess(run.image).score)
    macs.append(run.macsPerPixel)
    ms.append(run.ms)
  }

  /// The first exit of the highest PSNR.
  var bestExit: Int {
    let values = fidelities.map { $0.psnr ?? .infinity }
    return values.indices.max { values[$0] < values[$1] || (values[$0] == values[$1] && $0 > $1) } ?? 0
  }

  func write(to record: inout EvaluationRecord) {
    record.psnr = fidelities.map(\.psnr)
    record.psnrB = fidelities.map(\.psnrB)
    record.ssim = fidelities.map(\.ssim)
    record.msSSIM = fidelities.map(\.msSSIM)
    record.scores = scores
    record.macsPerPixel = macs
    record.ms = ms
  }
}
