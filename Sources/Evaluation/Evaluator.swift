import Batch
import Imaging
import Inference
import Quality
import RBQE
import Reporting

/// Measures one degraded picture against its reference: at every exit, and under every policy.
///
/// An image goes through the network once; the picture at each exit is what ``Enhancer`` gives there. Policies are asked
/// with the evidence of that one run, so that any number of them can be compared; what they cost is counted from what
/// they asked for, and what they take is the sum of the measured times of those parts. Figures are of 8-bit pictures.
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
  /// Whether degraded pictures are saved as PNG again before they are enhanced, so that their pixels alone tell
  /// that they come from JPEG files.
  public let savesAsPNG: Bool
  /// Whether results are held to coefficients, and gates told of a quality.
  public let constraint: ConstraintMode
  /// What inputs are refused for their size.
  public let limits: DecodingLimits

  /// An evaluator.
  public init(
    model: Model, channels: Levels.Channels, policies: [NamedPolicy], hasOracle: Bool, savesAsPNG: Bool = false,
    constraint: ConstraintMode = .auto, limits: DecodingLimits = DecodingLimits()
  ) {
    self.model = model
    self.channels = channels
    self.policies = policies
    self.hasOracle = hasOracle
    self.savesAsPNG = savesAsPNG
    self.constraint = constraint
    self.limits = limits
  }

  /// Measures one picture, and never throws: what goes wrong is part of the record.
  ///
  /// - Parameter sample: called with the degraded picture and what the main policy, or else the last exit, made of it.
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
    case .none:
      EvaluationRecord(path: name, degraded: nil, quality: nil, channel: channels.rawValue, status: .failed)
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
    var degraded = try ImageDecoder.decode(bytes, limits: limits)
    if savesAsPNG {
      let png = try ImageEncoder.encode(
        degraded.converted(to: .png, depth: .eight), as: .png(PNGOptions(level: 1)), metadata: .none)
      degraded = try ImageDecoder.decode(png, limits: limits)
    }
    guard degraded.width == original.width, degraded.height == original.height else {
      throw EvaluationError.sizes(
        reference: [original.width, original.height], degraded: [degraded.width, degraded.height])
    }
    record.width = degraded.width
    record.height = degraded.height
    record.channels = degraded.colorModel.channels
    record.bytesIn = bytes.count
    record.estimatedQuality = degraded.jpeg?.estimatedQuality

    let enhancer = Enhancer(model: model, policy: FixedPolicy(exit: .max), constraint: constraint)
    var figures = Figures()
    var pictures: [Image] = []
    let trace = try enhancer.trace(degraded) { _, image in
      figures.add(try fidelity(of: image, to: reference))
      pictures.append(image)
    }
    record.exits = model.information.exitCount
    figures.write(to: &record)
    try record.take(trace, of: enhancer)
    var results: [String: EvaluationRecord.PolicyResult] = [:]
    for named in policies {
      results[named.name] = .init(
        try enhancer.replay(named.policy, trace, width: degraded.width, height: degraded.height))
    }
    if hasOracle { results[Self.oracleName] = .init(exit: figures.bestExit, macsPerPixel: nil, ms: nil) }
    record.policies = results
    try sample(degraded, pictures[record.mainPolicy?.exit ?? model.information.exitCount])
  }

  /// The bytes of the degraded picture.
  private func degradedFile(_ degradation: Degradation, original: Image, reference: [Levels]) throws -> [UInt8] {
    switch degradation {
    case .file(let source):
      return try FileContents.read(source.path)
    case .none:
      let picture =
        channels == .luma
        ? Image(
          width: original.width, height: original.height, colorModel: .gray, samples: .eight(reference[0].values))
        : try original.converted(to: .png, depth: .eight)
      return try ImageEncoder.encode(picture, as: .png(PNGOptions(level: 1)), metadata: .none)
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

  private func fidelity(of image: Image, to reference: [Levels]) throws -> Fidelity {
    guard let fidelity = Fidelity(of: try Levels.of(image, channels), to: reference) else {
      throw EvaluationError.channels
    }
    return fidelity
  }
}

/// Figures of the exits from 0 on.
private struct Figures {
  private var fidelities: [Fidelity] = []

  mutating func add(_ fidelity: Fidelity) { fidelities.append(fidelity) }

  /// The first exit of the highest PSNR.
  var bestExit: Int { fidelities.map { $0.psnr ?? .infinity }.firstOfHighest ?? 0 }

  func write(to record: inout EvaluationRecord) {
    record.psnr = fidelities.map(\.psnr)
    record.psnrB = fidelities.map(\.psnrB)
    record.ssim = fidelities.map(\.ssim)
    record.msSSIM = fidelities.map(\.msSSIM)
  }
}

extension [Double] {
  /// The place of the highest number, of several the first one; nil if there is none.
  var firstOfHighest: Int? {
    indices.max { self[$0] < self[$1] || (self[$0] == self[$1] && $0 > $1) }
  }
}
