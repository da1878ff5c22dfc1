/// Follows ``Reach`` through a graph, exactly: sample by sample over one period of the graph's stride.
struct ReachAnalysis {
  /// Far beyond any network of this kind; a file above it is refused instead of analysed for minutes.
  private static let maximumWork = 200_000_000

  let graph: Graph
  let shapes: [ValueID: [Dimension]]
  let stride: Int
  let axis: Axis
  private var reaches: [ValueID: Reach] = [:]
  private var work = 0

  init(graph: Graph, shapes: [ValueID: [Dimension]], stride: Int, axis: Axis) {
    self.graph = graph
    self.shapes = shapes
    self.stride = stride
    self.axis = axis
  }

  /// The reaches of all values.
  mutating func run() throws(ModelError) -> [ValueID: Reach] {
    reaches[graph.image] = .local(ranges: (0..<stride).map { $0...$0 })
    for node in graph.nodes {
      reaches[node.output] = try reach(of: node)
    }
    return reaches
  }

  private mutating func reach(of node: Node) throws(ModelError) -> Reach {
    let inputs = node.sources.map { reaches[$0] ?? .nothing }
    let joined = inputs.reduce(.nothing) { (first: Reach, second) in
      if case .local(let a) = first, case .local(let b) = second, a.count != b.count { return .everything }
      return first.union(second)
    }
    // The axis is gone, or stretched from one pooled sample.
    guard let scale = scale(of: node.output) else { return joined == .nothing ? .nothing : .everything }
    guard case .local(let ranges) = joined else { return joined }

    let period = stride / scale.denominator * scale.numerator
    work += period * window(node)
    guard work <= Self.maximumWork else { throw .graph("its strides and windows are too large to analyse") }
    let result = (0..<period).map { sample in
      // Its own place counts too: what lies outside a strip of the image is not computed there.
      let first = floorDivide(sample * scale.denominator, scale.numerator)
      let last = -floorDivide(-(sample + 1) * scale.denominator, scale.numerator) - 1
      return samples(node, for: sample).reduce(first...last) {
        Reach.hull($0, Reach.range(ranges, at: $1, stride: stride))
      }
    }
    return .local(ranges: result)
  }

  private func scale(of value: ValueID) -> Scale? {
    for case .spatial(axis, let scale, _) in shapes[value] ?? [] { return scale }
    return nil
  }

  /// The most samples of the input that one sample of the output is made of.
  private func window(_ node: Node) -> Int {
    switch node.operation {
    case .conv, .convTranspose: kernel(node)
    case .spaceToDepth(let block): block
    default: 1
    }
  }

  private func kernel(_ node: Node) -> Int {
    guard let weights = node.input(1).flatMap({ shapes[$0] }), weights.count == 4 else { return 1 }
    return weights[axis == .vertical ? 2 : 3].fixed ?? 1
  }

  /// The samples of the input that one sample of the output is made of.
  private func samples(_ node: Node, for sample: Int) -> Range<Int> {
    switch node.operation {
    case .conv(let window):
      let first = sample * window.strides[axis] - window.padBefore[axis]
      return first..<first + kernel(node)
    case .convTranspose(let window):
      let place = sample + window.padBefore[axis]
      let first = -floorDivide(-(place - kernel(node) + 1), window.strides[axis])
      return first..<max(first, floorDivide(place, window.strides[axis]) + 1)
    case .spaceToDepth(let block):
      return sample * block..<(sample + 1) * block
    case .depthToSpace(let block, _):
      let source = floorDivide(sample, block)
      return source..<source + 1
    default:
      return sample..<sample + 1
    }
  }
}
