/// How far the pictures that a network makes lie from the originals, in the coefficients of JPEG blocks.
///
/// The laws are fitted by the model's makers; see docs/jpeg.md.
public struct CoefficientErrors: Sendable, Equatable {
  /// A coefficient of the result lies up to `scale * s^stepExponent * (1 + n)^activityExponent` from the original's, in
  /// levels of an orthonormal coefficient: s is the mean of the component's ten lowest quantisation steps, and n how many
  /// of the block's coefficients, the first left out, the file has other than 0.
  public struct Law: Sendable, Equatable {
    /// Levels, 0...1000.
    public let scale: Double
    /// The power of the mean step, -4...4.
    public let stepExponent: Double
    /// The power of the number of coefficients, -4...4.
    public let activityExponent: Double

    /// A law.
    package init(scale: Double, stepExponent: Double, activityExponent: Double) {
      self.scale = scale
      self.stepExponent = stepExponent
      self.activityExponent = activityExponent
    }

    fileprivate init?(_ value: JSONValue) {
      guard let numbers = value.numbers, numbers.count == 3, (0...1000).contains(numbers[0]),
        numbers.dropFirst().allSatisfy((-4...4).contains)
      else { return nil }
      self.init(scale: numbers[0], stepExponent: numbers[1], activityExponent: numbers[2])
    }
  }

  /// Of grey images and of luma.
  public let luma: Law
  /// Of both chroma components, at their own resolution.
  public let chroma: Law

  /// Laws of one exit.
  package init(luma: Law, chroma: Law) {
    self.luma = luma
    self.chroma = chroma
  }

  /// Reads `{"luma": [[scale, stepExponent, activityExponent], ...], "chroma": ...}`, a law for each exit; nil if it is
  /// anything else.
  static func byExit(_ value: JSONValue, exitCount: Int) -> [CoefficientErrors]? {
    func laws(_ key: String) -> [Law]? {
      guard let rows = value[key]?.array, rows.count == exitCount else { return nil }
      let laws = rows.compactMap(Law.init)
      return laws.count == exitCount ? laws : nil
    }
    guard let luma = laws("luma"), let chroma = laws("chroma") else { return nil }
    return zip(luma, chroma).map(CoefficientErrors.init)
  }
}
