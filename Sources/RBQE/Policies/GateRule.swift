/// What is asked of the gates' estimates before an image goes on.
public enum GateRule: Sendable, Equatable {
  /// That gain_k reaches tau_k, in dB, for k from 0 on; an exit beyond the end of the list has the last one.
  case thresholds([Double])
  /// That some later exit is worth its cost, as a model file calibrates it.
  case price(GateCalibration.Point, GateCalibration)
  /// That anything is expected at all, up to an exit.
  case upTo(Int)

  /// What going on is expected to bring.
  ///
  /// At exit 0 what writing the result loses is taken off first: an image is copied rather than made worse. Nothing is
  /// expected where a gate's answer isn't a finite number, and an input that was tried in doubt is taken back.
  func outlook(_ evidence: ExitEvidence) throws -> GateOutlook {
    switch self {
    case .thresholds(let thresholds):
      guard let last = thresholds.last else { return GateOutlook(margin: .infinity, exit: evidence.exitCount) }
      let threshold = evidence.exit < thresholds.count ? thresholds[evidence.exit] : last
      let expected = try Self.expected(by: evidence)
      return GateOutlook(margin: expected.isFinite ? expected - threshold : expected, exit: evidence.exitCount)
    case .price(let point, let calibration):
      var outlook = try calibration.outlook(evidence, at: point)
      // What runs on a sample comes on top of the exit: after the first stage, another question costs more than it
      // brings.
      outlook.isFinal = evidence.isSample && evidence.exit > 0
      return outlook
    case .upTo(let target):
      guard evidence.exit < target else { return GateOutlook(margin: -.infinity, exit: target) }
      return GateOutlook(margin: try Self.expected(by: evidence), exit: target, isFinal: evidence.isSample)
    }
  }

  /// What the gate expects, less what writing the result loses, in dB.
  private static func expected(by evidence: ExitEvidence) throws -> Double {
    let gain = try evidence.estimatedGain()
    return gain.isFinite ? gain - (evidence.exit == 0 ? evidence.encodingLoss : 0) : -.infinity
  }
}

/// What gates expect of going on.
struct GateOutlook: Sendable, Equatable {
  /// By how much that is above what is asked, in dB; below 0: too little.
  let margin: Double
  /// The exit of which most is expected for its cost.
  let exit: Int
  /// Whether the first stage has shown that the input was better left alone.
  var isRefuted = false
  /// Whether that exit is to be taken without another question, if enough is expected of it.
  var isFinal = false
}
