import RBQE
import Reporting

/// Why a policy chose an exit, in one sentence for people.
struct ExitReason: CustomStringConvertible {
  let choice: ExitChoice
  let policy: any ExitPolicy

  var description: String {
    switch policy {
    case is FixedPolicy: "exit \(choice.exit) was asked for"
    case let policy as AssessorPolicy: reason(policy)
    case let policy as GatePolicy: reason(policy)
    default: "the policy \(choice.policy) chose exit \(choice.exit)"
    }
  }

  private func reason(_ policy: AssessorPolicy) -> String {
    guard choice.exit < choice.exitCount else { return "no score before the last exit reached its threshold" }
    guard let threshold = policy.threshold(at: choice.exit) else { return "exit \(choice.exit) has no threshold" }
    let place = choice.exit == 0 ? "the image's own score" : "the score at exit \(choice.exit)"
    guard let score = choice.scores[choice.exit] else {
      return "\(place) reached the threshold \(Self.text(threshold))"
    }
    return "\(place), \(Self.text(score)), reached the threshold \(Self.text(threshold))"
  }

  private func reason(_ policy: GatePolicy) -> String {
    guard choice.exit < choice.exitCount, let gain = choice.estimatedGains[choice.exit] else {
      return "at every exit before the gate expected enough of the rest"
    }
    // A network may answer anything.
    let decibels = gain.isFinite ? NumberText.fixed(gain, 2) : String(gain)
    return "the gate expected \(decibels) dB of the rest, too little to go on"
  }

  private static func text(_ score: Double) -> String { NumberText.fixed(score, 4) }
}
