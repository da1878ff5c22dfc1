import Imaging
import Inference
import Quality

/// Whether and how the result of one image is held to its file's coefficients.
struct ImageConstraint {
  /// What is known before the result is.
  let report: ConstraintReport
  /// Nil where the constraint was dropped.
  private let file: JPEGCoefficients?
  private let errors: [CoefficientErrors]

  /// - Parameters:
  ///   - found: The coefficients that were found in the image, if it was a JPEG file before it was saved without loss.
  ///   - errors: What is known of the network's, exit by exit; it may be nothing.
  /// - Returns: Nil where nothing was asked for, and for images of which no compression is known.
  init?(_ mode: ConstraintMode, for image: Image, found: JPEGCoefficients?, errors: [CoefficientErrors]) {
    guard mode != .off, image.jpeg != nil || found != nil else { return nil }
    self.errors = errors
    guard let coefficients = image.coefficients ?? found else {
      file = nil
      report = ConstraintReport(mode: mode, drop: .noCoefficients, clamped: nil, coefficients: 0)
      return
    }
    var drop: ConstraintReport.Drop?
    if mode == .auto {
      let history = CompressionHistory(of: image, coefficients: coefficients)
      drop = history.earlierQuality != nil ? .compressedBefore : history.earlierGrid != nil ? .shiftedGrid : nil
    }
    file = drop == nil ? coefficients : nil
    report = ConstraintReport(mode: mode, drop: drop, clamped: nil, coefficients: coefficients.count)
  }

  /// What holds the results of an exit; nil where the constraint was dropped.
  func constraint(exit: Int, strength: Float = 1) -> CoefficientConstraint? {
    let known = errors.indices.contains(exit - 1) ? errors[exit - 1] : nil
    return file.map { CoefficientConstraint($0, mode: report.mode, errors: known, strength: strength) }
  }
}
