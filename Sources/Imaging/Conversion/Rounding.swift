// Floating point to integer samples without a branch or a call, so that the loops around it vectorise: adding 2^23
// leaves the rounded value (to nearest, ties to even) in the lowest bits. Comparisons are written so that a NaN gives 0.

@inline(__always)
private func clamp(_ value: Float, _ maximum: Float) -> Float {
  let low = value > 0 ? value : 0
  return low < maximum ? low : maximum
}

private let roundingShift: Float = 8_388_608

/// A sample of 8 bits for a value of 0...1.
@inline(__always)
func sample8(_ value: Float) -> UInt8 {
  UInt8(truncatingIfNeeded: (clamp(value * 255, 255) + roundingShift).bitPattern)
}

/// A sample of 16 bits for a value of 0...1.
@inline(__always)
func sample16(_ value: Float) -> UInt16 {
  UInt16(truncatingIfNeeded: (clamp(value * 65535, 65535) + roundingShift).bitPattern)
}

/// A type of integer samples.
protocol Sample: FixedWidthInteger & UnsignedInteger & Sendable {
  /// The sample for a value of 0...1; everything else is clamped, NaN gives 0.
  static func rounding(_ value: Float) -> Self
}

extension UInt8: Sample {
  @inline(__always)
  static func rounding(_ value: Float) -> UInt8 { sample8(value) }
}

extension UInt16: Sample {
  @inline(__always)
  static func rounding(_ value: Float) -> UInt16 { sample16(value) }
}
