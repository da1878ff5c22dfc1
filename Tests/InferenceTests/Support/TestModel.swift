/// Writes small ONNX files, right or wrong ones, field by field.
struct TestModel {
  struct Node {
    var type: String
    var inputs: [String]
    var output: String
    var attributes: [(name: String, value: Attribute)] = []
    var domain = ""
  }

  enum Attribute {
    case integer(Int)
    case integers([Int])
    case string(String)
    case float(Float)
  }

  struct Weights {
    var dims: [Int]
    var values: [Float] = []
    var type = 1
    /// Instead of `values`.
    var raw: [UInt8]?
    var isExternal = false
  }

  var nodes: [Node] = []
  var weights: [String: Weights] = [:]
  var inputs: [(name: String, dims: [Int?])] = [("image", [1, 3, nil, nil])]
  var outputs = ["exit_1"]
  var operatorSet = 17
  var metadata: [String: String] = [:]

  /// image -> 3x3 convolution -> exit_1, to be changed into what a test needs.
  static func small(_ change: (inout TestModel) -> Void = { _ in }) -> [UInt8] {
    var model = TestModel()
    model.weights["w"] = Weights(dims: [3, 3, 3, 3], values: (0..<81).map { Float($0) / 1000 })
    model.nodes = [
      Node(type: "Conv", inputs: ["image", "w"], output: "exit_1", attributes: [("pads", .integers([1, 1, 1, 1]))])
    ]
    change(&model)
    return model.bytes
  }

  var bytes: [UInt8] {
    var graph = Message()
    for node in nodes { graph.message(1, Self.encode(node)) }
    graph.string(2, "test")
    for (name, tensor) in weights.sorted(by: { $0.key < $1.key }) { graph.message(5, Self.encode(tensor, name)) }
    for input in inputs { graph.message(11, Self.encode(input)) }
    for output in outputs { graph.message(12, Self.encode((output, []))) }
    var set = Message()
    set.integer(2, operatorSet)
    var model = Message()
    model.integer(1, 8)
    model.message(7, graph)
    model.message(8, set)
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      var entry = Message()
      entry.string(1, key)
      entry.string(2, value)
      model.message(14, entry)
    }
    return model.bytes
  }

  private static func encode(_ node: Node) -> Message {
    var message = Message()
    for input in node.inputs { message.string(1, input) }
    message.string(2, node.output)
    message.string(3, "node_\(node.output)")
    message.string(4, node.type)
    for (name, value) in node.attributes {
      var attribute = Message()
      attribute.string(1, name)
      switch value {
      case .integer(let number):
        attribute.integer(3, number)
        attribute.integer(20, 2)
      case .integers(let numbers):
        for number in numbers { attribute.integer(8, number) }
        attribute.integer(20, 7)
      case .string(let text):
        attribute.string(4, text)
        attribute.integer(20, 3)
      case .float(let number):
        attribute.fixed(2, number)
        attribute.integer(20, 1)
      }
      message.message(5, attribute)
    }
    message.string(7, node.domain)
    return message
  }

  private static func encode(_ tensor: Weights, _ name: String) -> Message {
    var message = Message()
    for size in tensor.dims { message.integer(1, size) }
    message.integer(2, tensor.type)
    message.string(8, name)
    if tensor.type == 7 {
      for value in tensor.values { message.integer(7, Int(value)) }
    } else if let raw = tensor.raw {
      message.data(9, raw)
    } else {
      message.data(9, tensor.values.flatMap { value in (0..<4).map { UInt8(value.bitPattern >> ($0 * 8) & 255) } })
    }
    if tensor.isExternal { message.integer(14, 1) }
    return message
  }

  private static func encode(_ info: (name: String, dims: [Int?])) -> Message {
    var shape = Message()
    for size in info.dims {
      var dimension = Message()
      if let size { dimension.integer(1, size) } else { dimension.string(2, "free") }
      shape.message(1, dimension)
    }
    var tensor = Message()
    tensor.integer(1, 1)
    tensor.message(2, shape)
    var type = Message()
    type.message(1, tensor)
    var message = Message()
    message.string(1, info.name)
    message.message(2, type)
    return message
  }
}

/// A protocol buffers message under construction.
private struct Message {
  var bytes: [UInt8] = []

  mutating func integer(_ field: Int, _ value: Int) {
    varint(UInt64(field) << 3)
    varint(UInt64(bitPattern: Int64(value)))
  }

  mutating func fixed(_ field: Int, _ value: Float) {
    varint(UInt64(field) << 3 | 5)
    bytes += (0..<4).map { UInt8(value.bitPattern >> ($0 * 8) & 255) }
  }

  mutating func data(_ field: Int, _ value: [UInt8]) {
    varint(UInt64(field) << 3 | 2)
    varint(UInt64(value.count))
    bytes += value
  }

  mutating func string(_ field: Int, _ value: String) { data(field, Array(value.utf8)) }
  mutating func message(_ field: Int, _ value: Message) { data(field, value.bytes) }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 128 {
      bytes.append(UInt8(rest & 127 | 128))
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
