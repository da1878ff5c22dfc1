import Inference
import Testing

/// Graphs as others might write them, held against the reference path.
@Suite("Graphs that the exporter doesn't write")
struct ForeignGraphTests {
  private static let engines = Engine.all.filter { $0.kernels != nil }

  @Test("What is chosen from chosen planes are planes of the image", arguments: engines)
  func choosesTwice(_ engine: Engine) throws {
    var graph = ForeignGraph(channels: 3)
    let chroma = graph.convolved("image", "chroma", dims: [2, 3, 1, 1], values: [0, 1, 0, 0, 0, 1])
    let first = graph.convolved(chroma, "first", dims: [1, 2, 1, 1], values: [1, 0])
    graph.finish(folded(first, channels: 1, block: 2, outputs: 3, in: &graph))
    try expectEqualToReference(graph, on: engine, isFast: true)
  }

  @Test("Channels that groups choose are no neighbours", arguments: engines)
  func choosesInGroups(_ engine: Engine) throws {
    var graph = ForeignGraph(channels: 4)
    // The first of the first two, the last of the last two.
    let outer = graph.convolved("image", "outer", dims: [2, 2, 1, 1], values: [1, 0, 0, 1], groups: 2)
    graph.finish(folded(outer, channels: 2, block: 2, outputs: 4, in: &graph))
    try expectEqualToReference(graph, on: engine, isFast: false)
  }

  @Test("Planes may unfold from blocks of which none divides the other", arguments: engines)
  func unfoldsUnlikeBlocks(_ engine: Engine) throws {
    var graph = ForeignGraph(channels: 3)
    let planes = [(block: 2, count: 1), (block: 3, count: 2)].map { block, count in
      folded("image", channels: 3, block: block, outputs: count, in: &graph)
    }
    graph.finish(graph.add("Concat", planes, [("axis", .integer(1))]))
    try expectEqualToReference(graph, on: engine, isFast: true)
  }

  /// Blocks of planes as channels, a convolution, and its channels as blocks of planes.
  private func folded(
    _ planes: String, channels: Int, block: Int, outputs: Int, in graph: inout ForeignGraph
  ) -> String {
    let area = block * block
    let maps = graph.add("SpaceToDepth", [planes], [("blocksize", .integer(block))])
    let head = graph.convolved(maps, "head\(block)", dims: [outputs * area, channels * area, 3, 3])
    return graph.add("DepthToSpace", [head], [("blocksize", .integer(block))])
  }

  /// - Parameter isFast: Whether the fast engine is to know the graph.
  private func expectEqualToReference(_ graph: ForeignGraph, on engine: Engine, isFast: Bool) throws {
    let bytes = graph.bytes
    let (fast, plain) = (try Model(onnx: bytes, kernels: engine.kernels), try Model(onnx: bytes, kernels: nil))
    #expect(fast.isFast == isFast)
    for (height, width) in [(1, 1), (12, 18), (31, 45), (14, 1700)] {
      let image = Fixture.noise(graph.channels, height, width)
      let session = try Session(model: fast, image: image, threads: 2)
      let expected = try Session(model: plain, image: image)
      let difference = try Fixture.largestDifference(session.exit(1), expected.exit(1))
      #expect(difference < 5e-5, "\(width)x\(height)")
      #expect(session.macsRun == expected.macsRun)
    }
  }
}

/// image -> nodes -> what is added to the image: exit_1.
private struct ForeignGraph {
  let channels: Int
  private var model = TestModel()
  private var random = SplitMix(seed: 3)

  init(channels: Int) {
    self.channels = channels
    model.inputs = [("image", [1, channels, nil, nil])]
  }

  var bytes: [UInt8] { model.bytes }

  mutating func add(
    _ type: String, _ inputs: [String], _ attributes: [(name: String, value: TestModel.Attribute)] = []
  ) -> String {
    let output = "v\(model.nodes.count)"
    model.nodes.append(.init(type: type, inputs: inputs, output: output, attributes: attributes))
    return output
  }

  /// - Parameter values: Nil: random ones that keep what they are multiplied with at its size.
  mutating func convolved(
    _ input: String, _ weights: String, dims: [Int], values: [Float]? = nil, groups: Int = 1
  ) -> String {
    let reach = (3 / Float(dims.dropFirst().reduce(1, *))).squareRoot()
    let numbers = values ?? (0..<dims.reduce(1, *)).map { _ in Float.random(in: -reach...reach, using: &random) }
    model.weights[weights] = .init(dims: dims, values: numbers)
    let pads = [Int](repeating: dims[2] / 2, count: 4)
    return add("Conv", [input, weights], [("group", .integer(groups)), ("pads", .integers(pads))])
  }

  mutating func finish(_ correction: String) {
    _ = add("Add", ["image", correction])
    model.nodes[model.nodes.count - 1].output = "exit_1"
  }
}
