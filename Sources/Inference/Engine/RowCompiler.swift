/// Makes a row program of a graph, fusing what belongs together: ReLU, residual and bias into convolutions, depthwise
/// into pointwise, Concat into what reads it, shuffles into the ends.
struct RowCompiler {
  /// What a value of the graph is to the program; some are never stored.
  private enum Form {
    case image(minus: Float)
    case map(Int)
    case joined([Int])
    case depthwise(ConvolutionWeights, of: [Int])
    case unfolded(Int, block: Int, DepthOrder)
    case result(Int)
  }

  private let graph: Graph
  private let shapes: [ValueID: [Dimension]]
  private let kernels: KernelSet
  private var readers: [ValueID: [Int]] = [:]
  private var forms: [ValueID: Form] = [:]
  private var values: [RowProgram.Value] = []
  private var steps: [RowProgram.Step] = []
  private var isDone: [Bool]

  /// The program of a graph; nil if the graph has something that only the reference path runs.
  static func compile(
    _ graph: Graph, plan: Plan, kernels: KernelSet
  ) -> RowProgram? {
    var compiler = RowCompiler(graph, shapes: plan.shapes, kernels: kernels)
    return compiler.run(plan)
  }

  private init(_ graph: Graph, shapes: [ValueID: [Dimension]], kernels: KernelSet) {
    self.graph = graph
    self.shapes = shapes
    self.kernels = kernels
    isDone = graph.nodes.map { _ in false }
    for (index, node) in graph.nodes.enumerated() {
      for source in node.sources { readers[source, default: []].append(index) }
    }
  }

  private mutating func run(_ plan: Plan) -> RowProgram? {
    forms[graph.image] = .image(minus: 0)
    values = [RowProgram.Value(layout: .planes(graph.imageChannels), denominator: 1)]
    // What an output shows must not vanish in another operation.
    for value in plan.outputs.values { readers[value, default: []].append(-1) }
    for index in graph.nodes.indices where !isDone[index] {
      guard compile(index) else { return nil }
    }
    var outputs: [Target: Int] = [:]
    for (target, value) in plan.outputs {
      guard case .result(let place)? = forms[value] else { return nil }
      outputs[target] = place
    }
    var program = RowProgram(kernels: kernels, values: values, steps: steps, outputs: outputs)
    mark(&program, plan)
    return program
  }

  private mutating func compile(_ index: Int) -> Bool {
    let node = graph.nodes[index]
    isDone[index] = true
    switch node.operation {
    case .sub:
      guard case .image(0)? = form(node, 0), let constant = node.input(1).flatMap({ graph.constants[$0] }),
        let numbers = constant.floats, numbers.count == 1
      else { return false }
      forms[node.output] = .image(minus: numbers.all[0])
    case .spaceToDepth(let block):
      guard case .image(let middle)? = form(node, 0) else { return false }
      return fold(node, block: block, middle: middle)
    case .conv(let window): return convolution(node, window)
    case .convTranspose(let window): return doubling(node, window)
    case .concat(axis: 1), .concat(axis: -3):
      let parts = node.sources.map { map(forms[$0]) }
      guard !parts.contains(nil) else { return false }
      forms[node.output] = .joined(parts.compactMap(\.self))
    case .depthToSpace(let block, let order):
      guard let source = map(form(node, 0)) else { return false }
      forms[node.output] = .unfolded(source, block: block, order)
    case .add: return sum(node)
    default: return false
    }
    return true
  }

  // MARK: The ends

  private mutating func fold(_ node: Node, block: Int, middle: Float) -> Bool {
    emit(
      node, inputs: [0], operation: FoldOperation(channels: graph.imageChannels, block: block, middle: middle),
      output: node.output)
  }

