/// Chooses the operation for a node, and which of the node's inputs it reads while it runs.
struct OperationFactory {
  let constants: [ValueID: Constant]
  let shapes: [ValueID: [Dimension]]

  func operation(for node: Node) throws(ModelError) -> (operation: any Operation, inputs: [ValueID]) {
    let data = Array(node.sources.prefix(1))
    switch node.operation {
    case .relu: return (UnaryOperation(kind: .relu), data)
    case .sqrt: return (UnaryOperation(kind: .squareRoot), data)
    case .sigmoid: return (UnaryOperation(kind: .sigmoid), data)
    case .clip:
      let low = number(node, 1) ?? -.infinity
      return (UnaryOperation(kind: .clip(low, number(node, 2) ?? .infinity)), data)
    case .add: return (BinaryOperation(kind: .add), node.sources)
    case .sub: return (BinaryOperation(kind: .subtract), node.sources)
    case .mul: return (BinaryOperation(kind: .multiply), node.sources)
    case .prelu: return (BinaryOperation(kind: .prelu), node.sources)
    case .conv(let window): return (try convolution(node, window, transposed: false), data)
    case .convTranspose(let window): return (try convolution(node, window, transposed: true), data)
    case .gemm(let gemm): return (GemmOperation(gemm: gemm), node.sources)
    case .concat(let axis): return (ConcatOperation(axis: axis < 0 ? axis + rank(node) : axis), node.sources)
    case .depthToSpace(let block, let order):
      return (ShuffleOperation(kind: .depthToSpace(order), block: block), data)
    case .spaceToDepth(let block): return (ShuffleOperation(kind: .spaceToDepth, block: block), data)
    case .globalAveragePool: return (MeanOperation(axes: 2..<4), data)
    case .reduceMean(let axes, _): return (MeanOperation(axes: range(axes, rank: rank(node))), data)
    case .flatten, .reshape: return (CopyOperation(), data)
    }
  }

  private func convolution(
    _ node: Node, _ window: Window, transposed: Bool
  ) throws(ModelError) -> any Operation {
    guard let constant = node.input(1).flatMap({ constants[$0] }), let weights = constant.floats,
      constant.shape.count == 4
    else { throw node.error("input 1 must be float32 numbers stored in the file") }
    let kernel = Pair(vertical: constant.shape[2], horizontal: constant.shape[3])
    let bias = node.input(2).flatMap { constants[$0]?.floats }
    guard transposed else {
      return Convolution(window: window, kernel: kernel, outputs: constant.shape[0], weights: weights, bias: bias)
    }
    return TransposedConvolution(
      window: window, kernel: kernel, outputs: constant.shape[1] * window.groups, weights: weights, bias: bias)
  }

  private func number(_ node: Node, _ index: Int) -> Float? {
    node.input(index).flatMap { constants[$0]?.floats?.all.first }
  }

  private func rank(_ node: Node) -> Int { node.input(0).flatMap { shapes[$0]?.count } ?? 0 }

  /// Shape inference has made sure that the axes are adjacent.
  private func range(_ axes: [Int]?, rank: Int) -> Range<Int> {
    let places = (axes ?? []).map { $0 < 0 ? $0 + rank : $0 }.sorted()
    guard let first = places.first, let last = places.last else { return 0..<rank }
    return first..<last + 1
  }
}
