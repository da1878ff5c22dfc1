import CKernels

/// Transposed convolution with bias and optionally ReLU, on `[1, C, h, w]`.
///
/// Bands of input rows times the weights give every kernel position's contribution; these are then added to where they
/// belong, always in the same order.
struct TransposedConvolution: Operation {
  private static let bandSize = 1 << 18

  let window: Window
  let kernel: Pair
  let outputs: Int
  /// `[C, outputs / groups, kernel]`.
  let weights: Buffer
  let bias: Buffer?
  var hasReLU = false

  func fusedWithReLU() -> (any Operation)? {
    var fused = self
    fused.hasReLU = true
    return fused
  }

  func run(_ call: Call) throws(SessionError) {
    let (input, output) = (call.inputs[0], call.output)
    let (height, width) = (input.shape[2], input.shape[3])
    let (plane, outputPlane) = (height * width, output.shape[2] * output.shape[3])
    let channels = input.shape[1] / window.groups
    let groupOutputs = outputs / window.groups
    let rows = groupOutputs * kernel.vertical * kernel.horizontal
    let band = max(1, min(height, Self.bandSize / max(1, rows * width)))
    let scratch = try call.pool.take(rows * band * width)
    defer { call.pool.give(scratch) }

    rbqe_fill(output.start, output.count, 0)
    for group in 0..<window.groups {
      let first = MatrixProduct.Matrix(start: weights.start + group * channels * rows, stride: rows, isTransposed: true)
      let source = input.start + group * channels * plane
      let destination = output.start + group * groupOutputs * outputPlane
      for top in stride(from: 0, to: height, by: band) {
        let count = min(band, height - top)
        try MatrixProduct(rows: rows, columns: count * width, depth: channels)
          .run(
            first, .init(start: source + top * width, stride: plane),
            .init(start: scratch.start, stride: count * width))
        rbqe_scatter_windows(
          scratch.start, groupOutputs, top, count, width, rbqe_window(window, kernel: kernel), destination,
          output.shape[2], output.shape[3])
      }
    }
    rbqe_bias_relu(
      output.start, outputs, outputPlane, outputPlane, bias.map { UnsafePointer($0.start) }, hasReLU ? 1 : 0)
  }
}
