import Inference
import RBQE

/// A policy over the range of its parameter.
public struct PolicySweep: Sendable {
  /// The policy's name.
  public let name: String
  /// The policy at each value of its parameter.
  public let points: [(parameter: Double, policy: any ExitPolicy)]

  /// Taus of gates for which a model file has no points of its own.
  private static let taus: [Double] = [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2, 4]
  private static let scores = [0, 0.5, 0.6, 0.7, 0.75, 0.8, 0.83, 0.86, 0.88, 0.9, 0.92, 0.94, 0.96, 1]
  private static let changes = [0, 0.02, 0.05, 0.08, 0.12, 0.16, 0.2, 0.25, 0.3, 0.4, 0.6, 1]

  /// The sweeps that a model allows, by the names of the policies.
  public static func all(for model: Model) -> [PolicySweep] {
    let gates = model.gateTaus ?? taus
    let assessors = model.assessorsByPrice.map { (parameter: $0.price, policy: $0.policy as any ExitPolicy) }
    return [
      // One threshold for all exits where the file has none for several prices.
      assessors.isEmpty
        ? sweep("assessor", scores, of: model) { .assessor(threshold: $0) }
        : PolicySweep(name: "assessor", points: assessors),
      sweep("assessor-paper", scores, of: model) { .paperAssessor(threshold: $0) },
      sweep("gate", gates, of: model) { .gate(tau: $0) },
      sweep("window", gates, of: model) { .window(tau: $0) },
      sweep("saturation", changes, of: model) { .saturation(epsilon: $0) },
    ].filter { !$0.points.isEmpty }
  }

  private static func sweep(
    _ name: String, _ parameters: [Double], of model: Model, _ choice: (Double) -> PolicyChoice
  ) -> PolicySweep {
    let points = parameters.compactMap { parameter in
      (try? choice(parameter).policy(for: model)).map { (parameter: parameter, policy: $0) }
    }
    return PolicySweep(name: name, points: points)
  }
}
