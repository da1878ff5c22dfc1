import RBQE
import Reporting

/// Every image under every setting of every policy, so that means can be taken over any selection of images.
struct ParetoSamples: Sendable {
  struct Setting: Sendable {
    var parameter: Double
    /// For each image: multiply-accumulates and milliseconds that it took, and dB that it gained.
    var macs: [Double]
    var ms: [Double]
    var gains: [Double]
  }

  /// What kind of degradation an image has; images of a kind form a group for the policy that knows it.
  private(set) var kinds: [Int?] = []
  /// The reference that an image comes from.
  private(set) var paths: [String] = []
  /// What the last exit takes for each image.
  private(set) var full: [Double] = []
  private(set) var exits: [Setting] = []
  private(set) var policies: [(name: String, settings: [Setting])] = []
  /// The cheapest exit of the best PSNR.
  private(set) var oracle = Setting(parameter: 0, macs: [], ms: [], gains: [])

  /// - Parameter records: those that were measured, of one model.
  init(_ records: [EvaluationRecord], sweeps: [PolicySweep], enhancer: Enhancer) throws {
    let exitCount = enhancer.model.information.exitCount
    exits = (0...exitCount).map { Setting(parameter: Double($0), macs: [], ms: [], gains: []) }
    policies = sweeps.map { sweep in
      (sweep.name, sweep.points.map { Setting(parameter: $0.parameter, macs: [], ms: [], gains: []) })
    }
    for record in records {
      guard record.status == .measured, let trace = record.trace, let psnr = record.psnr, psnr.count == exitCount + 1,
        let macs = record.macsPerPixel, let ms = record.ms, let width = record.width, let height = record.height
      else { continue }
      let pixels = Double(width * height)
      let capped = psnr.map { min(EvaluationSummary.psnrCap, $0 ?? EvaluationSummary.psnrCap) }
      let gains = capped.map { $0 - capped[0] }
      kinds.append(record.quality)
      paths.append(record.path)
      full.append(macs[exitCount] * pixels)
      for exit in exits.indices { exits[exit].add(macs[exit] * pixels, ms[exit], gains[exit]) }
      let best = gains.indices.max { gains[$0] < gains[$1] || (gains[$0] == gains[$1] && $0 > $1) } ?? 0
      oracle.add(macs[best] * pixels, ms[best], gains[best])
      for (index, sweep) in sweeps.enumerated() {
        for (place, point) in sweep.points.enumerated() {
          let run = try enhancer.replay(point.policy, trace, width: width, height: height)
          policies[index].settings[place].add(run.macsPerPixel * pixels, run.ms, gains[run.exit])
        }
      }
    }
  }

  /// The means of a setting over some images, by their places.
  func point(_ setting: Setting, _ rows: [Int]) -> ParetoCurve.Point {
    let full = rows.reduce(0.0) { $0 + self.full[$1] }
    return .init(
      share: full > 0 ? rows.reduce(0.0) { $0 + setting.macs[$1] } / full : 0,
      gain: rows.reduce(0.0) { $0 + setting.gains[$1] } / Double(max(1, rows.count)))
  }

  func curve(_ settings: [Setting], _ rows: [Int]) -> ParetoCurve {
    ParetoCurve(settings.map { point($0, rows) })
  }

  /// The best that one exit per quality can do, if the quality is known.
  func known(_ rows: [Int]) -> ParetoCurve {
    let groups = Dictionary(grouping: rows) { kinds[$0] ?? -1 }
    return ParetoCurve.split(
      groups.sorted { $0.key < $1.key }.map { _, members in
        (members.reduce(0.0) { $0 + full[$1] }, curve(exits, members))
      })
  }
}

extension ParetoSamples.Setting {
  fileprivate mutating func add(_ macs: Double, _ ms: Double, _ gain: Double) {
    self.macs.append(macs)
    self.ms.append(ms)
    gains.append(gain)
  }
}
