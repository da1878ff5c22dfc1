/// Leaves once the stages hardly change the image any more: norm(y_k - y_{k-1}) / norm(y_{k-1} - x) < epsilon for k >= 2.
///
/// Of luma, in the L2 norm, the changes of all stages before taken together. This is the saturation of MuE (Tang et al.,
/// CVPR 2023, arXiv 2211.11152, equation 3), which compares the features of consecutive layers; what is compared here is
/// the restored image, so that epsilon has a meaning that no network decides. It never leaves at exits 0 and 1.
public struct SaturationPolicy: ExitPolicy {
  /// The policy's name: `saturation`.
  public let name = "saturation"
  /// It looks at images alone.
  public let asksGates = false
  /// The share of change below which it leaves.
  public let epsilon: Double

  /// A policy with a share of change, at least 0.
  public init(epsilon: Double) {
    self.epsilon = epsilon
  }

  /// Compares the last stage's change with that of all stages before.
  public func decide(_ evidence: ExitEvidence) throws -> ExitDecision {
    guard evidence.exit >= 2 else { return .advance }
    return try evidence.relativeChange() < epsilon ? .leave : .advance
  }
}