  private mutating func sum(_ node: Node) -> Bool {
    guard node.sources.count == 2 else { return false }
    for (image, correction) in [(0, 1), (1, 0)] {
      guard case .image(0)? = form(node, image) else { continue }
      let unfold: UnfoldOperation
      let source: Int
      switch form(node, correction) {
      case .unfolded(let map, let block, let order)?:
        (source, unfold) = (map, UnfoldOperation(channels: graph.imageChannels, block: block, order: order))
      case .map(let map)?:
        (source, unfold) = (map, UnfoldOperation(channels: graph.imageChannels, block: 1, order: .channelFirst))
      default: return false
      }
      guard shapes[node.sources[correction]] == shapes[node.output] else { return false }
      values.append(RowProgram.Value(layout: .planes(graph.imageChannels), denominator: 1))
      forms[node.output] = .result(values.count - 1)
      append(node, inputs: [source, 0], operation: unfold)
      return true
    }
    guard let first = map(form(node, 0)), let second = map(form(node, 1)),
      shapes[node.sources[0]] == shapes[node.sources[1]]
    else { return false }
    return emit(node, inputs: [first, second], operation: AddOperation(), output: node.output)
  }

  // MARK: Convolutions

  private mutating func convolution(_ node: Node, _ window: Window) -> Bool {
    guard let weights = weights(node) else { return false }
    var source = form(node, 0)
    if case .image(let middle)? = source {
      // The first convolution at full resolution reads planes: they become a map first.
      guard let place = mapOfImage(node, middle: middle) else { return false }
      source = .map(place)
    }
    if isDepthwise(window, weights), let maps = maps(source), isFollowedByPointwise(node) {
      forms[node.output] = .depthwise(weights, of: maps)
      return true
    }
    guard window.groups == 1, window.padBefore == window.padAfter, window.padBefore == middle(weights.kernel),
      [1, 3].contains(weights.kernel.vertical), weights.kernel.vertical == weights.kernel.horizontal
    else { return false }
    if case .depthwise(let depthwise, let inputs)? = source {
      guard weights.kernel.vertical == 1, window.strides == Pair(vertical: 1, horizontal: 1) else { return false }
      let (output, hasReLU, _) = tail(of: node, mayAdd: false)
      guard
        let operation = SeparableConvolution(
          depthwise: depthwise, pointwise: weights, channels: inputs.map(channels), hasReLU: hasReLU, kernels: kernels)
      else { return false }
      return emit(node, inputs: inputs, operation: operation, output: output)
    }
    guard let inputs = maps(source) else { return false }
    let isWinograd =
      weights.kernel.vertical == 3 && window.strides == Pair(vertical: 1, horizontal: 1) && inputs.count == 1
    let (output, hasReLU, residual) = tail(of: node, mayAdd: isWinograd)
    if isWinograd {
      guard let operation = WinogradConvolution(weights, hasReLU: hasReLU, kernels: kernels) else { return false }
      return emit(node, inputs: inputs + (residual.map { [$0] } ?? []), operation: operation, output: output)
    }
    guard weights.kernel.vertical * inputs.count <= DirectConvolution.mostSegments,
      let operation = DirectConvolution(
        weights, channels: inputs.map(channels), strides: window.strides, hasReLU: hasReLU, kernels: kernels)
    else { return false }
    return emit(node, inputs: inputs, operation: operation, output: output)
  }

  private mutating func doubling(_ node: Node, _ window: Window) -> Bool {
    let (none, two) = (Pair(vertical: 0, horizontal: 0), Pair(vertical: 2, horizontal: 2))
    guard let constant = node.input(1).flatMap({ graph.constants[$0] }), let values = constant.floats,
      Array(constant.shape.suffix(2)) == [2, 2], window.strides == two, window.padBefore == none,
      window.padAfter == none, window.outputPadding == none, window.groups == 1, let source = map(form(node, 0))
    else { return false }
    let (output, hasReLU, _) = tail(of: node, mayAdd: false)
    guard
      let operation = DoublingConvolution(
        channels: constant.shape[0], outputs: constant.shape[1], values: Array(values.all), bias: bias(node),
        hasReLU: hasReLU, kernels: kernels)
    else { return false }
    return emit(node, inputs: [source], operation: operation, output: output)
  }

  /// What follows a convolution and can be part of it: an addition of a map that is there already, then a ReLU.
  private mutating func tail(of node: Node, mayAdd: Bool) -> (output: ValueID, hasReLU: Bool, residual: Int?) {
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
    if let next = onlyReader(output), graph.nodes[next].operation == .relu {
      isDone[next] = true
      return (graph.nodes[next].output, true, residual)
    }
    return (output, false, residual)
  }

  // MARK: Looking around

  private func form(_ node: Node, _ index: Int) -> Form? { node.input(index).flatMap { forms[$0] } }

