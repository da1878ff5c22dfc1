/// What is asked of the gates' estimates before an image goes on.
public enum GateRule: Sendable, Equatable {
  /// That gain_k reaches tau_k, in dB, for k from 0 on; an exit beyond the end of the list has the last one.
  case thresholds([Double])
  /// That some later exit is worth its cost, as a model file calibrates it.
  case price(GateCalibration.Point, GateCalibration)

  /// By how much what is expected is above what is asked, in dB, and the exit of which most is expected for its cost;
  /// below 0: too little.
  ///
  /// At exit 0 what writing the result loses is taken off first: an image is copied rather than made worse. Nothing is
  /// expected where a gate's answer isn't a finite number.
  func outlook(_ evidence: ExitEvidence) throws -> (margin: Double, exit: Int) {
    let loss = evidence.exit == 0 ? evidence.encodingLoss : 0
    switch self {
    case .thresholds(let thresholds):
      guard let last = thresholds.last else { return (.infinity, evidence.exitCount) }
      let threshold = evidence.exit < thresholds.count ? thresholds[evidence.exit] : last
      let gain = try evidence.estimatedGain()
      return (gain.isFinite ? gain - loss - threshold : -.infinity, evidence.exitCount)
    case .price(let point, let calibration):
      guard try evidence.estimatedGains().allSatisfy(\.isFinite) else { return (-.infinity, evidence.exitCount) }
      return try calibration.outlook(
        after: evidence.estimatedGains(), quality: evidence.quality, isColor: evidence.isColor, loss: loss, at: point)
    }
  }
}
