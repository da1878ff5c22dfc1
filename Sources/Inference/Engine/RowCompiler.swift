/// Makes a row program of a graph, fusing what belongs together: rectifier, residual and bias into convolutions, depthwise
/// into pointwise, Concat into what reads it, shuffles into the ends.
struct RowCompiler {
  /// What a value of the graph is to the program; some are never stored.
  enum Form {
    /// Some planes of the image, a constant subtracted.
    case image(Range<Int>, minus: Float)
    case map(Int)
    case joined([Int])
    case depthwise(ConvolutionWeights, of: [Int])
    /// Planes side by side, each part of them a map unfolded.
    case unfolded([(map: Int, part: UnfoldOperation.Part)])
    case difference(Int, Int)
    /// Two factors, each a map or a difference of two.
    case product([[Int]])
    case result(Int)
  }

  let graph: Graph
  let shapes: [ValueID: [Dimension]]
  let kernels: KernelSet
  private var readers: [ValueID: [Int]] = [:]
  var forms: [ValueID: Form] = [:]
  /// The costs of nodes that become part of what reads them.
  private var absorbed: [ValueID: [Cost]] = [:]
  var values: [RowProgram.Value] = []
  private var steps: [RowProgram.Step] = []
  var isDone: [Bool]
  var vectors: VectorCompiler
  var memory = WeightMemory()

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
    vectors = VectorCompiler(graph: graph, shapes: shapes)
    isDone = graph.nodes.map { _ in false }
    for (index, node) in graph.nodes.enumerated() {
      for source in node.sources { readers[source, default: []].append(index) }
    }
  }

  private mutating func run(_ plan: Plan) -> RowProgram? {
    forms[graph.image] = .image(planes, minus: 0)
    values = [RowProgram.Value(layout: .planes(graph.imageChannels), denominator: 1)]
    // What an output shows must not vanish in another operation.
    for value in plan.outputs.values { readers[value, default: []].append(-1) }
    for index in graph.nodes.indices where !isDone[index] {
      guard compile(index) else { return nil }
    }
    var outputs: [Target: Int] = [:]
    var estimates: [Target: VectorProgram] = [:]
    for (target, value) in plan.outputs {
      if target.gainIndex != nil {
        guard let estimate = vectors.program(for: value) else { return nil }
        estimates[target] = estimate
        continue
      }
      guard case .result(let place)? = forms[value] else { return nil }
      outputs[target] = place
    }
    var program = RowProgram(
      kernels: kernels, values: values, steps: steps, outputs: outputs, estimates: estimates)
    mark(&program, plan)
    return program
  }

  private mutating func compile(_ index: Int) -> Bool {
    let node = graph.nodes[index]
    isDone[index] = true
    switch node.operation {
    case .globalAveragePool: return pooling(node)
    case .reduceMean(let axes?, _) where Set(axes.map { $0 < 0 ? $0 + 4 : $0 }) == [2, 3]: return pooling(node)
    case _ where vectors.isVector(node.output): vectors.add(node)
    case .sub where map(form(node, 0)) != nil: return difference(node)
    case .mul: return product(node)
    case .sub:
      guard case .image(let planes, 0)? = form(node, 0), let constant = node.input(1).flatMap({ graph.constants[$0] }),
        let numbers = constant.floats, numbers.count == 1
      else { return false }
      forms[node.output] = .image(planes, minus: numbers.all[0])
    case .spaceToDepth(let block):
      guard case .image(let planes, let middle)? = form(node, 0) else { return false }
      return fold(node, planes: planes, block: block, middle: middle)
    case .conv(let window): return convolution(node, window)
    case .convTranspose(let window): return doubling(node, window)
    case .concat(axis: 1), .concat(axis: -3): return join(node)
    case .depthToSpace(let block, let order):
      guard let source = map(form(node, 0)) else { return false }
      let planes = 0..<channels(source) / (block * block)
      forms[node.output] = .unfolded([(source, UnfoldOperation.Part(planes: planes, block: block, order: order))])
    case .add: return sum(node)
    default: return false
    }
    return true
  }

  // MARK: The ends

  var planes: Range<Int> { 0..<graph.imageChannels }

  private mutating func fold(_ node: Node, planes: Range<Int>, block: Int, middle: Float) -> Bool {
    emit(
      node, inputs: [0], operation: FoldOperation(planes: planes, block: block, middle: middle), output: node.output)
  }

  private mutating func join(_ node: Node) -> Bool {
    let maps = node.sources.compactMap { map(forms[$0]) }
    if maps.count == node.sources.count {
      forms[node.output] = .joined(maps)
      return true
    }
    var joined: [(map: Int, part: UnfoldOperation.Part)] = []
    for source in node.sources {
      guard case .unfolded(let parts)? = forms[source] else { return false }
      let first = joined.last?.part.planes.upperBound ?? 0
      joined += parts.map { map, part in
        let planes = first + part.planes.lowerBound..<first + part.planes.upperBound
        return (map, UnfoldOperation.Part(planes: planes, block: part.block, order: part.order))
      }
    }
    forms[node.output] = .unfolded(joined)
    return true
  }

  private mutating func sum(_ node: Node) -> Bool {
    guard node.sources.count == 2 else { return false }
    for (image, correction) in [(0, 1), (1, 0)] {
      guard case .image(planes, 0)? = form(node, image) else { continue }
      var parts: [(map: Int, part: UnfoldOperation.Part)]
      switch form(node, correction) {
      case .unfolded(let all)?: parts = all
      case .map(let map)?: parts = [(map, UnfoldOperation.Part(planes: planes, block: 1, order: .channelFirst))]
      default: return false
      }
      guard shapes[node.sources[correction]] == shapes[node.output] else { return false }
      values.append(RowProgram.Value(layout: .planes(graph.imageChannels), denominator: 1))
      forms[node.output] = .result(values.count - 1)
      append(node, inputs: parts.map(\.map) + [0], operation: UnfoldOperation(parts: parts.map(\.part)))
      return true
    }
    guard let first = map(form(node, 0)), let second = map(form(node, 1)),
      shapes[node.sources[0]] == shapes[node.sources[1]]
    else { return false }
    return emit(node, inputs: [first, second], operation: AddOperation(), output: node.output)
  }

  // MARK: Looking around

  func form(_ node: Node, _ index: Int) -> Form? { node.input(index).flatMap { forms[$0] } }

  func map(_ form: Form?) -> Int? {
    guard case .map(let place)? = form else { return nil }
    return place
  }

  func maps(_ form: Form?) -> [Int]? {
    switch form {
    case .map(let place)?: [place]
    case .joined(let places)?: places
    default: nil
    }
  }

  func onlyReader(_ value: ValueID) -> Int? {
    guard let all = readers[value], all.count == 1, all[0] >= 0 else { return nil }
    return all[0]
  }

  /// Channels of a map, without the zeros behind them.
  private var channelCounts: [Int: Int] = [:]
  func channels(_ place: Int) -> Int { channelCounts[place] ?? 0 }

  /// The image's pixels per sample of a map, if its shape is nothing but that.
  func denominator(_ value: ValueID) -> Int? {
    guard let shape = shapes[value], shape.count == 4,
      case .spatial(.vertical, let vertical, 0) = shape[2], case .spatial(.horizontal, let horizontal, 0) = shape[3],
      vertical == horizontal, vertical.numerator == 1
    else { return nil }
    return vertical.denominator
  }

  // MARK: Writing steps

  mutating func mapOfImage(_ node: Node, middle: Float) -> Int? {
    values.append(
      RowProgram.Value(
        layout: .features(depth: KernelSet.depth(channels: graph.imageChannels)), denominator: 1))
    let place = values.count - 1
    channelCounts[place] = graph.imageChannels
    steps.append(
      RowProgram.Step(
        name: node.name, inputs: [0], output: place,
        operation: FoldOperation(planes: planes, block: 1, middle: middle), costs: [],
        targets: TargetSet()))
    return place
  }

  mutating func emit(_ node: Node, inputs: [Int], operation: any RowOperation, output: ValueID) -> Bool {
    guard let denominator = denominator(output), let channels = shapes[output]?[1].fixed else { return false }
    values.append(
      RowProgram.Value(layout: .features(depth: KernelSet.depth(channels: channels)), denominator: denominator))
    channelCounts[values.count - 1] = channels
    forms[output] = .map(values.count - 1)
    append(node, inputs: inputs, operation: operation)
    return true
  }

  mutating func append(_ node: Node, inputs: [Int], operation: any RowOperation) {
    steps.append(
      RowProgram.Step(
        name: node.name, inputs: inputs, output: values.count - 1, operation: operation, costs: costs(of: node),
        targets: TargetSet()))
  }

  /// Makes a node part of what reads it.
  mutating func absorb(_ node: Node) { absorbed[node.output] = costs(of: node) }

  /// Of a node and of all that became part of it.
  private func costs(of node: Node) -> [Cost] {
    [Cost.of(node, shapes: shapes)] + node.sources.flatMap { absorbed[$0] ?? [] }
  }

  /// Notes for every step which outputs need it, and leaves out those that none does.
  private func mark(_ program: inout RowProgram, _ plan: Plan) {
    var needs: [Int: TargetSet] = [:]
    for (index, target) in plan.targets.enumerated() {
      for value in program.values(of: target) { needs[value, default: TargetSet()].insert(index) }
    }
    for index in program.steps.indices.reversed() {
      let set = needs[program.steps[index].output] ?? TargetSet()
      program.steps[index].targets = set
      for input in program.steps[index].inputs { needs[input, default: TargetSet()].formUnion(set) }
    }
    program.steps.removeAll { $0.targets.isEmpty }
  }
}
