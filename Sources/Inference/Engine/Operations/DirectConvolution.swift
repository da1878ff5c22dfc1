import CKernels

/// Convolution as a product that reads its windows where they lie: 1x1, 2x2 (unpadded) and 3x3, any stride, several maps
/// side by side (what ONNX joins with Concat), with bias, residual and rectifier.
///
/// Inputs: the maps, and optionally one of the output's shape to add.
struct DirectConvolution: RowOperation {
  private static let group = 256
  /// Kernel rows times inputs.
  static let mostSegments = Int(RBQE_MOST_SEGMENTS)

  let kernel: Pair
  let strides: Pair
  /// What negative results are multiplied by: 1 leaves them as they are, 0 is ReLU.
  let leak: Float
  /// Numbers a pixel of every input.
  let depths: [Int]
  let outputs: Int
  private let weights: Buffer
  private let bias: Buffer?

  /// - Parameter channels: those of every input; their sum is the weights' `inputs`.
  init?(_ weights: ConvolutionWeights, channels: [Int], strides: Pair, leak: Float, kernels: KernelSet) {
    kernel = weights.kernel
    self.strides = strides
    self.leak = leak
    let depths = channels.map(KernelSet.depth)
    let outputs = KernelSet.depth(channels: weights.outputs)
    self.depths = depths
    self.outputs = outputs
    var places: [(input: Int?, y: Int, x: Int)] = []
    for y in 0..<kernel.vertical {
      var first = 0
      for (count, depth) in zip(channels, depths) {
        for x in 0..<kernel.horizontal {
          places += (0..<depth).map { ($0 < count ? first + $0 : nil, y, x) }
        }
        first += count
      }
    }
    let packed = kernels.packed(depth: places.count, outputs: outputs) { index, output in
      guard let input = places[index].input, output < weights.outputs else { return 0 }
      return weights.value(output: output, input: input, y: places[index].y, x: places[index].x)
    }
    guard let buffer = Buffer(packed), let bias = weights.paddedBias(outputs) else { return nil }
    self.weights = buffer
    self.bias = bias
  }

  var unit: Int { 1 }

  /// Zeros before the first row and column.
  private var pad: Int { kernel.vertical == 3 ? 1 : 0 }

  func rows(of input: Int, for output: Range<Int>) -> Range<Int> {
    guard input < depths.count else { return output }
    return output.lowerBound * strides.vertical - pad..<(output.upperBound - 1) * strides.vertical - pad
      + kernel.vertical
  }

  var pieceWidth: Int { Self.group }

  func run(_ piece: Piece, with kernels: KernelSet) {
    let columns = piece.columns(of: pieceWidth)
    let row = piece.rows.lowerBound
    let source = rows(of: 0, for: piece.rows).lowerBound
    // A map's row starts at column -1.
    let left = columns.lowerBound * strides.horizontal + 1 - pad
    var segments: [rbqe_segment] = []
    for y in 0..<kernel.vertical {
      for (map, depth) in zip(piece.inputs, depths) {
        segments.append(
          rbqe_segment(
            start: map.pixels(source + y) + left * depth, stride: strides.horizontal * depth,
            depth: kernel.horizontal * depth))
      }
    }
    let place = (1 + columns.lowerBound) * outputs
    let residual = piece.inputs.dropFirst(depths.count).first.map { UnsafePointer($0.pixels(row) + place) }
    kernels.table.pointee.multiply(
      segments, segments.count, weights.start, columns.count, outputs,
      rbqe_epilogue(bias: bias?.start, residual: residual, residual_stride: outputs, leak: leak),
      piece.output.pixels(row) + place, outputs)
  }
}
