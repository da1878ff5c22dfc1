/// Shapes of what combines, moves or sums numbers.
extension ShapeInference {
  /// ONNX's multidirectional broadcasting: aligned at the last dimension, 1 stretches.
  func broadcast(_ node: Node, _ first: [Dimension], _ second: [Dimension]) throws(ModelError) -> [Dimension] {
    let rank = max(first.count, second.count)
    let ones = { (count: Int) in [Dimension](repeating: .fixed(1), count: count) }
    var result: [Dimension] = []
    for (a, b) in zip(ones(rank - first.count) + first, ones(rank - second.count) + second) {
      guard a == b || a == .fixed(1) || b == .fixed(1) else {
        throw node.error("shapes \(first) and \(second) do not broadcast")
      }
      result.append(a == .fixed(1) ? b : a)
    }
    return result
  }

  func concatenation(_ node: Node, axis: Int) throws(ModelError) -> [Dimension] {
    var result = try source(node, 0)
    let axis = try index(node, axis, rank: result.count)
    var total = 0
    for position in node.inputs.indices {
      var other = try source(node, position)
      guard other.count == result.count, let size = other[axis].fixed else {
        throw node.error("input \(position) of shape \(other); supported: joining along a dimension of fixed size")
      }
      total += size
      other[axis] = result[axis]
      guard other == result else { throw node.error("input \(position) differs from input 0 beside the axis") }
    }
    result[axis] = .fixed(total)
    return result
  }

  func depthToSpace(_ node: Node, block: Int) throws(ModelError) -> [Dimension] {
    let (channels, height, width) = try planes(node)
    guard channels % (block * block) == 0, let height = height.scaled(by: block), let width = width.scaled(by: block)
    else { throw node.error("blocks of \(block) do not fit \(channels) channels of \(height) x \(width)") }
    return [.fixed(1), .fixed(channels / (block * block)), height, width]
  }

  func spaceToDepth(_ node: Node, block: Int) throws(ModelError) -> [Dimension] {
    let (channels, height, width) = try planes(node)
    guard let height = height.divided(by: block), let width = width.divided(by: block) else {
      throw node.error("blocks of \(block) do not fit \(height) x \(width)")
    }
    return [.fixed(1), .fixed(channels * block * block), height, width]
  }

  func mean(_ node: Node, axes: [Int]?, keepDimensions: Bool) throws(ModelError) -> [Dimension] {
    let shape = try source(node, 0)
    let reduced = try reducedAxes(node, axes, rank: shape.count)
    guard (reduced.last ?? 0) - (reduced.first ?? 0) < max(reduced.count, 1) else {
      throw node.error("axes \(reduced) are not adjacent")
    }
    var result: [Dimension] = []
    for (position, dimension) in shape.enumerated() {
      if !reduced.contains(position) {
        result.append(dimension)
      } else if keepDimensions {
        result.append(.fixed(1))
      }
    }
    return result
  }

  /// The axes as ascending indices.
  func reducedAxes(_ node: Node, _ axes: [Int]?, rank: Int) throws(ModelError) -> [Int] {
    guard let axes, !axes.isEmpty else { return Array(0..<rank) }
    var result: Set<Int> = []
    for axis in axes where !result.insert(try index(node, axis, rank: rank)).inserted {
      throw node.error("axis \(axis) stands there twice")
    }
    return result.sorted()
  }

  func flattened(_ node: Node, axis: Int) throws(ModelError) -> [Dimension] {
    let shape = try source(node, 0)
    let axis = axis == shape.count ? axis : try index(node, axis, rank: shape.count)
    guard let before = fixedCount(shape[..<axis]), let after = fixedCount(shape[axis...]) else {
      throw node.error("shape \(shape) depends on the image's size; pool it first")
    }
    return [.fixed(before), .fixed(after)]
  }

  /// Dimensions that depend on the image must be carried over by 0.
  func reshaped(_ node: Node) throws(ModelError) -> [Dimension] {
    let shape = try source(node, 0)
    guard let value = node.input(1), let wanted = constants[value], let sizes = wanted.integers,
      wanted.shape.count == 1, sizes.count <= 8
    else { throw node.error("the new shape must be int64 numbers stored in the file, up to 8") }
    var result: [Dimension] = []
    for (position, size) in sizes.enumerated() {
      guard size >= -1, size != 0 || position < shape.count else {
        throw node.error("new shape \(sizes) does not fit \(shape)")
      }
      result.append(size == 0 ? shape[position] : .fixed(size))
    }
    let have = shape.filter { $0.axis != nil }
    let free = result.indices.filter { result[$0] == .fixed(-1) }
    guard result.filter({ $0.axis != nil }) == have, free.count <= 1,
      let count = fixedCount(shape.filter { $0.axis == nil }),
      let known = fixedCount(result.filter { $0.axis == nil && $0 != .fixed(-1) }), known > 0
    else { throw node.error("new shape \(sizes) does not fit \(shape)") }
    if let position = free.first { result[position] = .fixed(count / known) }
    guard let total = fixedCount(result.filter { $0.axis == nil }), total == count else {
      throw node.error("new shape \(sizes) does not fit \(shape)")
    }
    return result
  }

  private func index(_ node: Node, _ axis: Int, rank: Int) throws(ModelError) -> Int {
    guard (-rank..<rank).contains(axis) else { throw node.error("axis \(axis) of \(rank) dimensions") }
    return axis < 0 ? axis + rank : axis
  }
}
