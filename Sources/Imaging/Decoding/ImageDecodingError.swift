/// Why a file gave no picture.
///
/// Descriptions say what happened, why, and what to do; the file's name is the caller's to add.
public enum ImageDecodingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file has no bytes.
  case empty
  /// Neither JPEG nor PNG; `found` names what it looks like.
  case notAnImage(found: String)
  /// The file ends early: in row `row` of `height` where that is known.
  case truncated(ImageFormat, row: Int?, height: Int?)
  /// The bytes contradict the format; `reason` in the codec's words, `row` where the damage was met, if known.
  case corrupt(ImageFormat, reason: String, row: Int?)
  /// A valid file of a kind that isn't done; `feature` names it.
  case unsupported(ImageFormat, feature: String)
  /// More pixels than allowed.
  case tooManyPixels(width: Int, height: Int, limit: Int)
  /// More scans than allowed.
  case tooManyScans(limit: Int)
  /// The codec would need `bytes` for the whole picture, and has `limit` (or, if `nil`, the machine has no more).
  case outOfMemory(bytes: Int, limit: Int?)

  /// What happened, why, and what to do about it.
  public var description: String {
    switch self {
    case .empty:
      "the file is empty; copy it again from where it came"
    case .notAnImage(let found):
      "not a JPEG or PNG file: it looks like \(found); convert it to one of the two first"
    case .truncated(let format, let row?, let height?) where row > 0:
      "the \(format) file is truncated: it ends at row \(row) of \(height); copy it again from where it came"
    case .truncated(let format, _, _):
      "the \(format) file is truncated: it ends before the picture does; copy it again from where it came"
    case .corrupt(let format, let reason, let row):
      "the \(format) file is corrupt\(row.map { " at row \($0)" } ?? ""): \(reason); copy it again from where it came"
    case .unsupported(let format, let feature):
      "this kind of \(format) isn't supported: \(feature); convert it to an ordinary JPEG or PNG first"
    case .tooManyPixels(let width, let height, let limit):
      "the picture has \(width) x \(height) pixels, more than the limit of \(limit); raise the limit if it is genuine"
    case .tooManyScans(let limit):
      "the JPEG file has more than \(limit) scans, which no honest encoder writes; save it anew in an editor"
    case .outOfMemory(let bytes, let limit?):
      "decoding needs \(bytes) bytes at once, more than the limit of \(limit); raise the limit,"
        + " or save the picture as baseline JPEG or PNG without interlacing"
    case .outOfMemory(let bytes, nil):
      "decoding needs \(bytes) bytes at once, which the machine doesn't have; free memory or use a smaller picture"
    }
  }
}
