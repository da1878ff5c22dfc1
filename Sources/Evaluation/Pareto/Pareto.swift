import Inference
import RBQE
import Reporting

/// What every policy gains at what cost over all pictures of an evaluation, held against what chance, knowledge of the
/// quality and an oracle would do.
///
/// PSNR counts as 50 dB at most. A cost is the sum of all multiply-accumulates that ran, as a share of the last exit's.
public struct Pareto: Sendable {
  /// Shares of the last exit's cost at which policies are compared.
  public static let shares = [0.3, 0.5, 0.7]
  /// The gain to be reached, as a share of the oracle's.
  private static let aim = 0.97
  private static let resamples = 1000

  private let samples: ParetoSamples
  private let oracles: [ParetoSamples.Setting]
  private let all: [Int]
  private let knownElsewhere: KnownQuality?

  /// - Parameters:
  ///   - records: of one model; those that failed have no part.
  ///   - known: exits for known qualities, chosen by other pictures; nil: they are chosen by `records` themselves,
  ///     which no policy could know.
  public init?(
    _ records: [EvaluationRecord], known: KnownQuality? = nil, sweeps: [PolicySweep], model: Model
  ) throws {
    samples = try ParetoSamples(
      records, sweeps: sweeps, hasBudgets: model.gateTaus != nil,
      enhancer: Enhancer(model: model, policy: FixedPolicy(exit: .max)))
    oracles = samples.oracles
    all = Array(samples.paths.indices)
    knownElsewhere = known
    if all.isEmpty { return nil }
  }

  private func knownCurve(_ rows: [Int]) -> ParetoCurve {
    (knownElsewhere ?? KnownQuality(samples, rows)).curve(samples, rows)
  }

  /// Every setting of every policy.
  public var table: TextTable {
    var table = TextTable(["policy", "parameter", "cost / last", "gain dB", "ms an image"])
    func add(_ name: String, _ setting: ParetoSamples.Setting) {
      let point = samples.point(setting, all)
      table.add([
        name, NumberText.fixed(setting.parameter, 3), NumberText.fixed(point.share, 3),
        NumberText.fixed(point.gain, 3, signed: true), NumberText.fixed(point.ms, 1),
      ])
    }
    for setting in samples.exits { add("exit", setting) }
    for policy in samples.policies { for setting in policy.settings { add(policy.name, setting) } }
    for setting in oracles { add("oracle", setting) }
    return table
  }

  /// What policies gain at the same costs, and what it costs to get nearly all that the oracle gains.
  ///
  /// Intervals hold 95% of what other pictures of the kind would give (bootstrap over the references). The oracle's own
  /// row says what one would gain at these costs who knows the original: the most that one exit for each image allows.
  public var comparison: TextTable {
    let marks = Self.shares.map { "\(Int($0 * 100))%" }
    var table = TextTable(
      ["gain dB at a cost of"] + marks + marks.map { "less chance, \($0)" } + marks.map { "less known QF, \($0)" }
        + ["cost for \(Int(Self.aim * 100))% of oracle"])
    let resampled = bootstrap
    let oracle = samples.point(oracles[0], all)
    func add(_ name: String, _ curve: ([Int]) -> ParetoCurve, isMark: Bool) {
      let (own, chance, known) = (curve(all), samples.curve(samples.exits, all).hull, knownCurve(all))
      var cells = [name] + Self.shares.map { NumberText.fixed(own.gain(at: $0), 3, signed: true) }
      for (index, other) in [chance, known].enumerated() {
        for share in Self.shares {
          guard !isMark else {
            cells.append("")
            continue
          }
          let differences = resampled.map { rows in
            let mark = index == 0 ? samples.curve(samples.exits, rows).hull : knownCurve(rows)
            return curve(rows).gain(at: share) - mark.gain(at: share)
          }
          cells.append(Self.text(own.gain(at: share) - other.gain(at: share), Distribution(differences)))
        }
      }
      cells.append(NumberText.fixed(own.share(reaching: Self.aim * oracle.gain), 3))
      table.add(cells)
    }
    add("random mix of exits", { samples.curve(samples.exits, $0).hull }, isMark: true)
    add("known quality", { knownCurve($0) }, isMark: true)
    for policy in samples.policies { add(policy.name, { samples.curve(policy.settings, $0) }, isMark: false) }
    add("oracle", { samples.curve(oracles, $0) }, isMark: true)
    table.add([
      "oracle at its best: \(NumberText.fixed(oracle.gain, 3, signed: true)) at \(NumberText.fixed(oracle.share, 3))"
    ])
    return table
  }

  /// For the charts of a report.
  public var curves: [GainCurve] {
    func curve(_ name: String, _ curve: ParetoCurve) -> GainCurve {
      GainCurve(name: name, points: curve.points.map { .init(share: $0.share, ms: $0.ms, gain: $0.gain) })
    }
    return [
      curve("random mix of exits", samples.curve(samples.exits, all).hull), curve("known quality", knownCurve(all)),
    ] + samples.policies.map { curve($0.name, samples.curve($0.settings, all)) } + [
      curve("oracle", samples.curve(oracles, all))
    ]
  }

  private static func text(_ value: Double, _ spread: Distribution?) -> String {
    guard let spread else { return NumberText.fixed(value, 3, signed: true) }
    let (low, high) = (spread.quantile(0.025), spread.quantile(0.975))
    return """
      \(NumberText.fixed(value, 3, signed: true)) [\(NumberText.fixed(low, 3, signed: true)), \
      \(NumberText.fixed(high, 3, signed: true))]
      """
  }

  /// Selections of images, references drawn with replacement; the same at every call.
  private var bootstrap: [[Int]] {
    let members = Dictionary(grouping: all) { samples.paths[$0] }.sorted { $0.key < $1.key }.map(\.value)
    var state: UInt64 = 1
    return (0..<Self.resamples).map { _ in
      (0..<members.count).flatMap { _ -> [Int] in
        // A linear congruential generator is random enough to draw with (Knuth's MMIX constants).
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return members[Int((state >> 33) % UInt64(members.count))]
      }
    }
  }
}
