import Inference
import Testing

/// A wrong file, and what the message must say.
struct Refusal: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var bytes: [UInt8]
  var says: [String]

  init(_ description: String, says: [String], _ change: (inout TestModel) -> Void) {
    testDescription = description
    bytes = TestModel.small(change)
    self.says = says
  }

  static let operators: [Refusal] = [
    Refusal("operator", says: ["node_exit_1", "Softmax", "Conv, ConvTranspose"]) { $0.nodes[0].type = "Softmax" },
    Refusal("domain", says: ["node_exit_1", "com.example.Conv"]) { $0.nodes[0].domain = "com.example" },
    Refusal("operator set", says: ["18", "13 to 17"]) { $0.operatorSet = 18 },
    Refusal("old operator set", says: ["12", "13 to 17"]) { $0.operatorSet = 12 },
    Refusal("huge operator set", says: ["operator set"]) { $0.operatorSet = .max },
    Refusal("unknown attribute", says: ["node_exit_1", "Conv", "ceiling"]) {
      $0.nodes[0].attributes.append(("ceiling", .integer(1)))
    },
    Refusal("attribute twice", says: ["pads", "twice"]) {
      $0.nodes[0].attributes.append(("pads", .integers([0, 0, 0, 0])))
    },
    Refusal("attribute type", says: ["strides", "type"]) { $0.nodes[0].attributes.append(("strides", .integer(1))) },
    Refusal("dilations", says: ["node_exit_1", "dilations"]) {
      $0.nodes[0].attributes.append(("dilations", .integers([2, 2])))
    },
    Refusal("auto_pad", says: ["SAME_UPPER", "NOTSET"]) {
      $0.nodes[0].attributes = [("auto_pad", .string("SAME_UPPER"))]
    },
    Refusal("huge pads", says: ["pads", "2147483648"]) {
      $0.nodes[0].attributes = [("pads", .integers([1 << 31, 0, 0, 0]))]
    },
    Refusal("negative pads", says: ["pads", "-1"]) { $0.nodes[0].attributes = [("pads", .integers([-1, 0, 0, 0]))] },
    Refusal("three pads", says: ["pads", "3"]) { $0.nodes[0].attributes = [("pads", .integers([1, 1, 1]))] },
    Refusal("stride 0", says: ["strides", "0"]) { $0.nodes[0].attributes.append(("strides", .integers([0, 1]))) },
    Refusal("groups", says: ["group"]) { $0.nodes[0].attributes.append(("group", .integer(2))) },
    Refusal("huge groups", says: ["group", "9223372036854775807"]) {
      $0.nodes[0].attributes.append(("group", .integer(.max)))
    },
    Refusal("kernel shape", says: ["kernel_shape"]) {
      $0.nodes[0].attributes.append(("kernel_shape", .integers([5, 5])))
    },
    Refusal("block size", says: ["node_a", "DepthToSpace", "blocksize"]) {
      $0.nodes.insert(.init(type: "DepthToSpace", inputs: ["image"], output: "a"), at: 0)
    },
    Refusal("mode", says: ["XYZ", "DCR, CRD"]) {
      $0.nodes.insert(
        .init(
          type: "DepthToSpace", inputs: ["image"], output: "a",
          attributes: [("blocksize", .integer(2)), ("mode", .string("XYZ"))]), at: 0)
    },
    Refusal("flatten of an image", says: ["node_a", "Flatten", "[1, 3, H, W]"]) {
      $0.nodes.insert(.init(type: "Flatten", inputs: ["image"], output: "a"), at: 0)
    },
    Refusal("too many inputs", says: ["Relu", "2 inputs"]) {
      $0.nodes.insert(.init(type: "Relu", inputs: ["image", "image"], output: "a"), at: 0)
    },
    Refusal("computed weights", says: ["node_exit_1", "input 1", "stored"]) {
      $0.nodes[0].inputs = ["image", "image"]
    },
  ]

  static let tensors: [Refusal] = [
    Refusal("huge dimensions", says: ["tensor 'w'"]) { $0.weights["w"]?.dims = [1 << 40, 1 << 40, 3, 3] },
    Refusal("large dimensions", says: ["tensor 'w'", "81"]) { $0.weights["w"]?.dims = [1 << 31, 3, 3, 3] },
    Refusal("negative dimension", says: ["tensor 'w'", "-3"]) { $0.weights["w"]?.dims = [-3, -3, 3, 3] },
    Refusal("empty dimension", says: ["tensor 'w'"]) { $0.weights["w"] = .init(dims: [0, 3, 3, 3]) },
    Refusal("many dimensions", says: ["tensor 'w'", "81 dimensions"]) {
      $0.weights["w"]?.dims = Array(repeating: 1, count: 81)
    },
    Refusal("truncated data", says: ["tensor 'w'", "asks for 81", "holds 80"]) {
      $0.weights["w"]?.raw = Array(repeating: 0, count: 323)
    },
    Refusal("no data", says: ["tensor 'w'", "asks for 81"]) { $0.weights["w"]?.raw = [] },
    Refusal("double precision", says: ["tensor 'w'", "11", "float32"]) { $0.weights["w"]?.type = 11 },
    Refusal("integer weights", says: ["input 1", "float32"]) {
      $0.weights["w"] = .init(dims: [3, 3, 3, 3], values: Array(repeating: 1, count: 81), type: 7)
    },
    Refusal("external data", says: ["tensor 'w'", "another file"]) { $0.weights["w"]?.isExternal = true },
    Refusal("channels", says: ["node_exit_1", "[9, 1, 3, 3]", "3 channels"]) { $0.weights["w"]?.dims = [9, 1, 3, 3] },
    Refusal("weights' rank", says: ["node_exit_1", "3 dimensions"]) { $0.weights["w"]?.dims = [9, 3, 3] },
    Refusal("large kernel", says: ["node_exit_1", "81"]) { $0.weights["w"]?.dims = [1, 1, 81, 1] },
    Refusal("bias", says: ["bias [4]"]) {
      $0.weights["b"] = .init(dims: [4], values: [1, 2, 3, 4])
      $0.nodes[0].inputs.append("b")
    },
  ]

  static let graphs: [Refusal] = [
    Refusal("cycle", says: ["cycle", "node_a"]) {
      $0.nodes.append(.init(type: "Add", inputs: ["image", "b"], output: "a"))
      $0.nodes.append(.init(type: "Relu", inputs: ["a"], output: "b"))
    },
    Refusal("own input", says: ["cycle"]) { $0.nodes[0].inputs[0] = "exit_1" },
    Refusal("missing value", says: ["node_exit_1", "'nowhere'"]) { $0.nodes[0].inputs[0] = "nowhere" },
    Refusal("missing weights", says: ["node_exit_1", "'w'"]) { $0.weights = [:] },
    Refusal("duplicate value", says: ["'exit_1'", "twice"]) { $0.nodes.append($0.nodes[0]) },
    Refusal("value over weights", says: ["'w'", "twice"]) { $0.nodes[0].output = "w" },
    Refusal("missing output", says: ["'exit_2'"]) { $0.outputs = ["exit_1", "exit_2"] },
    Refusal("gap in exits", says: ["[2]", "exit_1"]) {
      $0.nodes[0].output = "exit_2"
      $0.outputs = ["exit_2"]
    },
    Refusal("no output", says: ["exit_1"]) { $0.outputs = [] },
    Refusal("output twice", says: ["'exit_1'", "twice"]) { $0.outputs = ["exit_1", "exit_1"] },
    Refusal("many outputs", says: ["1000 outputs"]) { $0.outputs = Array(repeating: "exit_1", count: 1000) },
    Refusal("shape of an exit", says: ["exit_1", "H-2"]) { $0.nodes[0].attributes = [] },
    Refusal("shape of a gain", says: ["gain_0", "one number"]) {
      $0.nodes.append(.init(type: "GlobalAveragePool", inputs: ["image"], output: "gain_0"))
      $0.outputs.append("gain_0")
    },
    Refusal("no input", says: ["input"]) { $0.inputs = [] },
    Refusal("fixed size", says: ["'image'", "64"]) { $0.inputs[0].dims = [1, 3, 64, 64] },
    Refusal("batch", says: ["'image'", "8 images"]) { $0.inputs[0].dims = [8, 3, nil, nil] },
    Refusal("channels", says: ["'image'", "channels"]) { $0.inputs[0].dims = [1, 1 << 40, nil, nil] },
    Refusal("second input", says: ["'more'"]) { $0.inputs.append(("more", [1, 4])) },
    Refusal("thousands of nodes", says: ["5000 nodes"]) { model in
      model.nodes += (0..<4999).map { .init(type: "Relu", inputs: ["image"], output: "r\($0)") }
    },
    Refusal("doubling channels", says: ["too large"]) { model in
      for index in 0..<60 {
        let source = index == 0 ? "image" : "c\(index - 1)"
        model.nodes.append(
          .init(type: "Concat", inputs: [source, source], output: "c\(index)", attributes: [("axis", .integer(1))]))
      }
    },
    Refusal("doubling size", says: ["node_u", "beyond what is supported"]) { model in
      model.weights["u"] = .init(dims: [3, 3, 2, 2], values: Array(repeating: 0, count: 36))
      for index in 0..<60 {
        model.nodes.append(
          .init(
            type: "ConvTranspose", inputs: [index == 0 ? "image" : "u\(index - 1)", "u"], output: "u\(index)",
            attributes: [("strides", .integers([2, 2]))]))
      }
    },
    Refusal("halving size", says: ["node_d", "strides"]) { model in
      for index in 0..<60 {
        model.nodes.append(
          .init(
            type: "Conv", inputs: [index == 0 ? "image" : "d\(index - 1)", "w"], output: "d\(index)",
            attributes: [("strides", .integers([2, 2])), ("pads", .integers([1, 1, 1, 1]))]))
      }
    },
  ]

  static let metadata: [Refusal] = [
    Refusal("format", says: ["rbqe.format", "'2'"]) { $0.metadata = ["rbqe.format": "2"] },
    Refusal("stride", says: ["stride", "'x'"]) { $0.metadata = ["rbqe.format": "1", "stride": "x"] },
    Refusal("receptive field", says: ["receptive_field", "1.0", "3"]) {
      $0.metadata = ["rbqe.format": "1", "receptive_field": "[1]"]
    },
    Refusal("cost", says: ["macs_per_pixel", "70", "81"]) {
      $0.metadata = ["rbqe.format": "1", "macs_per_pixel": "[70]"]
    },
    Refusal("cost of more exits", says: ["macs_per_pixel", "1 numbers"]) {
      $0.metadata = ["rbqe.format": "1", "macs_per_pixel": "[81, 81]"]
    },
    Refusal("quality range", says: ["quality_range"]) { $0.metadata = ["rbqe.format": "1", "quality_range": "90-10"] },
    Refusal("thresholds", says: ["thresholds", "1 values"]) {
      $0.metadata = [
        "rbqe.format": "1", "thresholds": #"{"assessor":{"variant":"evidence","block":8,"values":[0.5,0.6]}}"#,
      ]
    },
    Refusal("deep JSON", says: ["thresholds"]) {
      $0.metadata = ["rbqe.format": "1", "thresholds": String(repeating: "[", count: 100_000)]
    },
  ]
}

@Suite("Files that are refused, by name")
struct RefusalTests {
  @Test(arguments: Refusal.operators + Refusal.tensors + Refusal.graphs + Refusal.metadata)
  func refuses(_ refusal: Refusal) throws {
    let error = try #require(throws: ModelError.self) { try Model(onnx: refusal.bytes) }
    for text in refusal.says { #expect(error.description.contains(text), "\(error)") }
  }

  @Test func acceptsWhatTheyWereMadeFrom() throws {
    let model = try Model(onnx: TestModel.small())
    #expect(model.information.exitCount == 1)
  }

  @Test func refusesWhatIsNoModel() {
    for bytes in [[], [0], Array("\u{89}PNG\r\n".utf8), Array(repeating: 255, count: 1000)] as [[UInt8]] {
      #expect(throws: ModelError.self) { try Model(onnx: bytes) }
    }
  }
}
