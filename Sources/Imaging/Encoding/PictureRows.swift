/// Interleaved colour samples for an encoder, which takes them from top to bottom; they may still be on their way.
struct PictureRows {
  /// The first sample.
  let start: UnsafeRawPointer
  /// Tells which rows are there; nil: all of them.
  var progress: RowProgress?

  /// Rows that are waited for at a time: of every format a multiple of what its coder takes at once.
  private static let strip = 64

  /// Hands over all rows, as many at a time as are there.
  ///
  /// - Throws: what `body` throws, and `abandoned` if the rest of the rows will never come.
  func forEachStrip(
    of height: Int, abandoned: ImageEncodingError,
    _ body: (Range<Int>) throws(ImageEncodingError) -> Void
  ) throws(ImageEncodingError) {
    guard let progress else { return try body(0..<height) }
    for first in stride(from: 0, to: height, by: Self.strip) {
      let rows = first..<min(first + Self.strip, height)
      guard progress.wait(for: rows.upperBound) else { throw abandoned }
      try body(rows)
    }
  }
}
