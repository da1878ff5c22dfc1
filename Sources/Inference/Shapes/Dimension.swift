/// One size of a value: a number, or a multiple of the image's height or width plus a number.
package enum Dimension: Hashable, Sendable, CustomStringConvertible {
  case fixed(Int)
  case spatial(axis: Axis, scale: Scale, offset: Int)

  /// The most that an unpadded or overlapping window may have added or taken, summed over a path through the graph.
  private static let maximumOffset = 1024
  private static let maximumFixed = 1 << 24

  package var fixed: Int? {
    guard case .fixed(let size) = self else { return nil }
    return size
  }

  package var axis: Axis? {
    guard case .spatial(let axis, _, _) = self else { return nil }
    return axis
  }

  /// The size for an image whose height and width are multiples of the graph's stride; nil if it is not positive.
  package func size(height: Int, width: Int) -> Int? {
    let size =
      switch self {
      case .fixed(let size): size
      case .spatial(let axis, let scale, let offset):
        (axis == .vertical ? height : width) / scale.denominator * scale.numerator + offset
      }
    return size > 0 ? size : nil
  }

  /// floor((size + added) / divisor) + one, exact for sizes that are multiples of the graph's stride.
  func windows(added: Int, divisor: Int) -> Dimension? {
    switch self {
    case .fixed(let size):
      guard size + added >= 0 else { return nil }
      return Dimension.fixed((size + added) / divisor + 1).checked
    case .spatial(let axis, let scale, let offset):
      guard let scale = scale.divided(by: divisor) else { return nil }
      return Dimension.spatial(axis: axis, scale: scale, offset: floorDivide(offset + added, divisor) + 1).checked
    }
  }

  /// size * factor + added.
  func scaled(by factor: Int, added: Int = 0) -> Dimension? {
    switch self {
    case .fixed(let size):
      return Dimension.fixed(size * factor + added).checked
    case .spatial(let axis, let scale, let offset):
      guard let scale = scale.multiplied(by: factor) else { return nil }
      return Dimension.spatial(axis: axis, scale: scale, offset: offset * factor + added).checked
    }
  }

  /// size / divisor where that leaves no rest.
  func divided(by divisor: Int) -> Dimension? {
    switch self {
    case .fixed(let size):
      return size % divisor == 0 ? .fixed(size / divisor) : nil
    case .spatial(let axis, let scale, let offset):
      guard offset % divisor == 0, let scale = scale.divided(by: divisor) else { return nil }
      return .spatial(axis: axis, scale: scale, offset: offset / divisor)
    }
  }

  private var checked: Dimension? {
    switch self {
    case .fixed(let size): (1...Self.maximumFixed).contains(size) ? self : nil
    case .spatial(_, _, let offset): abs(offset) <= Self.maximumOffset ? self : nil
    }
  }

  package var description: String {
    switch self {
    case .fixed(let size): return "\(size)"
    case .spatial(let axis, let scale, let offset):
      let symbol = axis == .vertical ? "H" : "W"
      let times = scale.numerator == 1 ? symbol : "\(scale.numerator)\(symbol)"
      let over = scale.denominator == 1 ? times : "\(times)/\(scale.denominator)"
      return offset == 0 ? over : "\(over)\(offset < 0 ? "" : "+")\(offset)"
    }
  }
}

/// A positive fraction in lowest terms: samples of a value per pixel of the image along one axis.
package struct Scale: Hashable, Sendable {
  package static let one = Scale(numerator: 1, denominator: 1)
  private static let maximumNumerator = 16
  private static let maximumDenominator = 256

  package let numerator: Int
  package let denominator: Int

  package var value: Double { Double(numerator) / Double(denominator) }

  func multiplied(by factor: Int) -> Scale? { Scale(numerator * factor, denominator) }

  func divided(by divisor: Int) -> Scale? { Scale(numerator, denominator * divisor) }

  /// Nil outside the supported range.
  private init?(_ numerator: Int, _ denominator: Int) {
    let divisor = greatestCommonDivisor(numerator, denominator)
    guard divisor > 0, numerator / divisor <= Self.maximumNumerator, denominator / divisor <= Self.maximumDenominator
    else { return nil }
    self.init(numerator: numerator / divisor, denominator: denominator / divisor)
  }

  private init(numerator: Int, denominator: Int) {
    self.numerator = numerator
    self.denominator = denominator
  }
}

func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
  second == 0 ? first : greatestCommonDivisor(second, first % second)
}

/// The least number that both divide; they are positive.
func leastCommonMultiple(_ first: Int, _ second: Int) -> Int {
  first / greatestCommonDivisor(first, second) * second
}

/// Rounds down, also below zero; the divisor is positive.
func floorDivide(_ value: Int, _ divisor: Int) -> Int {
  let quotient = value / divisor
  return value % divisor < 0 ? quotient - 1 : quotient
}
