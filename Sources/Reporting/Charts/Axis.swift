#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One axis of a chart: what it shows, and from where to where.
struct Axis {
  /// What is shown, with its unit.
  let label: String
  let lower, upper: Double
  /// Values that get a number.
  let ticks: [Double]

  /// An axis over some values, ending at round numbers.
  ///
  /// - Parameter includingZero: whether 0 lies on it in any case.
  init(_ label: String, over values: some Sequence<Double>, includingZero: Bool = false, tickCount: Int = 5) {
    self.label = label
    let finite = values.filter(\.isFinite) + (includingZero ? [0] : [])
    var low = finite.min() ?? 0
    var high = finite.max() ?? 1
    if high - low < 1e-9 * max(1, abs(low), abs(high)) {
      high = low + max(abs(low) * 0.1, 1e-3)
      if !includingZero || low != 0 { low -= max(abs(low) * 0.1, 1e-3) }
    }
    let step = Self.step((high - low) / Double(tickCount))
    lower = (low / step).rounded(.down) * step
    upper = (high / step).rounded(.up) * step
    let count = Int(((upper - lower) / step).rounded())
    ticks = (0...max(1, min(count, 40))).map { [lower] in lower + Double($0) * step }
  }

  /// An axis that ends exactly at two values, with given ticks.
  init(_ label: String, over range: [Double], ticks: [Double]) {
    self.label = label
    lower = range.min() ?? 0
    upper = range.max() ?? 1
    self.ticks = ticks
  }

  /// 0...1 for a value on the axis.
  func place(_ value: Double) -> Double { (value - lower) / (upper - lower) }

  /// The number beside a tick, with as many decimals as the steps need.
  func text(_ value: Double) -> String {
    let step = ticks.count > 1 ? ticks[1] - ticks[0] : 1
    let decimals = max(0, min(6, Int((-log10(step) - 1e-9).rounded(.up))))
    return NumberText.fixed(value, decimals)
  }

  /// The next larger of 1, 2 and 5 times a power of ten.
  private static func step(_ least: Double) -> Double {
    let power = pow(10, log10(least).rounded(.down))
    for factor in [1.0, 2, 5] where factor * power >= least * (1 - 1e-9) { return factor * power }
    return 10 * power
  }
}
