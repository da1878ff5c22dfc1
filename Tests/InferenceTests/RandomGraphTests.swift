import Inference
import Testing

/// Random networks of all operators, right ones and wrong ones: refused, or run to a number.
@Suite("Random networks")
struct RandomGraphTests {
  @Test func refusedOrRun() throws {
    var accepted = 0
    for seed in 0..<1500 {
      var random = RandomGraph(seed: UInt64(seed))
      guard let model = try? Model(onnx: random.bytes()) else { continue }
      accepted += 1
      for (height, width) in [(1, 1), (5, 18)] {
        let image = Fixture.noise(3, height, width)
        guard let session = try? Session(model: model, image: image) else { continue }
        _ = try session.gain(0)
        #expect(try session.exit(1) == image)
        #expect(session.memory.live == 0)
      }
    }
    #expect(accepted > 300, "the generator should not be refused most of the time")
  }
}

/// image -> up to eight random nodes -> one number gain_0; exit_1 is the image.
private struct RandomGraph {
  private var random: SplitMix
  private var model = TestModel()
  private var values: [(name: String, channels: Int)] = [("image", 3)]

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  mutating func bytes() -> [UInt8] {
    for _ in 0..<pick(1...8) { addNode() }
    let last = values[values.count - 1]
    model.nodes.append(.init(type: "GlobalAveragePool", inputs: [last.name], output: "pooled"))
    model.nodes.append(
      .init(type: "ReduceMean", inputs: ["pooled"], output: "gain_0", attributes: [("axes", .integers([1]))]))
    model.nodes.append(.init(type: "Relu", inputs: ["image"], output: "exit_1"))
    model.outputs = ["exit_1", "gain_0"]
    return model.bytes
  }

  private mutating func pick(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &random) }

  private mutating func source() -> (name: String, channels: Int) {
    values[pick(max(0, values.count - 2)...values.count - 1)]
  }

  /// Now and then a number that does not belong there.
  private mutating func odd(_ value: Int) -> Int {
    pick(0...150) == 0 ? [0, -1, 1 << 31, .max, .min, 3, 1000].randomElement(using: &random) ?? 0 : value
  }

  private mutating func weights(_ dims: [Int]) -> String {
    let name = "w\(model.weights.count)"
    let count = dims.reduce(1, *)
    model.weights[name] = .init(
      dims: dims, values: (0..<count).map { _ in Float.random(in: -0.3...0.3, using: &random) })
    return name
  }

  private mutating func addNode() {
    let (name, channels) = source()
    let output = "v\(values.count)"
    switch pick(0...11) {
    case 0...2: addConvolution(name, channels, output)
    case 3: addTransposed(name, channels, output)
    case 4:
      let type = ["Relu", "Sqrt", "Sigmoid", "Clip"][pick(0...3)]
      add(.init(type: type, inputs: [name], output: output), channels)
    case 5, 6:
      let type = ["Add", "Sub", "Mul", "PRelu"][pick(0...3)]
      let constant = weights([[channels, 1, 1], [1], [1, channels, 1, 1], [1, 1]][pick(0...3)])
      let other = pick(0...1) == 0 ? constant : source().name
      let inputs = pick(0...5) == 0 ? [other, name] : [name, other]
      add(.init(type: type, inputs: inputs, output: output), channels)
    case 7:
      let other = source()
      add(
        .init(
          type: "Concat", inputs: [name, other.name], output: output, attributes: [("axis", .integer(odd(1)))]),
        channels + other.channels)
    case 8:
      let block = pick(1...3)
      add(
        .init(type: "SpaceToDepth", inputs: [name], output: output, attributes: [("blocksize", .integer(odd(block)))]),
        channels * block * block)
    case 9:
      let block = channels % 4 == 0 ? 2 : channels % 9 == 0 ? 3 : 1
      let mode = ["DCR", "CRD"][pick(0...1)]
      add(
        .init(
          type: "DepthToSpace", inputs: [name], output: output,
          attributes: [("blocksize", .integer(odd(block))), ("mode", .string(mode))]),
        channels / (block * block))
    case 10:
      let axes = [[2, 3], [1], [-1], [2], [3, 1]][pick(0...4)]
      add(
        .init(type: "ReduceMean", inputs: [name], output: output, attributes: [("axes", .integers(axes))]),
        axes == [1] ? 1 : channels)
    default: addGate(name, channels, output)
    }
  }

  private mutating func add(_ node: TestModel.Node, _ channels: Int) {
    model.nodes.append(node)
    values.append((node.output, channels))
  }

  private mutating func addConvolution(_ name: String, _ channels: Int, _ output: String) {
    let groups = [1, 1, channels, channels % 2 == 0 ? 2 : 1][pick(0...3)]
    let outputs = groups * pick(1...3)
    let (height, width) = (pick(1...5), pick(1...4))
    let inputs = [name, weights([outputs, channels / groups, height, width])]
    add(
      .init(
        type: "Conv", inputs: pick(0...1) == 0 ? inputs : inputs + [weights([outputs])], output: output,
        attributes: [
          ("group", .integer(odd(groups))), ("strides", .integers([odd(pick(1...3)), pick(1...2)])),
          (
            "pads",
            .integers([pick(0...height - 1), pick(0...width - 1), odd(pick(0...height - 1)), pick(0...width - 1)])
          ),
        ]), outputs)
  }

  private mutating func addTransposed(_ name: String, _ channels: Int, _ output: String) {
    let groups = channels % 2 == 0 ? pick(1...2) : 1
    let outputs = pick(1...3)
    let (height, width, stride) = (pick(1...4), pick(1...4), pick(1...3))
    add(
      .init(
        type: "ConvTranspose", inputs: [name, weights([channels, outputs, height, width])], output: output,
        attributes: [
          ("group", .integer(odd(groups))), ("strides", .integers([stride, odd(stride)])),
          ("pads", .integers([pick(0...height - 1), odd(0), 0, pick(0...width - 1)])),
          ("output_padding", .integers([pick(0...stride - 1), 0])),
        ]), outputs * groups)
  }

  private mutating func addGate(_ name: String, _ channels: Int, _ output: String) {
    let matrix = weights([pick(2...4), channels])
    model.nodes.append(.init(type: "GlobalAveragePool", inputs: [name], output: "\(output)p"))
    model.nodes.append(.init(type: "Flatten", inputs: ["\(output)p"], output: "\(output)f"))
    model.nodes.append(
      .init(
        type: "Gemm", inputs: ["\(output)f", matrix, weights([1])], output: "\(output)g",
        attributes: [("transB", .integer(odd(1))), ("alpha", .float(0.5))]))
    model.nodes.append(
      .init(
        type: "Gemm", inputs: ["\(output)g", matrix], output: "\(output)h", attributes: [("transA", .integer(0))]))
    model.weights["\(output)s"] = .init(dims: [4], values: [1, Float(odd(-1) == -1 ? -1 : 7), 1, 1], type: 7)
    model.nodes.append(.init(type: "Reshape", inputs: ["\(output)h", "\(output)s"], output: "\(output)r"))
    add(.init(type: "Mul", inputs: [name, "\(output)r"], output: output), channels)
  }
}
