import Imaging
import Quality

/// What a policy may look at when it decides about one image at one exit.
///
/// Everything is computed when it is first asked for, so a policy that looks at nothing costs nothing. Of an image above
/// the sampling limit the evidence is the sample's; block means and pooled features run over all of its tiles together.
public final class ExitEvidence {
  /// The exit in question: 0 is the input.
  public let exit: Int
  /// The model's number of exits.
  public let exitCount: Int
  /// What writing the result loses because it is compressed again, in dB; 0 where it isn't, as in a PNG.
  public let encodingLoss: Double
  /// The quality that a JPEG file tells, or that the pixels of another file tell completely, 1...100, where the gates are
  /// told of it and results are held to the file; otherwise nil.
  public let quality: Int?
  /// Whether colours go through the network together.
  public let isColor: Bool
  /// Whether `ExitDecision.restore` may be answered: of a whole image it may, of a tile not.
  public let mayReturn: Bool
  /// Whether the network sees a sample of the image, so that all that runs to decide is spent on top of the exit.
  public let isSample: Bool

  private let earlierGains: [Double?]
  private let source: any EvidenceSource
  private var scores: [Assessor: Double] = [:]
  private var gain: Double?

  /// - Parameters:
  ///   - earlierGains: the estimates of the exits before, from 0 on; nil where none was asked.
  ///   - source: computes what is asked for.
  package init(
    exit: Int, exitCount: Int, encodingLoss: Double = 0, quality: Int? = nil, isColor: Bool = false,
    mayReturn: Bool = true, isSample: Bool = false, earlierGains: [Double?] = [], source: any EvidenceSource
  ) {
    self.exit = exit
    self.exitCount = exitCount
    self.encodingLoss = encodingLoss
    self.quality = quality
    self.isColor = isColor
    self.mayReturn = mayReturn
    self.isSample = isSample
    self.earlierGains = earlierGains
    self.source = source
  }

  /// The no-reference score of the image at this exit, higher is better, at most 1.
  ///
  /// The channels of a CMYK image count as one large picture.
  public func score(by assessor: Assessor) throws -> Double {
    if let known = scores[assessor] { return known }
    let score = try source.score(at: exit, by: assessor)
    scores[assessor] = score
    return score
  }

  /// The gate's estimate of what the best later exit would add to this one, in dB; it may be negative.
  ///
  /// - Throws: `PolicyError.noGate` if the model has no gate at this exit.
  public func estimatedGain() throws -> Double {
    if let gain { return gain }
    let estimate = try source.gain(at: exit)
    gain = estimate
    return estimate
  }

  /// The gates' estimates at the exits from 0 to this one.
  ///
  /// - Throws: `PolicyError.noGate` if the model has no gate at one of them.
  func estimatedGains() throws -> [Double] {
    let earlier = try (0..<exit).map { place in
      let known = place < earlierGains.count ? earlierGains[place] : nil
      return try known ?? source.gain(at: place)
    }
    return earlier + [try estimatedGain()]
  }

  /// How far the last stage moved the image, as a share of how far the stages before it had: the norm of y_k - y_{k-1}
  /// divided by that of y_{k-1} - x, of luma.
  ///
  /// Infinite at exits 0 and 1, and where the stages before did nothing.
  public func relativeChange() throws -> Double {
    exit >= 2 ? try source.relativeChange(at: exit) : .infinity
  }

  /// The score, if the policy has asked for it.
  func knownScore(by assessor: Assessor) -> Double? { scores[assessor] }

  /// The estimate, if the policy has asked for it.
  var knownGain: Double? { gain }
}

/// Computes evidence, or knows it from before.
package protocol EvidenceSource {
  func score(at exit: Int, by assessor: Assessor) throws -> Double
  func gain(at exit: Int) throws -> Double
  /// Asked from exit 2 on.
  func relativeChange(at exit: Int) throws -> Double
}
