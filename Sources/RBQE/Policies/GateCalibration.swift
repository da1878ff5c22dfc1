import Inference

/// What a model file holds to turn the gates' estimates into decisions, for any price of computing.
///
/// The price tau says how many dB the whole network must bring for its cost. An image goes on as long as some later exit
/// is expected to gain more than its cost is worth: max_j (gain_kj - tau (c_j - c_k)) > 0, gain_kj from a
/// forecast, c_k the cost of exit k as a share of the last one's. Only an input of which nothing is known is
/// decided about otherwise. To expect too much of one harms it, so it goes on where the gate's own estimate, which is a
/// careful one there, reaches what the file asks for at the price. Where it comes near to that there may be doubt, which
/// the first stage settles: see ``Doubt``.
public struct GateCalibration: Sendable, Equatable {
  /// What stands in the file for one price.
  public struct Point: Sendable, Equatable {
    /// The price, in dB for the last exit's cost.
    public let tau: Double
    /// What the gate of a grey input of which nothing is known must expect, in dB.
    public let input: Double
    /// What it must expect of a colour one: gains in colour are larger, and so is what gates expect of clean pictures.
    public let colorInput: Double
    /// What the calibration images took on average, as a share of the last exit's cost.
    public let share: Double

    /// A point.
    public init(tau: Double, input: Double, colorInput: Double, share: Double) {
      self.tau = tau
      self.input = input
      self.colorInput = colorInput
      self.share = share
    }
  }

  /// When an input of which nothing is known is tried, and taken back if the first stage speaks against it.
  ///
  /// The first stage brings most of what there is to gain from a compressed image, so its gate expects far less than that
  /// of the input did. Of grain and texture that look like the remains of a compression it expects as much as before.
  /// An input is tried only where the least that the first stage must bring is worth its cost.
  public struct Doubt: Sendable, Equatable {
    /// The least that the gate of the input must expect, as a share of what the point asks for.
    public let least: Double
    /// What the gate of exit 1 must stay below, as a share of what that of the input expected.
    public let remaining: Double

    /// A rule for inputs in doubt.
    public init(least: Double, remaining: Double) {
      self.least = least
      self.remaining = remaining
    }
  }

  /// By rising tau, at least one.
  public let points: [Point]
  /// The tau of the policy where none is asked for.
  public let standard: Double
  /// nil: an input that promises too little is left alone at once.
  public internal(set) var doubt: Doubt?
  /// What later exits would add.
  let forecast: GainForecast
  /// What the exits from 0 to N cost, as shares of the last one's.
  let costs: [Double]

  /// What going on is expected to bring.
  ///
  /// - Parameter point: the price, and what goes with it.
  func outlook(_ evidence: ExitEvidence, at point: Point) throws -> GateOutlook {
    let exit = evidence.exit
    let estimates = try evidence.estimatedGains()
    let isTried = isTried(evidence, promising: estimates[0], at: point)
    if exit == 1, isTried, let doubt, !(estimates[1] < doubt.remaining * estimates[0]) {
      return GateOutlook(margin: -.infinity, exit: exit, isRefuted: true)
    }
    guard estimates.allSatisfy(\.isFinite) else { return GateOutlook(margin: -.infinity, exit: evidence.exitCount) }
    let gains = forecast.gains(after: estimates, quality: evidence.quality, isColor: evidence.isColor)
    let worth = gains.enumerated().map { $1 - point.tau * (costs[exit + 1 + $0] - costs[exit]) }
    let best = worth.indices.max { worth[$0] < worth[$1] } ?? 0
    let target = exit + 1 + best
    guard exit == 0 else { return GateOutlook(margin: worth[best], exit: target) }
    // What is tried is worth one stage, no more.
    if isTried { return GateOutlook(margin: 0, exit: 1) }
    let expected = evidence.quality == nil ? estimates[0] - asked(of: evidence, at: point) : worth[best]
    return GateOutlook(margin: expected - evidence.encodingLoss, exit: target)
  }

  /// What the gate of an input of which nothing is known must expect, in dB.
  private func asked(of evidence: ExitEvidence, at point: Point) -> Double {
    evidence.isColor ? point.colorInput : point.input
  }

  /// Whether there is doubt about an input, and what the first stage must bring at least is worth its cost.
  private func isTried(_ evidence: ExitEvidence, promising estimate: Double, at point: Point) -> Bool {
    guard let doubt, evidence.quality == nil, evidence.mayReturn, evidence.exitCount > 1 else { return false }
    let (promised, asked) = (estimate - evidence.encodingLoss, asked(of: evidence, at: point))
    let least = (1 - doubt.remaining) * estimate - evidence.encodingLoss
    return promised < asked && promised >= doubt.least * asked && least >= point.tau * costs[1]
  }

  /// The point for any tau, between those of the file; beyond them what the nearest says of the input.
  public func point(tau: Double) -> Point {
    guard let upper = points.firstIndex(where: { $0.tau >= tau }) else { return points[points.count - 1].at(tau) }
    guard upper > 0 else { return points[0].at(tau) }
    let (low, high) = (points[upper - 1], points[upper])
    return low.between(high, (tau - low.tau) / (high.tau - low.tau))
  }

  /// The point with which the calibration images took this share of the last exit's cost, 0...1.
  ///
  /// Beyond the cheapest point prices rise until nothing goes on; beyond the dearest it is that point, which leaves
  /// alone what promises too little whatever may be spent.
  public func point(share: Double) -> Point {
    guard let lower = points.lastIndex(where: { $0.share >= share }) else { return points[0] }
    let from = points[lower]
    guard lower + 1 < points.count else {
      let part = from.share > 0 ? max(share, 1e-3) / from.share : 1
      return Point(
        tau: from.tau / part, input: max(from.input, from.tau) / part,
        colorInput: max(from.colorInput, from.tau) / part, share: share)
    }
    let to = points[lower + 1]
    return from.between(to, from.share > to.share ? (from.share - share) / (from.share - to.share) : 0)
  }

  /// Reads what a model file says; nil if it isn't a calibration for so many exits.
  ///
  /// - Parameter costs: of the exits 0 ... N, as shares of the last one's.
  init?(_ value: JSONValue, costs: [Double]) {
    guard let standard = value["tau"]?.number, case .array(let entries)? = value["points"], !entries.isEmpty,
      let forecast = GainForecast(value["forecast"], exitCount: costs.count - 1)
    else { return nil }
    let points = entries.compactMap { entry -> Point? in
      guard let tau = entry["tau"]?.number, let input = entry["input"]?.number,
        let colorInput = entry["color_input"]?.number, let share = entry["share"]?.number
      else { return nil }
      return Point(tau: tau, input: input, colorInput: colorInput, share: share)
    }
    guard points.count == entries.count else { return nil }
    doubt = value["doubt"].flatMap { doubt in
      guard let least = doubt["least"]?.number, let remaining = doubt["remaining"]?.number else { return nil }
      return Doubt(least: least, remaining: remaining)
    }
    guard (doubt == nil) == (value["doubt"] == nil) else { return nil }
    self.points = points.sorted { $0.tau < $1.tau }
    self.standard = standard
    self.forecast = forecast
    self.costs = costs
  }
}

extension GateCalibration.Point {
  fileprivate func at(_ tau: Double) -> Self {
    Self(tau: tau, input: input, colorInput: colorInput, share: share)
  }

  fileprivate func between(_ other: Self, _ part: Double) -> Self {
    Self(
      tau: tau + part * (other.tau - tau), input: input + part * (other.input - input),
      colorInput: colorInput + part * (other.colorInput - colorInput),
      share: share + part * (other.share - share))
  }
}
