import Inference

/// Thresholds of the gates for every price of computing, as a model file holds them.
///
/// The parameter tau says how many dB the whole network must bring for its cost. For some values of it the file holds
/// the thresholds tau_0 ... tau_{N-1} that maximise the mean of gain - tau * (share of the last exit's cost) over
/// validation images, a dB lost counting more than one gained; between them they are interpolated. A threshold may be
/// below 0: to leave where later exits were expected to lose would harm pictures whose first exits are worse than they
/// were.
public struct GateCalibration: Sendable, Equatable {
  /// The thresholds for one tau.
  public struct Point: Sendable, Equatable {
    /// The price, in dB for the last exit's cost.
    public let tau: Double
    /// A threshold in dB for each exit from 0 on.
    public let thresholds: [Double]
    /// What the calibration images took on average, as a share of the last exit's cost.
    public let share: Double

    /// A point.
    public init(tau: Double, thresholds: [Double], share: Double) {
      self.tau = tau
      self.thresholds = thresholds
      self.share = share
    }
  }

  /// By rising tau, at least one.
  public let points: [Point]
  /// The tau of the policy where none is asked for.
  public let standard: Double

  /// A calibration; nil without points, or if the points differ in their number of thresholds.
  public init?(points: [Point], standard: Double) {
    let sorted = points.sorted { $0.tau < $1.tau }
    guard let first = sorted.first, sorted.allSatisfy({ $0.thresholds.count == first.thresholds.count }) else {
      return nil
    }
    self.points = sorted
    self.standard = standard
  }

  /// The thresholds for any tau; those of the nearest point beyond the ends.
  public func thresholds(tau: Double) -> [Double] {
    guard let upper = points.firstIndex(where: { $0.tau >= tau }) else { return points[points.count - 1].thresholds }
    guard upper > 0 else { return points[0].thresholds }
    let (low, high) = (points[upper - 1], points[upper])
    let share = (tau - low.tau) / (high.tau - low.tau)
    return zip(low.thresholds, high.thresholds).map { $0 + share * ($1 - $0) }
  }

  /// The thresholds with which the calibration images took this share of the last exit's cost, 0...1.
  ///
  /// Beyond the cheapest point thresholds rise until nothing goes on; beyond the dearest they are that point's, where
  /// the gates expect nothing more.
  public func thresholds(share: Double) -> [Double] {
    guard let lower = points.lastIndex(where: { $0.share >= share }) else { return points[0].thresholds }
    let from = points[lower]
    guard lower + 1 < points.count else {
      let part = from.share > 0 ? max(share, 1e-3) / from.share : 1
      return from.thresholds.map { max($0, from.tau) / part }
    }
    let to = points[lower + 1]
    let part = from.share > to.share ? (from.share - share) / (from.share - to.share) : 0
    return zip(from.thresholds, to.thresholds).map { $0 + part * ($1 - $0) }
  }

  /// Reads what a model file says; nil if it isn't a calibration for so many exits.
  init?(_ value: MetadataValue, exitCount: Int) {
    guard let standard = value["tau"]?.number, case .array(let entries)? = value["points"] else { return nil }
    let points = entries.compactMap { entry -> Point? in
      guard let tau = entry["tau"]?.number, let values = entry["values"]?.numbers, values.count == exitCount,
        let share = entry["share"]?.number
      else { return nil }
      return Point(tau: tau, thresholds: values, share: share)
    }
    guard points.count == entries.count else { return nil }
    self.init(points: points, standard: standard)
  }
}
