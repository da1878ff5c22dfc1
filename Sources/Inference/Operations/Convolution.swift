import CKernels

/// Convolution with bias and optionally ReLU, on `[1, C, h, w]`.
///
/// Pointwise ones are one matrix product. Others gather bands of rows, of one at least, into a matrix (im2col), so that
/// the extra memory grows with the width of the image alone; with one input channel a group (depthwise) they run
/// directly.
struct Convolution: Operation {
  /// Numbers in a band's matrix: as much as stays in a core's cache.
  private static let bandSize = 1 << 18

  let window: Window
  let kernel: Pair
  let outputs: Int
  /// `[outputs, C / groups, kernel]`.
  let weights: Buffer
  let bias: Buffer?
  var hasReLU = false

  func fusedWithReLU() -> (any Operation)? {
    var fused = self
    fused.hasReLU = true
    return fused
  }

  func run(_ call: Call) throws(SessionError) {
    let input = call.inputs[0]
    let channels = input.shape[1] / window.groups
    if channels == 1 {
      runDepthwise(input, call.output)
    } else {
      for group in 0..<window.groups {
        try runGroup(group, channels: channels, input, call)
      }
    }
  }

  private func runDepthwise(_ input: Call.Operand, _ output: Call.Operand) {
    let plane = input.shape[2] * input.shape[3]
    let outputPlane = output.shape[2] * output.shape[3]
    let size = kernel.vertical * kernel.horizontal
    for channel in 0..<outputs {
      rbqe_convolve_plane(
        input.start + channel / (outputs / window.groups) * plane, input.shape[2], input.shape[3],
        weights.start + channel * size, bias.map { $0.start[channel] } ?? 0, hasReLU ? 1 : 0, geometry,
        output.start + channel * outputPlane, output.shape[2], output.shape[3])
    }
  }

  private func runGroup(_ group: Int, channels: Int, _ input: Call.Operand, _ call: Call) throws(SessionError) {
    let output = call.output
    let (height, width) = (input.shape[2], input.shape[3])
    let (outputHeight, outputWidth) = (output.shape[2], output.shape[3])
    let (plane, outputPlane) = (height * width, outputHeight * outputWidth)
    let depth = channels * kernel.vertical * kernel.horizontal
    let rows = outputs / window.groups
    let source = input.start + group * channels * plane
    let first = MatrixProduct.Matrix(start: weights.start + group * rows * depth, stride: depth)

    let perRow = max(1, depth * outputWidth)
    let band = isPointwise ? max(1, Self.bandSize / perRow) : max(1, min(outputHeight, Self.bandSize / perRow))
    let scratch = isPointwise ? nil : try call.pool.take(band * perRow)
    defer { if let scratch { call.pool.give(scratch) } }

    for top in stride(from: 0, to: outputHeight, by: band) {
      let count = min(band, outputHeight - top)
      let columns = count * outputWidth
      let destination = output.start + group * rows * outputPlane + top * outputWidth
      let second: MatrixProduct.Matrix
      if let scratch {
        rbqe_gather_windows(
          source, channels, height, width, geometry, top, count, outputWidth, scratch.start)
        second = .init(start: scratch.start, stride: columns)
      } else {
        second = .init(start: source + top * outputWidth, stride: plane)
      }
      try MatrixProduct(rows: rows, columns: columns, depth: depth)
        .run(first, second, .init(start: destination, stride: outputPlane))
      rbqe_bias_relu(
        destination, rows, columns, outputPlane, bias.map { UnsafePointer($0.start + group * rows) }, hasReLU ? 1 : 0)
    }
  }

  private var isPointwise: Bool {
    let one = Pair(vertical: 1, horizontal: 1)
    let none = Pair(vertical: 0, horizontal: 0)
    return kernel == one && window.strides == one && window.padBefore == none && window.padAfter == none
  }

  private var geometry: rbqe_window { rbqe_window(window, kernel: kernel) }
}

extension rbqe_window {
  init(_ window: Window, kernel: Pair) {
    self.init(
      kernel_height: kernel.vertical, kernel_width: kernel.horizontal, stride_y: window.strides.vertical,
      stride_x: window.strides.horizontal, pad_top: window.padBefore.vertical, pad_left: window.padBefore.horizontal)
  }
}
