/// How far a result must agree with the coefficients of the JPEG file that it was made from, or of the one that the
/// image was before it was saved without loss.
public enum ConstraintMode: String, Sendable, CaseIterable {
  /// Within half a quantisation step of each coefficient, unless the file was compressed before: then the first
  /// compression's losses aren't in the intervals of the last one. Of images that hold samples the coefficients are
  /// looked for in the pixels, see `FoundCompression`; the other modes don't.
  case auto
  /// Strictly within half a step, whatever the file's history: transformed and quantised anew, the result in floating
  /// point gives the file's own coefficients.
  case strict
  /// Not at all.
  case off
}

/// What became of the constraint on one image.
public struct ConstraintReport: Sendable, Equatable {
  /// Why a constraint was not applied.
  public enum Drop: String, Sendable {
    /// Traces of an earlier, coarser compression lie in the coefficients.
    case compressedBefore = "compressed before"
    /// Traces of an earlier compression on a shifted block grid lie in the pixels.
    case shiftedGrid = "compressed before on another grid"
    /// The file's coefficients aren't at hand: its components are neither grey nor YCbCr, its chroma has an unusual
    /// resolution, or it is a baseline file that is too large to hold them.
    case noCoefficients = "coefficients not at hand"
  }

  /// The mode that was asked for: ``ConstraintMode/auto`` or ``ConstraintMode/strict``.
  public let mode: ConstraintMode
  /// Why nothing was done; `nil` where the constraint was applied.
  public let drop: Drop?
  /// Coefficients that lay outside of their intervals and were brought back; `nil` where nothing was done, or as long
  /// as the pixels aren't computed.
  public internal(set) var clamped: Int?
  /// All coefficients of the file.
  public let coefficients: Int
}
