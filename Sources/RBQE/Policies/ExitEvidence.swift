import Imaging
import Quality

/// What a policy may look at when it decides about one image at one exit.
///
/// Everything is computed when it is first asked for, so a policy that looks at nothing costs nothing. Of an image above
/// the sampling limit the evidence is the sample's; block means run over all of its tiles together.
public final class ExitEvidence {
  /// The exit in question: 0 is the input.
  public let exit: Int
  /// The model's number of exits.
  public let exitCount: Int

  private let judged: () throws -> [Plane]
  private var assessments: [Assessor: Assessment] = [:]
  private let clock: StageClock

  /// - Parameter judged: what the assessor looks at: a plane for each tile and independent channel.
  init(exit: Int, exitCount: Int, clock: StageClock, judged: @escaping () throws -> [Plane]) {
    self.exit = exit
    self.exitCount = exitCount
    self.judged = judged
    self.clock = clock
  }

  /// The no-reference score of the image at this exit, higher is better, at most 1.
  ///
  /// The channels of a CMYK image count as one large picture.
  public func score(by assessor: Assessor) throws -> Double {
    if let known = assessments[assessor] { return known.score }
    let channels = try judged()
    let assessment = clock.measure(.assess) { assessor.assess(channels) }
    assessments[assessor] = assessment
    return assessment.score
  }

  /// The score, if the policy has asked for it.
  func knownScore(by assessor: Assessor) -> Double? {
    assessments[assessor]?.score
  }
}
