import Imaging
import Quality

/// Whether and how the result of one image is held to its file's coefficients.
struct ImageConstraint {
  /// The projection; nil where the constraint was dropped.
  let projection: CoefficientConstraint?
  /// What is known before the result is.
  let report: ConstraintReport

  /// - Returns: Nil where nothing was asked for, and for images that don't come from a JPEG file.
  init?(_ mode: ConstraintMode, for image: Image) {
    guard mode != .off, image.jpeg != nil else { return nil }
    guard let coefficients = image.coefficients else {
      projection = nil
      report = ConstraintReport(mode: mode, drop: .noCoefficients, clamped: nil, coefficients: 0)
      return
    }
    let projection = CoefficientConstraint(coefficients, mode: mode)
    var drop: ConstraintReport.Drop?
    if mode == .auto {
      let history = CompressionHistory(of: image)
      drop = history.earlierQuality != nil ? .compressedBefore : history.earlierGrid != nil ? .shiftedGrid : nil
    }
    self.projection = drop == nil ? projection : nil
    report = ConstraintReport(mode: mode, drop: drop, clamped: nil, coefficients: projection.coefficientCount)
  }
}
