#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a set of numbers looks like.
public struct Distribution: Sendable, Equatable {
  /// The numbers in ascending order, at least one.
  public let sorted: [Double]

  /// The distribution of some numbers; nil without any finite one.
  public init?(_ values: some Sequence<Double>) {
    sorted = values.filter(\.isFinite).sorted()
    if sorted.isEmpty { return nil }
  }

  /// How many there are.
  public var count: Int { sorted.count }
  /// The arithmetic mean.
  public var mean: Double { sorted.reduce(0, +) / Double(count) }
  /// The middle one.
  public var median: Double { quantile(0.5) }
  /// The smallest.
  public var minimum: Double { sorted[0] }
  /// The largest.
  public var maximum: Double { sorted[count - 1] }

  /// The value below which a share of the numbers lies, interpolated linearly between neighbours.
  ///
  /// - Parameter share: 0...1.
  public func quantile(_ share: Double) -> Double {
    let position = min(1, max(0, share)) * Double(count - 1)
    let lower = Int(position)
    let upper = min(lower + 1, count - 1)
    return sorted[lower] + (position - Double(lower)) * (sorted[upper] - sorted[lower])
  }

  /// The geometric mean; nil unless all numbers are positive.
  public var geometricMean: Double? {
    guard minimum > 0 else { return nil }
    return exp(sorted.reduce(0) { $0 + log($1) } / Double(count))
  }
}
