import Inference
import Quality

/// A policy by name, before it is bound to a model and its calibration.
public enum PolicyChoice: Sendable, Equatable {
  /// `AssessorPolicy`; without a threshold the model's calibrated ones, with one the same for all exits.
  case assessor(threshold: Double? = nil)
  /// `AssessorPolicy` by the score as published, with one threshold for all exits; without one the paper's, 0.79.
  case paperAssessor(threshold: Double? = nil)
  /// `GatePolicy`; tau is what the whole network must bring for its cost, in dB, and without one the model's.
  case gate(tau: Double? = nil)
  /// `WindowPolicy` around what the gates are asked for.
  case window(tau: Double? = nil)
  /// `SaturationPolicy`; without a share of change the model's.
  case saturation(epsilon: Double? = nil)
  /// `FixedPolicy`.
  case fixed(exit: FixedExit)

  /// The exit of a fixed policy.
  public enum FixedExit: Sendable, Equatable {
    /// Exit k; 0 is the input.
    case exit(Int)
    /// The model's last exit.
    case last
  }

  /// What a model recommends: its gates if it has any that are calibrated, otherwise the assessor.
  public static func standard(for model: Model) -> PolicyChoice {
    model.calibratedGates == nil ? .assessor() : .gate()
  }

  /// The policy for a model.
  ///
  /// - Throws: `PolicyError` if the model has no such exit, no gates, or no calibration for the policy, or if the
  ///   parameter means nothing to it.
  public func policy(for model: Model) throws(PolicyError) -> any ExitPolicy {
    try checkParameter()
    switch self {
    case .fixed(.last):
      return FixedPolicy(exit: model.information.exitCount)
    case .fixed(.exit(let exit)):
      guard (0...model.information.exitCount).contains(exit) else {
        throw PolicyError.noSuchExit(exit, model: model.information.name, exitCount: model.information.exitCount)
      }
      return FixedPolicy(exit: exit)
    case .assessor(let threshold?):
      return AssessorPolicy(thresholds: [threshold], assessor: model.calibratedAssessor?.assessor ?? Assessor())
    case .assessor(nil):
      guard let policy = model.calibratedAssessor else { throw notCalibrated("assessor", model) }
      return policy
    case .paperAssessor(let threshold):
      return AssessorPolicy.paper(threshold: threshold ?? AssessorPolicy.paperThreshold)
    case .gate(let tau):
      return GatePolicy(rule: try gateRule(tau, of: model, policy: "gate"))
    case .window(let tau):
      let rule = try gateRule(tau, of: model, policy: "window")
      guard let halfWidth = model.calibrated("window", "half_width") else { throw notCalibrated("window", model) }
      return WindowPolicy(rule: rule, halfWidth: halfWidth)
    case .saturation(let epsilon):
      guard let epsilon = epsilon ?? model.calibrated("saturation", "epsilon") else {
        throw notCalibrated("saturation", model)
      }
      return SaturationPolicy(epsilon: epsilon)
    }
  }

  /// Refuses scores, decibels and shares of change that there are none of: most likely they were meant for another
  /// policy.
  private func checkParameter() throws(PolicyError) {
    switch self {
    case .assessor(let threshold?) where !(0...1).contains(threshold):
      throw .badParameter(threshold, policy: "assessor", meaning: "a score from 0 to 1")
    case .paperAssessor(let threshold?) where !(0...1).contains(threshold):
      throw .badParameter(threshold, policy: "assessor-paper", meaning: "a score from 0 to 1")
    case .gate(let tau?) where !tau.isFinite || tau < 0:
      throw .badParameter(tau, policy: "gate", meaning: "decibels, 0 or more")
    case .window(let tau?) where !tau.isFinite || tau < 0:
      throw .badParameter(tau, policy: "window", meaning: "decibels, 0 or more")
    case .saturation(let epsilon?) where !(0...1).contains(epsilon):
      throw .badParameter(epsilon, policy: "saturation", meaning: "a share of change from 0 to 1")
    case .assessor, .paperAssessor, .gate, .window, .saturation, .fixed:
      break
    }
  }

  /// What the gates are asked for with a tau: calibrated, or where the model holds nothing tau at every exit.
  private func gateRule(_ tau: Double?, of model: Model, policy: String) throws(PolicyError) -> GateRule {
    let information = model.information
    guard model.hasGates else {
      throw PolicyError.noGate(exit: 0, model: information.name)
    }
    if let calibration = model.calibratedGates {
      return .price(calibration.point(tau: tau ?? calibration.standard), calibration)
    }
    guard let tau else { throw notCalibrated(policy, model) }
    return .thresholds([tau])
  }

  private func notCalibrated(_ policy: String, _ model: Model) -> PolicyError {
    .notCalibrated(policy: policy, model: model.information.name)
  }
}

/// Why a policy can't work with a model.
public enum PolicyError: Error, Sendable, Equatable, CustomStringConvertible {
  /// An exit beyond the model's last.
  case noSuchExit(Int, model: String, exitCount: Int)
  /// The model file holds no thresholds for the policy.
  case notCalibrated(policy: String, model: String)
  /// A policy's parameter out of its range; `meaning` says what it is.
  case badParameter(Double, policy: String, meaning: String)
  /// The model has no gate at an exit.
  case noGate(exit: Int, model: String)

  /// What happened, and what to do about it.
  public var description: String {
    switch self {
    case .noSuchExit(let exit, let model, let count):
      "there is no exit \(exit): the model \(model) has exits 1 to \(count), and exit 0 is the input itself"
    case .notCalibrated(let policy, let model):
      """
      the model \(model) holds no thresholds for the policy \(policy): give one with --threshold, or choose an exit \
      with --exit
      """
    case .badParameter(let value, let policy, let meaning):
      "the policy \(policy) has no use for \(value): its threshold is \(meaning)"
    case .noGate(let exit, let model):
      """
      the model \(model) has no gate at exit \(exit), so nothing tells what later exits would add: use --policy \
      assessor, or choose an exit with --exit
      """
    }
  }
}
