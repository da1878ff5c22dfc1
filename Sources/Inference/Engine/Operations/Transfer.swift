/// Fills the planes with some columns of one row of the image; asked in any order, from several threads.
package typealias RowReader =
  @Sendable (_ row: Int, _ columns: Range<Int>, _ planes: [UnsafeMutablePointer<Float>])
  -> Void

/// Takes some columns of one row of a result's planes; called once for each, in any order, from several threads.
package typealias RowWriter = @Sendable (_ row: Int, _ columns: Range<Int>, _ planes: [UnsafePointer<Float>]) -> Void

/// The image's rows as the caller gives them, padded at the right and below by repeating the edge.
struct LoadOperation: RowOperation {
  let height: Int
  let columns: Range<Int>
  let read: RowReader

  var unit: Int { 4 }
  func rows(of input: Int, for output: Range<Int>) -> Range<Int> { output }
  var pieceWidth: Int { .max }

  func run(_ piece: Piece, with kernels: KernelSet) {
    for row in piece.rows {
      let planes = (0..<piece.output.depth).map { piece.output.plane($0, row) }
      read(min(row, height - 1), columns, planes)
      let width = columns.count
      for plane in planes {
        for column in width..<max(width, piece.output.width) { plane[column] = plane[width - 1] }
      }
    }
  }
}

/// Hands a result's rows to the caller, without the padding.
struct StoreOperation: RowOperation {
  let height: Int
  /// Which columns of the image the result's are, and which of them the caller wants.
  let columns: Range<Int>
  let wanted: Range<Int>
  let write: RowWriter

  var unit: Int { 4 }
  func rows(of input: Int, for output: Range<Int>) -> Range<Int> { output }
  var pieceWidth: Int { .max }

  func run(_ piece: Piece, with kernels: KernelSet) {
    for row in piece.rows where row < height {
      let skipped = wanted.lowerBound - columns.lowerBound
      write(row, wanted, (0..<piece.inputs[0].depth).map { UnsafePointer(piece.inputs[0].plane($0, row) + skipped) })
    }
  }
}
