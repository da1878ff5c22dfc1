import RBQE
import Reporting

/// Why a policy chose an exit, in one sentence for people.
struct ExitReason: CustomStringConvertible {
  let choice: ExitChoice
  let policy: any ExitPolicy
  /// What writing the result was expected to lose, in dB, where the input could be copied instead.
  let encodingLoss: Double

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
    if choice.exit == 0, choice.exitCount > 1, let first = choice.estimatedGains[0],
      let second = choice.estimatedGains[1]
    {
      return """
        the gate expected \(Self.decibels(first)) dB, and \(Self.decibels(second)) dB after the first stage: nothing \
        was restored
        """
    }
    // Of a large image the last exits aren't asked about: they are forecast.
    let asked = choice.estimatedGains.lastIndex { $0 != nil } ?? 0
    if asked < min(choice.exit, choice.exitCount - 1) {
      return "after exit \(asked) the gate expected enough of the rest, and exit \(choice.exit) to be worth most"
    }
    guard choice.exit < choice.exitCount, let gain = choice.estimatedGains[choice.exit] else {
      return "at every exit before the gate expected enough of the rest"
    }
    let isCompressed = choice.exit == 0 && encodingLoss >= Self.leastTold
    let less = isCompressed ? ", less about \(Self.decibels(encodingLoss)) for compressing the result again" : ""
    return "the gate expected \(Self.decibels(gain)) dB of the rest\(less): too little to go on"
  }

  /// A network may answer anything.
  private static func decibels(_ gain: Double) -> String { gain.isFinite ? NumberText.fixed(gain, 2) : String(gain) }

  /// Losses below this would read as none.
  private static let leastTold = 0.005

  private static func text(_ score: Double) -> String { NumberText.fixed(score, 4) }
}
