import CKernels

/// Some of the image's planes to a map: a constant subtracted, `block` by `block` pixels folded into one.
struct FoldOperation: RowOperation {
  private static let group = 256

  let planes: Range<Int>
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
    let sources = piece.inputs[0].rows(row * block..<(row + 1) * block, of: planes)
    let depth = piece.output.depth
    rbqe_fold_row(
      sources.map { UnsafePointer($0) }, planes.count, block, middle, columns.lowerBound, columns.count,
      piece.output.pixels(row) + (1 + columns.lowerBound) * depth, depth)
  }
}

/// Maps unfolded to planes and added to the image: an exit.
///
/// Inputs: the map of every part, and the image.
struct UnfoldOperation: RowOperation {
  /// What one map becomes: `block` by `block` pixels of each of some planes.
  struct Part {
    let planes: Range<Int>
    let block: Int
    let order: DepthOrder
  }

  private static let group = 256

  let parts: [Part]
  /// Whole blocks of every part.
  let unit: Int

  init(parts: [Part]) {
    self.parts = parts
    unit = parts.reduce(1) { leastCommonMultiple($0, $1.block) }
  }

  func rows(of input: Int, for output: Range<Int>) -> Range<Int> {
    guard input < parts.count else { return output }
    let block = parts[input].block
    return output.lowerBound / block..<(output.upperBound + block - 1) / block
  }
  var pieceWidth: Int { Self.group * unit }

  func run(_ piece: Piece, with kernels: KernelSet) {
    let columns = piece.columns(of: pieceWidth)
    for (part, source) in zip(parts, piece.inputs) {
      for row in stride(from: piece.rows.lowerBound, to: piece.rows.upperBound, by: part.block) {
        let rows = row..<row + part.block
        let base = piece.inputs[parts.count].rows(rows, of: part.planes)
        rbqe_unfold_row(
          source.pixels(row / part.block) + source.depth, source.depth, columns.lowerBound / part.block,
          columns.count / part.block, part.planes.count, part.block, part.order == .channelFirst ? 1 : 0,
          base.map { UnsafePointer($0) }, piece.output.rows(rows, of: part.planes).map(\.self))
      }
    }
  }
}

extension RowMap {
  /// The rows of some planes, plane by plane within each row.
  fileprivate func rows(_ range: Range<Int>, of planes: Range<Int>) -> [UnsafeMutablePointer<Float>?] {
    range.flatMap { row in planes.map { plane($0, row) } }
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
      piece.inputs[0].pixels(row) + depth, piece.inputs[1].pixels(row) + depth, piece.output.width * depth,
      piece.output.pixels(row) + depth)
  }
}
