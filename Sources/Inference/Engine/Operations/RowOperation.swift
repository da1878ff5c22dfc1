/// What a step of the fast engine computes: some rows of its output at a time, from rows of its inputs.
///
/// An operation is made once a model. Its pieces of work depend on the map's size alone; they write disjoint parts of
/// the output, so they may run in any order and at the same time.
protocol RowOperation: Sendable {
  /// Output rows that are made together; the last piece may have fewer.
  var unit: Int { get }

  /// The rows of an input that output rows are made from; rows outside the map count as zeros.
  func rows(of input: Int, for output: Range<Int>) -> Range<Int>

  /// Columns of the output that a piece has; the last one in a row may have fewer. A piece reads no more than
  /// ``Piece/margin`` columns of its inputs beyond what lies under its own.
  var pieceWidth: Int { get }

  /// Numbers of scratch memory that a piece needs.
  var scratch: Int { get }

  func run(_ piece: Piece, with kernels: KernelSet)
}

/// A piece of a step's work.
struct Piece {
  /// At most `unit` rows, from a multiple of it on.
  var rows: Range<Int>
  /// Which part of the rows.
  var index: Int
  var inputs: [RowMap]
  var output: RowMap
  var scratch: UnsafeMutablePointer<Float>

  static let margin = 8

  /// The columns of a piece that has `size` of them, or fewer at the end.
  func columns(of size: Int) -> Range<Int> {
    index * size..<min(output.width, (index + 1) * size)
  }
}

extension RowOperation {
  var scratch: Int { 0 }

  /// In how many pieces an output row of this width is made.
  func pieces(width: Int) -> Int { max(1, (width - 1) / pieceWidth + 1) }
}
