import Inference
import Quality

/// A policy by name, before it is bound to a model and its calibration.
public enum PolicyChoice: Sendable, Equatable {
  /// `AssessorPolicy`; without a threshold the model's calibrated ones, with one the same for all exits.
  case assessor(threshold: Double? = nil)
  /// `FixedPolicy`.
  case fixed(exit: FixedExit)

  /// The exit of a fixed policy.
  public enum FixedExit: Sendable, Equatable {
    /// Exit k; 0 is the input.
    case exit(Int)
    /// The model's last exit.
    case last
  }

  /// The policy for a model.
  ///
  /// - Throws: `PolicyError` if the model has no such exit, or no calibration for the policy.
  public func policy(for model: Model) throws(PolicyError) -> any ExitPolicy {
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
      guard let policy = model.calibratedAssessor else {
        throw PolicyError.notCalibrated(policy: "assessor", model: model.information.name)
      }
      return policy
    }
  }
}

/// Why a policy can't work with a model.
public enum PolicyError: Error, Sendable, Equatable, CustomStringConvertible {
  /// An exit beyond the model's last.
  case noSuchExit(Int, model: String, exitCount: Int)
  /// The model file holds no thresholds for the policy.
  case notCalibrated(policy: String, model: String)

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
    }
  }
}
