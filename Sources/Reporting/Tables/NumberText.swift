/// Numbers for people, the same in every locale.
public enum NumberText {
  /// A number with a fixed count of decimals, rounded half away from zero.
  ///
  /// "-" stands for none and for what isn't finite. Numbers that have no such digits any more (times 10 to the count of
  /// decimals 2^63 or above) are as Swift writes them.
  public static func fixed(_ value: Double?, _ decimals: Int, signed: Bool = false) -> String {
    guard let value, value.isFinite else { return "-" }
    var power = 1.0
    for _ in 0..<decimals { power *= 10 }
    guard let scaled = Int(exactly: (value.magnitude * power).rounded()) else { return String(value) }
    let sign = value < 0 && scaled > 0 ? "-" : signed ? "+" : ""
    guard decimals > 0 else { return sign + String(scaled) }
    let digits = String(scaled)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// Milliseconds with as many decimals as say something.
  public static func milliseconds(_ value: Double?) -> String {
    guard let value else { return "-" }
    return fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0)
  }

  /// Milliseconds with their unit, or seconds where that is shorter.
  public static func duration(_ milliseconds: Double) -> String {
    milliseconds < 10_000 ? self.milliseconds(milliseconds) + " ms" : fixed(milliseconds / 1000, 1) + " s"
  }

  /// Bytes in units of a thousand.
  public static func bytes(_ count: Int) -> String {
    if count < 1000 { return "\(count) B" }
    if count < 1_000_000 { return fixed(Double(count) / 1e3, 1) + " kB" }
    return fixed(Double(count) / 1e6, 1) + " MB"
  }
}
