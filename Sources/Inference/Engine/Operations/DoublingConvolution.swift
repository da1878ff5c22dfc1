import CKernels

/// Transposed 2x2 convolution at stride 2, with bias, residual and rectifier: every pixel becomes four, independent of
/// the others.
///
/// Inputs: the map, and optionally one of the output's shape to add.
struct DoublingConvolution: RowOperation {
  private static let group = 64

  let inputs: Int
  let outputs: Int
  /// What negative results are multiplied by: 1 leaves them as they are, 0 is ReLU.
  let leak: Float
  /// For every row of the kernel `[inputs][2][outputs]`, packed.
  private let weights: [Buffer]
  private let bias: Buffer?

  /// - Parameter values: `[inputs][outputs][2][2]`.
  init?(channels: Int, outputs count: Int, values: [Float], bias: [Float]?, leak: Float, kernels: KernelSet) {
    let outputs = KernelSet.depth(channels: count)
    inputs = KernelSet.depth(channels: channels)
    self.outputs = outputs
    self.leak = leak
    var buffers: [Buffer] = []
    for y in 0..<2 {
      let packed = kernels.packed(depth: inputs, outputs: 2 * outputs) { input, place in
        let (x, output) = (place / outputs, place % outputs)
        guard input < channels, output < count else { return 0 }
        return values[((input * count + output) * 2 + y) * 2 + x]
      }
      guard let buffer = Buffer(packed) else { return nil }
      buffers.append(buffer)
    }
    weights = buffers
    guard let bias else {
      self.bias = nil
      return
    }
    let padded = bias + [Float](repeating: 0, count: outputs - count)
    guard let buffer = Buffer(padded + padded) else { return nil }
    self.bias = buffer
  }

  var unit: Int { 2 }
  func rows(of input: Int, for output: Range<Int>) -> Range<Int> {
    guard input == 0 else { return output }
    return output.lowerBound / 2..<(output.upperBound + 1) / 2
  }
  var pieceWidth: Int { 2 * Self.group }

  func run(_ piece: Piece, with kernels: KernelSet) {
    let columns = piece.columns(of: pieceWidth)
    let source = piece.rows.lowerBound / 2
    var segment = rbqe_segment(
      start: piece.inputs[0].pixels(source) + (1 + columns.lowerBound / 2) * inputs, stride: inputs, depth: inputs)
    let place = (1 + columns.lowerBound) * outputs
    for row in piece.rows {
      let residual = piece.inputs.dropFirst().first.map { UnsafePointer($0.pixels(row) + place) }
      kernels.table.pointee.multiply(
        &segment, 1, weights[row % 2].start, columns.count / 2, 2 * outputs,
        rbqe_epilogue(bias: bias?.start, residual: residual, residual_stride: 2 * outputs, leak: leak),
        piece.output.pixels(row) + place, 2 * outputs)
    }
  }
}
