import CKernels

/// 3x3 convolution at stride 1 by Winograd's F(4x4, 3x3), with bias, residual and rectifier on the way out.
///
/// Inputs: the map, and optionally one of the output's shape to add. Lavin and Gray, "Fast Algorithms for Convolutional
/// Neural Networks", CVPR 2016; the matrices are those of the interpolation points 0, 1, -1, 2, -2.
struct WinogradConvolution: RowOperation {
  /// Tiles that are transformed together: few enough for a core's cache, enough to reuse the weights.
  private static let group = 16
  static let tile = Int(RBQE_TILE)
  private static let positions = Int(RBQE_TILE_POSITIONS)

  let inputs: Int
  /// Those of the inputs that aren't padding.
  private let depth: Int
  let outputs: Int
  /// What negative results are multiplied by: 1 leaves them as they are, 0 is ReLU.
  let leak: Float
  /// For every position `[inputs][outputs]`, packed.
  private let weights: Buffer
  private let bias: Buffer?

  init?(_ weights: ConvolutionWeights, leak: Float, kernels: KernelSet, memory: inout WeightMemory) {
    inputs = KernelSet.depth(channels: weights.inputs)
    depth = weights.inputs
    outputs = KernelSet.depth(channels: weights.outputs)
    self.leak = leak
    guard let buffer = Self.packed(weights, outputs: outputs, kernels: kernels, memory: &memory),
      let bias = weights.paddedBias(outputs)
    else { return nil }
    self.weights = buffer
    self.bias = bias
  }

  var unit: Int { Self.tile }

  func rows(of input: Int, for output: Range<Int>) -> Range<Int> {
    guard input == 0 else { return output }
    // Whole tiles, also at the lower border.
    let tiles = (output.count + Self.tile - 1) / Self.tile
    return output.lowerBound - 1..<output.lowerBound + tiles * Self.tile + 1
  }

  var pieceWidth: Int { Self.group * Self.tile }

  var scratch: Int { (Self.positions + 1) * plane }

  /// Numbers from one position to the next; an odd number of cache lines, so that the positions don't share sets.
  private var plane: Int { Self.group * max(inputs, outputs) + 16 }

  func run(_ piece: Piece, with kernels: KernelSet) {
    let columns = piece.columns(of: pieceWidth)
    let (first, count) = (columns.lowerBound / Self.tile, (columns.count + Self.tile - 1) / Self.tile)
    let (input, output) = (piece.inputs[0], piece.output)
    let residual = piece.inputs.count > 1 ? piece.inputs[1] : nil
    let top = piece.rows.lowerBound
    func source(_ row: Int) -> UnsafePointer<Float> { UnsafePointer(input.pixels(top - 1 + row)) }
    func target(_ row: Int) -> UnsafeMutablePointer<Float>? {
      top + row < output.height ? output.pixels(top + row) + outputs : nil
    }
    func added(_ row: Int) -> UnsafePointer<Float>? {
      top + row < output.height ? residual.map { UnsafePointer($0.pixels(top + row) + outputs) } : nil
    }
    var tiles = rbqe_tile_input(row: (source(0), source(1), source(2), source(3), source(4), source(5)))
    var result = rbqe_tile_output(
      row: (target(0), target(1), target(2), target(3)), residual: (added(0), added(1), added(2), added(3)))
    var layer = rbqe_winograd_layer(
      weights: weights.start, bias: bias?.start, inputs: inputs, depth: depth, outputs: outputs, plane: plane,
      leak: leak)
    let next = min(Self.group, (output.width + Self.tile - 1) / Self.tile - first - count)
    let ahead = KernelSet.asksAhead ? next : -1
    kernels.table.pointee.winograd(&layer, &tiles, first, count, ahead, output.width, piece.scratch, &result)
  }

  /// G g G' of every kernel, for every position in the panels that products read.
  private static func packed(
    _ weights: ConvolutionWeights, outputs: Int, kernels: KernelSet, memory: inout WeightMemory
  ) -> Buffer? {
    guard let packed = memory.take(positions * weights.inputs * outputs) else { return nil }
    rbqe_winograd_weights(
      weights.values, weights.outputs, weights.inputs, outputs, kernels.table.pointee.panel_width(outputs),
      packed.start)
    return packed
  }
}
