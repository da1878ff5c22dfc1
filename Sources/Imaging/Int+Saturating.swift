// Sizes come from files, which may claim any; what is reckoned from them before a limit is looked at must not overflow.

extension Int {
  /// The sum; where it doesn't fit, the largest number (or the least).
  package func adding(saturating other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return !overflow ? sum : other > 0 ? .max : .min
  }

  /// The product; where it doesn't fit, the largest number (or the least).
  package func multiplied(saturating other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return !overflow ? product : (self < 0) == (other < 0) ? .max : .min
  }
}
