import Inference
import Testing

/// Random networks of what the fast engine runs, held against the reference path.
@Suite("Random networks of the fast engine")
struct RandomChainTests {
  @Test(arguments: Engine.all.filter { $0.kernels != nil })
  func equalsReference(_ engine: Engine) throws {
    for seed in 0..<60 {
      var network = RandomChain(seed: UInt64(seed))
      let bytes = network.bytes()
      let (fast, plain) = (try Model(onnx: bytes, kernels: engine.kernels), try Model(onnx: bytes, kernels: nil))
      #expect(fast.isFast && !plain.isFast, "\(seed)")
      for (height, width) in [(4, 4), (20, 36), (64, 12)] {
        let image = Fixture.noise(3, height, width, seed: UInt64(seed))
        let result = try Session(model: fast, image: image, threads: 2).exit(1)
        let expected = try Session(model: plain, image: image).exit(1)
        #expect(Fixture.largestDifference(result, expected) < 5e-5, "\(seed), \(width)x\(height)")
      }
    }
  }
}

/// image, perhaps folded -> convolutions of all kinds, rectified, added and joined -> exit_1.
private struct RandomChain {
  private typealias Map = (name: String, channels: Int)

  private var random: SplitMix
  private var model = TestModel()
  private var maps: [Map] = []
  private var count = 0

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  mutating func bytes() -> [UInt8] {
    let isFolded = chance()
    if isFolded {
      maps = [(add("SpaceToDepth", ["image"], [("blocksize", .integer(2))]), 12)]
    } else {
      maps = [("image", 3)]
    }
    maps = [convolved([maps[0]], outputs: pick(1...20), kernel: 3)]
    for _ in 0..<pick(1...5) { maps.append(block(of: maps[maps.count - 1])) }
    var correction = convolved([maps[maps.count - 1]], outputs: isFolded ? 12 : 3, kernel: 3, isRectified: false).name
    if isFolded {
      let mode = chance() ? "DCR" : "CRD"
      correction = add("DepthToSpace", [correction], [("blocksize", .integer(2)), ("mode", .string(mode))])
    }
    _ = add("Add", chance() ? ["image", correction] : [correction, "image"])
    model.nodes[model.nodes.count - 1].output = "exit_1"
    return model.bytes
  }

  private mutating func block(of last: Map) -> Map {
    switch pick(0...5) {
    case 0: return convolved([last], outputs: pick(1...20), kernel: 3)
    case 1: return convolved([last], outputs: pick(1...20), kernel: 1)
    case 2:
      let inner = convolved([last], outputs: pick(1...20), kernel: 3)
      return convolved([inner], outputs: last.channels, kernel: 3, isRectified: chance(), plus: last)
    case 3 where maps.count > 1:
      return convolved([maps[maps.count - 2], last], outputs: pick(1...20), kernel: chance() ? 1 : 3)
    case 4:
      let weights = weights([last.channels, 1, 3, 3])
      let deep = add(
        "Conv", [last.name, weights], [("group", .integer(last.channels)), ("pads", .integers([1, 1, 1, 1]))])
      return convolved([(deep, last.channels)], outputs: pick(1...20), kernel: 1)
    default:
      let half = convolved([last], outputs: pick(1...20), kernel: 3, stride: 2)
      let isAdded = chance()
      let outputs = isAdded ? last.channels : pick(1...20)
      let inputs = [half.name, weights([half.channels, outputs, 2, 2]), weights([outputs])]
      let up = add("ConvTranspose", inputs, [("strides", .integers([2, 2]))])
      guard isAdded else { return (rectified(up), outputs) }
      let sum = add("Add", chance() ? [up, last.name] : [last.name, up])
      return (chance() ? rectified(sum) : sum, outputs)
    }
  }

  private mutating func convolved(
    _ sources: [Map], outputs: Int, kernel: Int, stride: Int = 1, isRectified: Bool = true, plus residual: Map? = nil
  ) -> Map {
    let channels = sources.reduce(0) { $0 + $1.channels }
    let source =
      sources.count == 1 ? sources[0].name : add("Concat", sources.map(\.name), [("axis", .integer(1))])
    let pads = [Int](repeating: kernel / 2, count: 4)
    var name = add(
      "Conv", [source, weights([outputs, channels, kernel, kernel])] + (chance() ? [weights([outputs])] : []),
      [("pads", .integers(pads)), ("strides", .integers([stride, stride]))])
    if let residual { name = add("Add", chance() ? [name, residual.name] : [residual.name, name]) }
    return (isRectified ? rectified(name) : name, outputs)
  }

  private mutating func rectified(_ name: String) -> String {
    guard chance() else { return add("Relu", [name]) }
    // Of -1 come absolute values.
    let (weight, slope) = chance() ? ("slope", Float(0.1)) : ("minus_one", -1)
    model.weights[weight] = .init(dims: [1], values: [slope])
    return add("PRelu", [name, weight])
  }

  private mutating func add(
    _ type: String, _ inputs: [String], _ attributes: [(name: String, value: TestModel.Attribute)] = []
  ) -> String {
    count += 1
    model.nodes.append(.init(type: type, inputs: inputs, output: "v\(count)", attributes: attributes))
    return "v\(count)"
  }

  /// Uniform numbers that keep what they are multiplied with at its size.
  private mutating func weights(_ dims: [Int]) -> String {
    let name = "w\(model.weights.count)"
    let reach = (3 / Float(max(1, dims.dropFirst().reduce(1, *)))).squareRoot()
    model.weights[name] = .init(
      dims: dims, values: (0..<dims.reduce(1, *)).map { _ in Float.random(in: -reach...reach, using: &random) })
    return name
  }

  private mutating func pick(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &random) }
  private mutating func chance() -> Bool { .random(using: &random) }
}
