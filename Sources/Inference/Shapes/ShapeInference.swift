/// Finds every value's shape as a function of the image's height and width, and refuses nodes that do not fit.
package struct ShapeInference {
  /// How many numbers a value may hold per pixel of the image, and regardless of the image.
  private static let maximumPerPixel = 2048.0
  private static let maximumFixed = 1 << 24

  let constants: [ValueID: Constant]
  private(set) var shapes: [ValueID: [Dimension]] = [:]

  /// The shapes of all values of a graph.
  ///
  /// - Throws: ``ModelError`` naming the first node that does not fit.
  package static func shapes(of graph: Graph) throws(ModelError) -> [ValueID: [Dimension]] {
    var inference = ShapeInference(constants: graph.constants)
    inference.shapes[graph.image] = [
      .fixed(1), .fixed(graph.imageChannels), .spatial(axis: .vertical, scale: .one, offset: 0),
      .spatial(axis: .horizontal, scale: .one, offset: 0),
    ]
    if let file = graph.file { inference.shapes[file.value] = [.fixed(1), .fixed(file.count)] }
    for (value, constant) in graph.constants { inference.shapes[value] = constant.shape.map { .fixed($0) } }
    for node in graph.nodes {
      let shape = try inference.shape(of: node)
      try checkSize(shape, node)
      inference.shapes[node.output] = shape
    }
    return inference.shapes
  }

  private func shape(of node: Node) throws(ModelError) -> [Dimension] {
    for (index, source) in node.inputs.enumerated() where source.map({ constants[$0]?.integers != nil }) ?? false {
      guard node.operation == .reshape, index == 1 else {
        throw node.error("input \(index) holds integers, not float32")
      }
    }
    let input = try source(node, 0)
    switch node.operation {
    case .relu, .sqrt, .sigmoid: return input
    case .clip:
      for index in [1, 2] { _ = try scalar(node, index) }
      return input
    case .add, .sub, .mul: return try broadcast(node, input, try source(node, 1))
    case .prelu:
      guard try broadcast(node, input, try source(node, 1)) == input else {
        throw node.error("the slope does not broadcast to the data's shape")
      }
      return input
    case .conv(let window): return try convolution(node, window)
    case .convTranspose(let window): return try transposedConvolution(node, window)
    case .gemm(let gemm): return try product(node, gemm)
    case .concat(let axis): return try concatenation(node, axis: axis)
    case .depthToSpace(let block, _): return try depthToSpace(node, block: block)
    case .spaceToDepth(let block): return try spaceToDepth(node, block: block)
    case .globalAveragePool:
      let (channels, _, _) = try planes(node)
      return [.fixed(1), .fixed(channels), .fixed(1), .fixed(1)]
    case .reduceMean(let axes, let keep): return try mean(node, axes: axes, keepDimensions: keep)
    case .flatten(let axis): return try flattened(node, axis: axis)
    case .reshape: return try reshaped(node)
    }
  }

  // MARK: - What the rules by kind of operator share

  func source(_ node: Node, _ index: Int) throws(ModelError) -> [Dimension] {
    guard let value = node.input(index), let shape = shapes[value] else {
      throw node.error("input \(index) is missing")
    }
    return shape
  }

  /// Channels, height and width of input 0, which must be `[1, C, h, w]`.
  func planes(_ node: Node) throws(ModelError) -> (channels: Int, height: Dimension, width: Dimension) {
    let shape = try source(node, 0)
    guard shape.count == 4, shape[0] == .fixed(1), let channels = shape[1].fixed else {
      throw node.error("data of shape \(shape); supported: [1, C, h, w]")
    }
    return (channels, shape[2], shape[3])
  }

  /// The stored float32 tensor at an input.
  func weights(_ node: Node, _ index: Int) throws(ModelError) -> Constant {
    guard let value = node.input(index), let constant = constants[value], constant.floats != nil else {
      throw node.error("input \(index) must be float32 numbers stored in the file")
    }
    return constant
  }

  /// The one stored number at an optional input.
  func scalar(_ node: Node, _ index: Int) throws(ModelError) -> Float? {
    guard node.input(index) != nil else { return nil }
    let constant = try weights(node, index)
    guard let buffer = constant.floats, buffer.count == 1 else {
      throw node.error("input \(index) has the shape \(constant.shape); supported: one number")
    }
    return buffer.all.first
  }

  /// The numbers of all dimensions, or nil if one depends on the image or the product does not fit.
  func fixedCount(_ shape: some Sequence<Dimension>) -> Int? {
    var sizes: [Int] = []
    for dimension in shape {
      guard let size = dimension.fixed else { return nil }
      sizes.append(size)
    }
    return checkedProduct(sizes)
  }

  private static func checkSize(_ shape: [Dimension], _ node: Node) throws(ModelError) {
    var perPixel = 1.0
    for dimension in shape {
      switch dimension {
      case .fixed(let size): perPixel *= Double(size)
      case .spatial(_, let scale, _): perPixel *= scale.value
      }
    }
    let limit = shape.contains { $0.axis != nil } ? maximumPerPixel : Double(maximumFixed)
    guard perPixel <= limit else {
      throw node.error("its output \(shape) is too large; supported: up to \(Int(limit)) numbers")
    }
  }
}
