import Foundation
import Imaging
import Inference
import Quality

extension Model {
  /// Why images can't go through it: they do as three planes; nil if they can.
  var planeProblem: String? {
    let count = information.channels
    guard count != 3 else { return nil }
    return """
      it takes images of \(count) plane\(count == 1 ? "" : "s"); supported: 3 (Y, Cb and Cr, of grey pictures 128/255 \
      for both colour differences)
      """
  }

  /// How far one sample of the input can influence an exit, in samples; nil if over the whole image.
  var reach: Int? {
    let reaches = information.halo.compactMap(\.self)
    return reaches.count == information.halo.count ? reaches.max() : nil
  }

  /// All that a policy may ask of the network.
  func targets(askedBy policy: any ExitPolicy) -> [Target] {
    if let exit = policy.fixedExit { return exit > 0 ? [.exit(min(exit, information.exitCount))] : [] }
    return targets(withGates: policy.asksGates)
  }

  /// Every exit, and if gates are asked at all what they estimate.
  func targets(withGates asksGates: Bool) -> [Target] { asksGates ? targets : exits.map(Target.exit) }

  /// The assessor policy as the model file calibrates it, or nil if the file holds no thresholds.
  var calibratedAssessor: AssessorPolicy? {
    information.assessorThresholds.flatMap { assessorPolicy($0, $0.values) }
  }

  /// The assessor policy at each price of computing for which the model file holds thresholds.
  package var assessorsByPrice: [(price: Double, policy: AssessorPolicy)] {
    guard let calibration = information.assessorThresholds else { return [] }
    return calibration.points.compactMap { point in
      assessorPolicy(calibration, point.values).map { (point.tau, $0) }
    }
  }

  private func assessorPolicy(_ calibration: AssessorThresholds, _ thresholds: [Double]) -> AssessorPolicy? {
    guard let variant = Assessor.Variant(rawValue: calibration.variant),
      let block = Assessor.BlockSize(rawValue: calibration.block)
    else { return nil }
    return AssessorPolicy(thresholds: thresholds, assessor: Assessor(variant: variant, blockSize: block))
  }

  /// Whether it has a gate at every exit but the last.
  var hasGates: Bool { information.gains.starts(with: 0..<information.exitCount) }

  /// What the model file holds to decide by its gates, or nil if it has no gates or holds nothing.
  var calibratedGates: GateCalibration? {
    guard hasGates, let last = information.macsPerPixelAlone.last, last > 0 else { return nil }
    let costs = [0] + information.macsPerPixelAlone.map { $0 / last }
    return information.thresholds["gate"].flatMap { GateCalibration($0, costs: costs) }
  }

  /// The values of tau that the model file has points for; nil if none.
  package var gateTaus: [Double]? { calibratedGates?.points.map(\.tau) }

  /// A parameter of a policy, as the model file calibrates it.
  func calibrated(_ policy: String, _ parameter: String) -> Double? {
    information.thresholds[policy]?[parameter]?.number
  }

  /// What gates are told of a JPEG file of some quality: 1, and a fourth of log2 of what the IJG library multiplies its
  /// tables with; nil where they aren't told.
  func facts(quality: Int?) -> [Float]? {
    guard isToldQuality, let quality else { return nil }
    let step = Float(max(0.01, EncodingLoss.step(quality) / 100))
    return [1, log2(step) / 4]
  }

  /// Whether gates are told the quality of JPEG files.
  fileprivate var isToldQuality: Bool { information.fileFactCount == 2 }
}

extension Enhancer {
  /// What gates and decisions may take from the quality of a JPEG file, or of one that pixels tell of, 1...100; nil:
  /// nothing.
  ///
  /// What they expect of such files is what results gain that are held to their coefficients.
  func told(_ quality: Int?) -> Int? { model.isToldQuality && constraint != .off ? quality : nil }

  /// Gates with the price at which the calibration images took a share of the last exit's cost.
  package func policy(calibratedShare share: Double) -> any ExitPolicy {
    guard let calibration = model.calibratedGates else { return policy }
    return GatePolicy(rule: .price(calibration.point(share: share), calibration), name: "budget")
  }

  /// The same enhancer, its gates with a price for a mean cost, as a share of the last exit's, over images like those that the gates
  /// were calibrated on.
  ///
  /// - Throws: `PolicyError` if the model has no calibrated gates.
  public func withBudget(_ share: Double) throws(PolicyError) -> Enhancer {
    _ = try PolicyChoice.gate().policy(for: model)
    return deciding(by: policy(calibratedShare: share))
  }

  /// The exit that comes nearest to a share of the last exit's cost, or an earlier one beyond which the gates expect
  /// nothing.
  package func policy(nearest share: Double) -> any ExitPolicy {
    let costs = [0] + model.information.macsPerPixel
    let last = model.information.macsPerPixelAlone.last ?? 1
    let target = costs.indices.min { abs(costs[$0] / last - share) < abs(costs[$1] / last - share) } ?? 0
    return GatePolicy(rule: .upTo(target), name: "budget")
  }

  /// What an enhancement took, as a share of what the last exit takes for the same image.
  package func costShare(macsPerPixel: Double, isCMYK: Bool) -> Double {
    // Its four planes go through the network one by one.
    macsPerPixel / (isCMYK ? 4 : 1) / (model.information.macsPerPixelAlone.last ?? 1)
  }
}
