import Reporting

// Figures for people; the same in every locale.

extension Int {
  /// So many pixels as megapixels, with a digit behind the point.
  public var megapixels: String { NumberText.fixed(Double(self) / 1e6, 1) }
}

extension Duration {
  /// The time as a clock shows it: `0:07`, `12:03`, `1:02:03`.
  public var clock: String {
    let seconds = Int((self / .seconds(1)).rounded())
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    let last = Self.twoDigits(seconds % 60)
    return hours > 0 ? "\(hours):\(Self.twoDigits(minutes)):\(last)" : "\(minutes):\(last)"
  }

  /// The time in words: `0.3 s`, `45 s`, `3 min 12 s`, `2 h 5 min`.
  public var words: String {
    let seconds = self / .seconds(1)
    if seconds < 10 { return "\(NumberText.fixed(seconds, 1)) s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole / 60 % 60) min"
  }

  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
