import Batch
import RBQE
import Reporting

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Every image under every setting of every policy, so that means can be taken over any selection of images.
struct ParetoSamples: Sendable {
  struct Setting: Sendable {
    var parameter: Double
    /// For each image: multiply-accumulates and milliseconds that it took, and dB that it gained.
    var macs: [Double] = []
    var ms: [Double] = []
    var gains: [Double] = []
  }

  /// An image of which everything is known.
  fileprivate struct Traced {
    let trace: ExitTrace
    let width: Int
    let height: Int
    var pixels: Int { width * height }
  }

  /// Shares of the last exit's cost that a budget is set to.
  private static let budgetShares = (1...20).map { Double($0) / 20 }

  /// The quality that an image was compressed with; nil: not at all, or not known.
  private(set) var qualities: [Int?] = []
  /// The reference that an image comes from.
  private(set) var paths: [String] = []
  /// What the last exit takes for each image.
  private(set) var full: [Double] = []
  private(set) var exits: [Setting] = []
  private(set) var policies: [(name: String, settings: [Setting])] = []
  /// Prices that the oracle is asked at, from free to what leaves nearly all images alone.
  private static let prices = [0.0] + (0...48).map { 0.01 * pow(2, Double($0) / 4) }

  /// No images yet, of a model with so many exits.
  init(exitCount: Int) {
    exits = (0...exitCount).map { Setting(parameter: Double($0)) }
  }

  /// - Parameters:
  ///   - records: of one model; those have no part that failed, or lack what `sweeps` ask for.
  ///   - hasBudgets: whether budgets are set too, each over all images in their order, as over a plan of them.
  init(_ records: [EvaluationRecord], sweeps: [PolicySweep], hasBudgets: Bool = false, enhancer: Enhancer) throws {
    let exitCount = enhancer.model.information.exitCount
    self.init(exitCount: exitCount)
    policies = sweeps.map { sweep in
      (sweep.name, sweep.points.map { Setting(parameter: $0.parameter) })
    }
    var images: [Traced] = []
    for record in records {
      guard record.status == .measured, let psnr = record.psnr, psnr.count == exitCount + 1,
        let macs = record.macsPerPixel, let ms = record.ms, let width = record.width, let height = record.height
      else { continue }
      let pixels = Double(width * height)
      let capped = psnr.map { min(EvaluationSummary.psnrCap, $0 ?? EvaluationSummary.psnrCap) }
      let gains = capped.map { $0 - capped[0] }
      if !sweeps.isEmpty {
        guard let trace = record.trace else { continue }
        images.append(Traced(trace: trace, width: width, height: height))
      }
      add(path: record.path, quality: record.quality, macs: macs.map { $0 * pixels }, ms: ms, gains: gains)
      for (index, sweep) in sweeps.enumerated() {
        for (place, point) in sweep.points.enumerated() {
          try policies[index].settings[place].add(
            images[images.count - 1], by: point.policy, of: enhancer, gains: gains)
        }
      }
    }
    if hasBudgets { policies.append(("budget", try budgets(images, enhancer))) }
  }

  /// What a batch of all images gives with each budget, decided one after the other by what a batch decides by.
  private func budgets(_ images: [Traced], _ enhancer: Enhancer) throws -> [Setting] {
    try Self.budgetShares.map { budget in
      let control = BudgetControl(enhancer: enhancer, budget: budget, pixels: images.map(\.pixels))
      var setting = Setting(parameter: budget)
      for (index, image) in images.enumerated() {
        try setting.add(
          image, by: control.policy(for: index), of: enhancer, gains: exits.map { $0.gains[index] })
        control.note(.init(share: setting.macs[index] / full[index], pixels: image.pixels), of: index)
      }
      return setting
    }
  }

  /// One more image: what each exit takes and gains, from the input (0) to the last.
  mutating func add(path: String, quality: Int?, macs: [Double], ms: [Double], gains: [Double]) {
    qualities.append(quality)
    paths.append(path)
    full.append(macs[exits.count - 1])
    for exit in exits.indices { exits[exit].add(macs[exit], ms[exit], gains[exit]) }
  }

  /// What one gains at each price of computing who knows the original, and takes one exit for each image.
  ///
  /// The price is in dB for what the last exit takes for a mean image: a multiply-accumulate costs the same in all of
  /// them, so that no choice of exits gains more at the same cost. The first price is 0: the cheapest exit of the best
  /// PSNR.
  var oracles: [Setting] {
    let mean = full.reduce(0, +) / Double(max(1, full.count))
    return Self.prices.map { price in
      var setting = Setting(parameter: price)
      for image in full.indices {
        let worth = exits.map { $0.gains[image] - price * $0.macs[image] / mean }
        let best = exits[worth.firstOfHighest ?? 0]
        setting.add(best.macs[image], best.ms[image], best.gains[image])
      }
      return setting
    }
  }

  /// The means of a setting over some images, by their places.
  func point(_ setting: Setting, _ rows: [Int]) -> ParetoCurve.Point {
    func sum(_ values: [Double]) -> Double { rows.reduce(0) { $0 + values[$1] } }
    let (full, count) = (sum(full), Double(max(1, rows.count)))
    return .init(
      share: full > 0 ? sum(setting.macs) / full : 0, gain: sum(setting.gains) / count, ms: sum(setting.ms) / count)
  }

  func curve(_ settings: [Setting], _ rows: [Int]) -> ParetoCurve {
    ParetoCurve(
      settings.enumerated().map { place, setting in
        var point = point(setting, rows)
        point.setting = place
        return point
      })
  }
}

extension ParetoSamples.Setting {
  fileprivate mutating func add(_ macs: Double, _ ms: Double, _ gain: Double) {
    self.macs.append(macs)
    self.ms.append(ms)
    gains.append(gain)
  }

  /// One more image, with what it gains at each exit from 0 on.
  fileprivate mutating func add(
    _ image: ParetoSamples.Traced, by policy: any ExitPolicy, of enhancer: Enhancer, gains: [Double]
  ) throws {
    let run = try enhancer.replay(policy, image.trace, width: image.width, height: image.height)
    add(run.macsPerPixel * Double(image.pixels), run.ms, gains[run.exit])
  }
}
