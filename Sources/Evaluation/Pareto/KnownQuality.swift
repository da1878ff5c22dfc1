import Inference
import RBQE
import Reporting

/// One exit per quality, for every cost the best: what could be reached if qualities were known.
public struct KnownQuality: Sendable {
  /// Qualities that there were pictures of; nil: not compressed, or not known.
  ///
  /// Pictures of other qualities are left alone.
  public let qualities: Set<Int?>

  /// Going to a later exit with all images of a quality.
  struct Step: Sendable, Equatable {
    /// nil: not compressed, or not known.
    var quality: Int?
    /// From 1 on.
    var exit: Int
  }

  /// From every image left alone on, those first that bring most for their cost.
  let steps: [Step]

  /// Chosen by what pictures gain that were measured elsewhere.
  ///
  /// - Parameter records: of one model; those that failed have no part.
  public init(_ records: [EvaluationRecord], model: Model) throws {
    let samples = try ParetoSamples(
      records, sweeps: [], enhancer: Enhancer(model: model, policy: FixedPolicy(exit: .max)))
    self.init(samples, Array(samples.paths.indices))
  }

  /// Chosen by what some images, by their places, gain at the exits.
  init(_ samples: ParetoSamples, _ rows: [Int]) {
    var found: [(slope: Double, step: Step)] = []
    qualities = Set(rows.map { samples.qualities[$0] })
    for (quality, members) in samples.byQuality(rows) {
      let weight = members.reduce(0.0) { $0 + samples.full[$1] } / Double(members.count)
      let points = samples.curve(samples.exits, members).hull.points
      for (low, high) in zip(points, points.dropFirst()) {
        let slope = (high.gain - low.gain) / (weight * (high.share - low.share))
        found.append((slope, Step(quality: quality, exit: high.setting)))
      }
    }
    // Steps of one quality are found by falling slope, an order that equals of other qualities must not disturb.
    steps = found.enumerated().sorted {
      ($1.element.slope, $0.offset) < ($0.element.slope, $1.offset)
    }.map(\.element.step)
  }

  /// What the choice gives on some images, which may be others than those that it was made by.
  func curve(_ samples: ParetoSamples, _ rows: [Int]) -> ParetoCurve {
    let groups = samples.byQuality(rows)
    let full = rows.reduce(0.0) { $0 + samples.full[$1] }
    guard full > 0 else { return ParetoCurve([]) }
    /// Multiply-accumulates, dB, milliseconds.
    func sums(_ members: [Int], _ exit: Int) -> SIMD3<Double> {
      let setting = samples.exits[exit]
      return members.reduce(into: .zero) { $0 += [setting.macs[$1], setting.gains[$1], setting.ms[$1]] }
    }
    var exits: [Int?: Int] = [:]
    var total = groups.reduce(into: SIMD3<Double>.zero) { $0 += sums($1.members, 0) }
    func point() -> ParetoCurve.Point {
      .init(share: total[0] / full, gain: total[1] / Double(rows.count), ms: total[2] / Double(rows.count))
    }
    var points = [point()]
    for step in steps {
      guard let members = groups.first(where: { $0.quality == step.quality })?.members else { continue }
      let (before, after) = (sums(members, exits[step.quality] ?? 0), sums(members, step.exit))
      exits[step.quality] = step.exit
      total += after - before
      points.append(point())
    }
    return ParetoCurve(points)
  }
}

extension ParetoSamples {
  /// Some images, by their places, in groups of one quality.
  func byQuality(_ rows: [Int]) -> [(quality: Int?, members: [Int])] {
    Dictionary(grouping: rows) { qualities[$0] }.sorted { ($0.key ?? 101) < ($1.key ?? 101) }
      .map { (quality: $0.key, members: $0.value) }
  }
}
