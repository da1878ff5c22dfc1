/// Shapes of what is computed as products with weights.
extension ShapeInference {
  func convolution(_ node: Node, _ window: Window) throws(ModelError) -> [Dimension] {
    let (channels, height, width) = try planes(node)
    let (shape, kernel) = try kernel(node, window)
    let outputs = shape[0]
    guard channels % window.groups == 0, outputs % window.groups == 0, shape[1] == channels / window.groups else {
      throw node.error("weights \(shape) in \(window.groups) groups do not fit \(channels) channels")
    }
    try checkBias(node, count: outputs)
    var result: [Dimension] = [.fixed(1), .fixed(outputs)]
    for (axis, size) in [(Axis.vertical, height), (.horizontal, width)] {
      let added = window.padBefore[axis] + window.padAfter[axis] - kernel[axis]
      guard let windows = size.windows(added: added, divisor: window.strides[axis]) else {
        throw node.error("a \(kernel[axis])-sample window does not fit \(size) samples, or the strides multiply up")
      }
      result.append(windows)
    }
    return result
  }

  func transposedConvolution(_ node: Node, _ window: Window) throws(ModelError) -> [Dimension] {
    let (channels, height, width) = try planes(node)
    let (shape, kernel) = try kernel(node, window)
    guard shape[0] == channels, channels % window.groups == 0 else {
      throw node.error("weights \(shape) in \(window.groups) groups do not fit \(channels) channels")
    }
    let (outputs, overflow) = shape[1].multipliedReportingOverflow(by: window.groups)
    guard !overflow else { throw node.error("too many output channels") }
    try checkBias(node, count: outputs)
    var result: [Dimension] = [.fixed(1), .fixed(outputs)]
    for (axis, size) in [(Axis.vertical, height), (.horizontal, width)] {
      guard window.outputPadding[axis] < window.strides[axis] else {
        throw node.error("output_padding \(window.outputPadding[axis]) is not below the stride")
      }
      let pads = window.padBefore[axis] + window.padAfter[axis]
      let added = kernel[axis] - window.strides[axis] + window.outputPadding[axis] - pads
      guard let samples = size.scaled(by: window.strides[axis], added: added) else {
        throw node.error("\(size) samples grow by \(window.strides[axis]) beyond what is supported")
      }
      result.append(samples)
    }
    return result
  }

  func product(_ node: Node, _ gemm: Gemm) throws(ModelError) -> [Dimension] {
    let first = try source(node, 0)
    let second = try source(node, 1)
    guard first.count == 2, second.count == 2, fixedCount(first) != nil, fixedCount(second) != nil else {
      throw node.error("matrices \(first) and \(second); supported: two of two fixed dimensions")
    }
    let (rows, depth) = gemm.transposeA ? (first[1], first[0]) : (first[0], first[1])
    let (below, columns) = gemm.transposeB ? (second[1], second[0]) : (second[0], second[1])
    guard depth == below else { throw node.error("matrices \(first) and \(second) do not fit each other") }
    if node.input(2) != nil {
      let added = try source(node, 2)
      guard try broadcast(node, [rows, columns], added) == [rows, columns] else {
        throw node.error("C \(added) does not broadcast to [\(rows), \(columns)]")
      }
    }
    return [rows, columns]
  }

  private func kernel(_ node: Node, _ window: Window) throws(ModelError) -> (shape: [Int], size: Pair) {
    let shape = try weights(node, 1).shape
    guard shape.count == 4 else { throw node.error("weights of \(shape.count) dimensions; supported: 4") }
    let size = Pair(vertical: shape[2], horizontal: shape[3])
    guard window.kernel ?? size == size else { throw node.error("kernel_shape contradicts the weights \(shape)") }
    for axis in Axis.allCases {
      guard OperatorReader.Limits.kernel.contains(size[axis]) else {
        throw node.error("kernel of \(size[axis]) samples; supported: up to \(OperatorReader.Limits.kernel.upperBound)")
      }
      guard window.padBefore[axis] < size[axis], window.padAfter[axis] < size[axis] else {
        throw node.error("pads as large as the kernel are not supported")
      }
    }
    return (shape, size)
  }

  private func checkBias(_ node: Node, count: Int) throws(ModelError) {
    guard node.input(2) != nil else { return }
    let shape = try weights(node, 2).shape
    guard shape == [count] else { throw node.error("bias \(shape) does not fit \(count) output channels") }
  }
}