  private func map(_ form: Form?) -> Int? {
    guard case .map(let place)? = form else { return nil }
    return place
  }

  private func maps(_ form: Form?) -> [Int]? {
    switch form {
    case .map(let place)?: [place]
    case .joined(let places)?: places
    default: nil
    }
  }

  private func onlyReader(_ value: ValueID) -> Int? {
    guard let all = readers[value], all.count == 1, all[0] >= 0 else { return nil }
    return all[0]
  }

  private func isFollowedByPointwise(_ node: Node) -> Bool {
    guard let next = onlyReader(node.output), case .conv(let window) = graph.nodes[next].operation else { return false }
    return window.groups == 1 && weights(graph.nodes[next])?.kernel == Pair(vertical: 1, horizontal: 1)
  }

  private func isDepthwise(_ window: Window, _ weights: ConvolutionWeights) -> Bool {
    let one = Pair(vertical: 1, horizontal: 1)
    return window.groups > 1 && window.groups == weights.outputs && weights.inputs == 1 && weights.bias == nil
      && weights.kernel == Pair(vertical: 3, horizontal: 3) && window.strides == one && window.padBefore == one
      && window.padAfter == one
  }

  private func middle(_ kernel: Pair) -> Pair {
    Pair(vertical: kernel.vertical / 2, horizontal: kernel.horizontal / 2)
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

  /// Channels of a map, without the zeros behind them.
  private var channelCounts: [Int: Int] = [:]
  private func channels(_ place: Int) -> Int { channelCounts[place] ?? 0 }

  /// The image's pixels per sample of a map, if its shape is nothing but that.
  private func denominator(_ value: ValueID) -> Int? {
    guard let shape = shapes[value], shape.count == 4,
      case .spatial(.vertical, let vertical, 0) = shape[2], case .spatial(.horizontal, let horizontal, 0) = shape[3],
      vertical == horizontal, vertical.numerator == 1
    else { return nil }
    return vertical.denominator
  }

  // MARK: Writing steps

  private mutating func mapOfImage(_ node: Node, middle: Float) -> Int? {
    values.append(
      RowProgram.Value(
        layout: .features(depth: KernelSet.depth(channels: graph.imageChannels)), denominator: 1))
    let place = values.count - 1
    channelCounts[place] = graph.imageChannels
    steps.append(
      RowProgram.Step(
        name: node.name, inputs: [0], output: place,
        operation: FoldOperation(channels: graph.imageChannels, block: 1, middle: middle), costs: [],
        targets: TargetSet()))
    return place
  }

  private mutating func emit(_ node: Node, inputs: [Int], operation: any RowOperation, output: ValueID) -> Bool {
    guard let denominator = denominator(output), let channels = shapes[output]?[1].fixed else { return false }
    values.append(
      RowProgram.Value(layout: .features(depth: KernelSet.depth(channels: channels)), denominator: denominator))
    channelCounts[values.count - 1] = channels
    forms[output] = .map(values.count - 1)
    append(node, inputs: inputs, operation: operation)
    return true
  }

  private mutating func append(_ node: Node, inputs: [Int], operation: any RowOperation) {
    var costs = [Cost.of(node, shapes: shapes)]
    if case .depthwise? = form(node, 0), let source = node.input(0),
      let before = graph.nodes.first(where: { $0.output == source })
    {
      costs.append(Cost.of(before, shapes: shapes))
    }
    steps.append(
      RowProgram.Step(
        name: node.name, inputs: inputs, output: values.count - 1, operation: operation, costs: costs,
        targets: TargetSet()))
  }

  /// Notes for every step which outputs need it, and leaves out those that none does.
  private func mark(_ program: inout RowProgram, _ plan: Plan) {
    var needs: [Int: TargetSet] = [:]
    for (index, target) in plan.targets.enumerated() {
      if let value = program.outputs[target] { needs[value, default: TargetSet()].insert(index) }
    }
    for index in program.steps.indices.reversed() {
      let set = needs[program.steps[index].output] ?? TargetSet()
      program.steps[index].targets = set
      for input in program.steps[index].inputs { needs[input, default: TargetSet()].formUnion(set) }
    }
    program.steps.removeAll { $0.targets.isEmpty }
  }
}
