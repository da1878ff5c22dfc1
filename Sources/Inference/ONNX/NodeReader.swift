/// Reads single nodes.
struct NodeReader {
  /// What messages call a node: its name, or else its output's.
  static func name(_ proto: Onnx_NodeProto) -> String {
    proto.name.isEmpty ? proto.output.first ?? "" : proto.name
  }

  /// The name of the only output.
  static func output(_ proto: Onnx_NodeProto) throws(ModelError) -> String {
    guard let output = proto.output.first, proto.output.count == 1 else {
      throw .node(name(proto), operator: proto.opType, problem: "\(proto.output.count) outputs; supported: 1")
    }
    return output
  }

  static func node(_ proto: Onnx_NodeProto, output: ValueID, ids: [String: ValueID]) throws(ModelError) -> Node {
    var node = Node(name: name(proto), operatorName: proto.opType, operation: .relu, inputs: [], output: output)
    for input in proto.input {
      guard !input.isEmpty else {
        node.inputs.append(nil)
        continue
      }
      guard let value = ids[input] else { throw node.error("input '\(input)' is made by no node and stored nowhere") }
      node.inputs.append(value)
    }
    while node.inputs.last == .some(nil) { node.inputs.removeLast() }
    node.operation = try OperatorReader.read(proto.attribute, of: node)
    return node
  }

  /// The value of a `Constant` node.
  static func constant(_ proto: Onnx_NodeProto) throws(ModelError) -> Constant {
    let node = Node(name: name(proto), operatorName: proto.opType, operation: .relu, inputs: [], output: 0)
    guard proto.input.isEmpty, proto.attribute.count == 1 else {
      throw node.error("\(proto.input.count) inputs, \(proto.attribute.count) attributes; supported: 0 and 1")
    }
    var reader = try AttributeReader(proto.attribute, node: node)
    var tensor = Onnx_TensorProto()
    if let stored = try reader.tensor("value") {
      tensor = stored
    } else if let value = try reader.float("value_float") {
      (tensor.dataType, tensor.floatData) = (1, [value])
    } else if let values = try reader.floats("value_floats") {
      (tensor.dataType, tensor.dims, tensor.floatData) = (1, [Int64(values.count)], values)
    } else if let value = try reader.integer("value_int", in: Int.min...Int.max) {
      (tensor.dataType, tensor.int64Data) = (7, [Int64(value)])
    } else if let values = try reader.integers("value_ints", in: Int.min...Int.max) {
      (tensor.dataType, tensor.dims, tensor.int64Data) = (7, [Int64(values.count)], values.map { Int64($0) })
    }
    try reader.finish()
    return try TensorReader(name: node.name).constant(tensor)
  }
}
