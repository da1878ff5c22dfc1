import CKernels

/// Depthwise 3x3 and then 1x1, over several maps side by side, with bias and rectifier; neither the joined maps nor what the
/// depthwise part makes of them is ever stored.
struct SeparableConvolution: RowOperation {
  private static let group = 32

  let depths: [Int]
  let outputs: Int
  /// What negative results are multiplied by: 1 leaves them as they are, 0 is ReLU.
  let leak: Float
  /// For every input `[9][depth]`.
  private let depthwise: [Buffer]
  private let pointwise: Buffer
  private let bias: Buffer?

  /// - Parameter channels: those of every input; their sum is the depthwise part's `outputs`.
  init?(
    depthwise: ConvolutionWeights, pointwise: ConvolutionWeights, channels: [Int], leak: Float, kernels: KernelSet
  ) {
    let depths = channels.map(KernelSet.depth)
    self.depths = depths
    self.leak = leak
    outputs = KernelSet.depth(channels: pointwise.outputs)
    var buffers: [Buffer] = []
    var places: [Int?] = []
    var first = 0
    for (count, depth) in zip(channels, depths) {
      var taps = [Float](repeating: 0, count: 9 * depth)
      for tap in 0..<9 {
        for channel in 0..<count {
          taps[tap * depth + channel] = depthwise.values[(first + channel) * 9 + tap]
        }
      }
      guard let buffer = Buffer(taps) else { return nil }
      buffers.append(buffer)
      places += (0..<depth).map { $0 < count ? first + $0 : nil }
      first += count
    }
    let packed = kernels.packed(depth: places.count, outputs: outputs) { index, output in
      guard let input = places[index], output < pointwise.outputs else { return 0 }
      return pointwise.value(output: output, input: input, y: 0, x: 0)
    }
    guard let weights = Buffer(packed), let bias = pointwise.paddedBias(outputs) else { return nil }
    self.depthwise = buffers
    self.pointwise = weights
    self.bias = bias
  }

  var unit: Int { 1 }
  func rows(of input: Int, for output: Range<Int>) -> Range<Int> { output.lowerBound - 1..<output.upperBound + 1 }
  var pieceWidth: Int { Self.group }
  var scratch: Int { Self.group * depths.reduce(0, +) }

  func run(_ piece: Piece, with kernels: KernelSet) {
    let columns = piece.columns(of: pieceWidth)
    let row = piece.rows.lowerBound
    let table = kernels.table.pointee
    let total = depths.reduce(0, +)
    var place = piece.scratch
    for (index, map) in piece.inputs.enumerated() {
      let rows = (row - 1...row + 1).map { UnsafePointer<Float>?(map.pixels($0)) }
      table.depthwise(
        rows, columns.lowerBound, columns.count, depths[index], depthwise[index].start, place, total)
      place += depths[index]
    }
    var segment = rbqe_segment(start: piece.scratch, stride: total, depth: total)
    table.multiply(
      &segment, 1, pointwise.start, columns.count, outputs,
      rbqe_epilogue(bias: bias?.start, residual: nil, residual_stride: 0, leak: leak),
      piece.output.pixels(row) + (1 + columns.lowerBound) * outputs, outputs)
  }
}
