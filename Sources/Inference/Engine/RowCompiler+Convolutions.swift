/// Convolutions and what follows them.
extension RowCompiler {
  mutating func convolution(_ node: Node, _ window: Window) -> Bool {
    guard let weights = weights(node) else { return false }
    var source = form(node, 0)
    if case .image(let planes, let middle)? = source {
      if middle == 0, let choice = weights.choice, window.strides == .one, window.groups == 1 {
        // The planes may be a choice already.
        let first = planes.lowerBound + choice.planes.lowerBound
        forms[node.output] = .image(first..<first + choice.planes.count, minus: -choice.bias)
        absorb(node)
        return true
      }
      // The first convolution at full resolution reads planes: they become a map first.
      guard planes == self.planes, let place = mapOfImage(node, middle: middle) else { return false }
      source = .map(place)
    }
    if isDepthwise(window, weights), let maps = maps(source), isFollowedByPointwise(node) {
      forms[node.output] = .depthwise(weights, of: maps)
      absorb(node)
      return true
    }
    guard window.groups == 1, window.padBefore == window.padAfter, [1, 2, 3].contains(weights.kernel.vertical),
      weights.kernel.vertical == weights.kernel.horizontal,
      window.padBefore == (weights.kernel.vertical == 3 ? .one : .zero)
    else { return false }
    if case .depthwise(let depthwise, let inputs)? = source {
      guard weights.kernel.vertical == 1, window.strides == .one else { return false }
      let (output, leak, _) = tail(of: node, mayAdd: false)
      guard
        let operation = SeparableConvolution(
          depthwise: depthwise, pointwise: weights, channels: inputs.map(channels), leak: leak, kernels: kernels)
      else { return false }
      return emit(node, inputs: inputs, operation: operation, output: output)
    }
    guard let inputs = maps(source) else { return false }
    let isWinograd =
      weights.kernel.vertical == 3 && window.strides == .one && inputs.count == 1
    let (output, leak, residual) = tail(of: node, mayAdd: true)
    let all = inputs + (residual.map { [$0] } ?? [])
    if isWinograd {
      guard let operation = WinogradConvolution(weights, leak: leak, kernels: kernels, memory: &memory) else {
        return false
      }
      return emit(node, inputs: all, operation: operation, output: output)
    }
    guard weights.kernel.vertical * inputs.count <= DirectConvolution.mostSegments,
      let operation = DirectConvolution(
        weights, channels: inputs.map(channels), strides: window.strides, leak: leak, kernels: kernels)
    else { return false }
    return emit(node, inputs: all, operation: operation, output: output)
  }

  mutating func doubling(_ node: Node, _ window: Window) -> Bool {
    guard let constant = node.input(1).flatMap({ graph.constants[$0] }), let values = constant.floats,
      Array(constant.shape.suffix(2)) == [2, 2], window.strides == .two, window.padBefore == .zero,
      window.padAfter == .zero, window.outputPadding == .zero, window.groups == 1, let source = map(form(node, 0))
    else { return false }
    let (output, leak, residual) = tail(of: node, mayAdd: true)
    guard
      let operation = DoublingConvolution(
        channels: constant.shape[0], outputs: constant.shape[1], values: Array(values.all), bias: bias(node),
        leak: leak, kernels: kernels)
    else { return false }
    return emit(node, inputs: [source] + (residual.map { [$0] } ?? []), operation: operation, output: output)
  }

  /// What follows a convolution and can be part of it: an addition of a map that is there already, then a rectifier.
  private mutating func tail(of node: Node, mayAdd: Bool) -> (output: ValueID, leak: Float, residual: Int?) {
    var (output, residual) = (node.output, Int?.none)
    if mayAdd, let next = onlyReader(output), graph.nodes[next].operation == .add {
      let operands = graph.nodes[next].sources
      if let other = operands.first(where: { $0 != output }), let place = map(forms[other]),
        shapes[other] == shapes[output]
      {
        isDone[next] = true
        (output, residual) = (graph.nodes[next].output, place)
      }
    }
    if let next = onlyReader(output), let leak = leak(of: graph.nodes[next]) {
      isDone[next] = true
      return (graph.nodes[next].output, leak, residual)
    }
    return (output, 1, residual)
  }

  /// What a rectifier multiplies negative numbers by, if it is the same for all channels; -1: absolute values.
  private func leak(of node: Node) -> Float? {
    switch node.operation {
    case .relu: return 0
    case .prelu:
      guard let slopes = node.input(1).flatMap({ graph.constants[$0]?.floats }), slopes.count == 1,
        (-1...1).contains(slopes.all[0])
      else { return nil }
      return slopes.all[0]
    default: return nil
    }
  }

  private func isFollowedByPointwise(_ node: Node) -> Bool {
    guard let next = onlyReader(node.output), case .conv(let window) = graph.nodes[next].operation else { return false }
    return window.groups == 1 && weights(graph.nodes[next])?.kernel == .one
  }

  private func isDepthwise(_ window: Window, _ weights: ConvolutionWeights) -> Bool {
    window.groups > 1 && window.groups == weights.outputs && weights.inputs == 1 && weights.bias == nil
      && weights.kernel == Pair(vertical: 3, horizontal: 3) && window.strides == .one && window.padBefore == .one
      && window.padAfter == .one
  }

  private func weights(_ node: Node) -> ConvolutionWeights? {
    guard let constant = node.input(1).flatMap({ graph.constants[$0] }), let values = constant.floats,
      constant.shape.count == 4
    else { return nil }
    return ConvolutionWeights(
      outputs: constant.shape[0], inputs: constant.shape[1],
      kernel: Pair(vertical: constant.shape[2], horizontal: constant.shape[3]), values: Array(values.all),
      bias: bias(node))
  }

  private func bias(_ node: Node) -> [Float]? {
    node.input(2).flatMap { graph.constants[$0]?.floats }.map { Array($0.all) }
  }
}

extension Pair {
  fileprivate static let zero = Pair(vertical: 0, horizontal: 0)
  fileprivate static let one = Pair(vertical: 1, horizontal: 1)
  fileprivate static let two = Pair(vertical: 2, horizontal: 2)
}
