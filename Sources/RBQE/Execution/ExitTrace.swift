import Imaging
import Inference
import Quality

/// Everything that any policy could learn about one image, and what each exit makes of it: for evaluations, which ask
/// many policies about the same image.
package struct ExitTrace: Sendable {
  /// The no-reference score at each exit from 0 to the last, by the assessor that the model is calibrated for.
  package var scores: [Double]
  /// The score as published, for JPEG.
  package var paperScores: [Double]
  /// The gates' estimates at each exit from 0 on but the last; empty if the model has no gates.
  package var gains: [Double]
  /// The quality that gates and decisions are told; nil: none.
  package var quality: Int?
  /// Whether colours went through the network together.
  package var isColor: Bool
  /// The relative change at each exit from 0 on but the last; infinite at 0 and 1.
  package var changes: [Double]
  /// Milliseconds of scoring the image once.
  package var assessMs: Double
  /// Milliseconds of the gate of the input, and of looking for what pixels tell of a file, its coefficients included.
  package var gateMs: Double
  /// Milliseconds that each exit from 1 on adds to the one before, its gate included.
  package var stageMs: [Double]
  /// Milliseconds that an exit from 1 on takes besides: the constraint, and where the image is decided on a sample, all
  /// of it once more.
  package var finalMs: [Double]

  /// A trace as it was recorded.
  package init(
    scores: [Double], paperScores: [Double], gains: [Double], quality: Int?, isColor: Bool, changes: [Double],
    assessMs: Double,
    gateMs: Double, stageMs: [Double], finalMs: [Double]
  ) {
    self.scores = scores
    self.paperScores = paperScores
    self.gains = gains
    self.quality = quality
    self.isColor = isColor
    self.changes = changes
    self.assessMs = assessMs
    self.gateMs = gateMs
    self.stageMs = stageMs
    self.finalMs = finalMs
  }
}

extension Enhancer {
  /// Runs an image to every exit, asks for all evidence, and hands the image of each exit over.
  ///
  /// - Parameter take: called with each exit from 0 on and its image of 8 bits.
  package func trace(_ image: Image, take: (_ exit: Int, _ image: Image) throws -> Void) throws -> ExitTrace {
    let hasGates = model.hasGates
    let start = ContinuousClock.now
    let aligned = aligned(image)
    let frame = frame(of: aligned, threads: 1, isCancelled: { false })
    let findingMs = start.milliseconds
    let sample = try frame.sample(asksGates: hasGates)
    let source = CandidateEvidence(
      candidates: sample, clock: StageClock(exitCount: model.information.exitCount))
    let begin = ContinuousClock.now
    let constraints = ImageConstraint(
      constraint, for: aligned.image, found: frame.foundCoefficients, errors: model.information.coefficientErrors)
    let lookingMs = begin.milliseconds
    var trace = ExitTrace(
      scores: [], paperScores: [], gains: [], quality: frame.quality, isColor: frame.isColor, changes: [],
      assessMs: 0, gateMs: 0, stageMs: [], finalMs: [])
    let scorer = model.calibratedAssessor?.assessor ?? Assessor()
    for exit in 0...model.information.exitCount {
      let start = ContinuousClock.now
      let isLast = exit == model.information.exitCount
      if hasGates && !isLast { trace.gains.append(try source.gain(at: exit)) }
      let result: Image
      var planes: [Plane]?
      if exit == 0 {
        trace.gateMs = findingMs + start.milliseconds
        result = try image.converted(to: .png, depth: .eight)
      } else {
        // Judged first, so that the session keeps it: the score and the comparison below ask for it again.
        _ = try sample.judged(at: exit)
        planes = try sample.restored(at: exit)[0].planes
        trace.stageMs.append(start.milliseconds)
        let second = ContinuousClock.now
        let constraint = constraints?.constraint(exit: exit)
        if frame.partition.isSampled {
          result = try FinalPass(frame: frame, exit: exit, strength: 1, constraint: constraint)
            .run(for: .png, depth: .eight).image
          trace.finalMs.append(lookingMs + second.milliseconds)
        } else {
          var held = planes ?? []
          if let constraint { _ = constraint.apply(to: &held, threads: 1) }
          trace.finalMs.append(lookingMs + second.milliseconds)
          result = try aligned.image.replacing(planes: held, for: .png, depth: .eight)
        }
      }
      let third = ContinuousClock.now
      trace.scores.append(try source.score(at: exit, by: scorer))
      if exit == 0 { trace.assessMs = third.milliseconds }
      trace.paperScores.append(try source.score(at: exit, by: .paper))
      if !isLast { trace.changes.append(exit >= 2 ? try source.relativeChange(at: exit) : .infinity) }
      let isWhole = exit == 0 || aligned.left + aligned.top == 0
      try take(exit, isWhole ? result : result.dropped(left: aligned.left, top: aligned.top))
    }
    return trace
  }

  /// What a policy does with an image of which everything is known.
  ///
  /// - Throws: what the policy throws.
  package func replay(
    _ policy: any ExitPolicy, _ trace: ExitTrace, width: Int, height: Int
  ) throws -> (exit: Int, macsPerPixel: Double, ms: Double) {
    let source = TraceEvidence(trace)
    let partition = Partition(width: width, height: height, reach: model.reach, stride: model.information.stride)
    let exitCount = model.information.exitCount
    var exit = exitCount
    for asked in 0..<exitCount {
      let evidence = ExitEvidence(
        exit: asked, exitCount: exitCount, quality: trace.quality, isColor: trace.isColor,
        isSample: partition.isSampled, source: source)
      let decision = try policy.decide(evidence)
      guard let chosen = decision.chosen(at: asked, of: exitCount, mayReturn: true) else { continue }
      exit = chosen
      break
    }
    var macs = 0
    var targets = source.asked
    if !partition.isSampled && exit > 0 { targets.insert(.exit(exit)) }
    for region in partition.sample {
      macs += model.macs(of: targets, height: region.padded.height, width: region.padded.width)
    }
    var ms = Double(source.scored) * trace.assessMs
    if targets.contains(where: { $0.gainIndex != nil }) { ms += trace.gateMs }
    let reached = targets.map { $0.exitIndex ?? $0.gainIndex ?? 0 }.max() ?? 0
    ms += trace.stageMs.prefix(reached).reduce(0, +)
    if exit > 0 { ms += trace.finalMs[exit - 1] }
    if partition.isSampled && exit > 0 { macs += model.macs(of: [.exit(exit)], height: height, width: width) }
    return (exit, Double(macs) / Double(width * height), ms)
  }
}

/// Evidence that is known, and what of it was asked for.
private final class TraceEvidence: EvidenceSource {
  private let trace: ExitTrace
  private(set) var asked: Set<Target> = []
  private(set) var scored = 0

  init(_ trace: ExitTrace) {
    self.trace = trace
  }

  func score(at exit: Int, by assessor: Assessor) -> Double {
    scored += 1
    if exit > 0 { asked.insert(.exit(exit)) }
    return assessor == .paper ? trace.paperScores[exit] : trace.scores[exit]
  }

  func gain(at exit: Int) throws -> Double {
    guard exit < trace.gains.count else { throw PolicyError.noGate(exit: exit, model: "") }
    asked.insert(.gain(exit))
    return trace.gains[exit]
  }

  func relativeChange(at exit: Int) -> Double {
    asked.formUnion([.exit(exit - 1), .exit(exit)])
    return trace.changes[exit]
  }
}

extension ContinuousClock.Instant {
  /// Milliseconds that have passed since.
  fileprivate var milliseconds: Double { (ContinuousClock.now - self) / .milliseconds(1) }
}
