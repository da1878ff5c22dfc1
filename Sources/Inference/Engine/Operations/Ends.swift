import CKernels

/// Planes to the network's first map: a constant subtracted, `block` by `block` pixels folded into one.
struct FoldOperation: RowOperation {
  private static let group = 256

  let channels: Int
  let block: Int
  let middle: Float

  var unit: Int { 1 }
  func rows(of input: Int, for output: Range<Int>) -> Range<Int> {
    output.lowerBound * block..<output.upperBound * block
  }
  var pieceWidth: Int { Self.group }

  func run(_ piece: Piece, with kernels: KernelSet) {
    let columns = piece.columns(of: pieceWidth)
    let row = piece.rows.lowerBound
    let sources = piece.inputs[0].rows(row * block..<(row + 1) * block)
    let depth = piece.output.depth
    rbqe_fold_row(
      sources.map { UnsafePointer($0) }, channels, block, middle, columns.lowerBound, columns.count,
      piece.output.pixels(row) + (1 + columns.lowerBound) * depth, depth)
  }
}

/// A map unfolded to planes and added to the image: an exit.
///
/// Inputs: the map and the image.
struct UnfoldOperation: RowOperation {
  private static let group = 256

  let channels: Int
  let block: Int
  let order: DepthOrder

  var unit: Int { block }
  func rows(of input: Int, for output: Range<Int>) -> Range<Int> {
    input == 1 ? output : output.lowerBound / block..<(output.upperBound + block - 1) / block
  }
  var pieceWidth: Int { Self.group * block }

  func run(_ piece: Piece, with kernels: KernelSet) {
    let columns = piece.columns(of: pieceWidth)
    let source = piece.inputs[0]
    let base = piece.inputs[1].rows(piece.rows), results = piece.output.rows(piece.rows)
    rbqe_unfold_row(
      source.pixels(piece.rows.lowerBound / block) + source.depth, source.depth, columns.lowerBound / block,
      columns.count / block, channels, block, order == .channelFirst ? 1 : 0, base.map { UnsafePointer($0) },
      results.map(\.self))
  }
}

extension RowMap {
  /// The rows of all planes, plane by plane within each row.
  fileprivate func rows(_ range: Range<Int>) -> [UnsafeMutablePointer<Float>?] {
    range.flatMap { row in (0..<depth).map { plane($0, row) } }
  }
}

/// Sum of two maps, where it could not be part of a convolution.
struct AddOperation: RowOperation {
  var unit: Int { 1 }
  func rows(of input: Int, for output: Range<Int>) -> Range<Int> { output }
  var pieceWidth: Int { .max }

  func run(_ piece: Piece, with kernels: KernelSet) {
    let row = piece.rows.lowerBound
    let depth = piece.output.depth
    kernels.table.pointee.add(
      piece.inputs[0].pixels(row) + depth, piece.inputs[1].pixels(row) + depth, piece.output.width * depth, 0,
      piece.output.pixels(row) + depth)
  }
}
