/// Reads one node's operator and attributes, and checks how many inputs it has.
struct OperatorReader {
  /// Bounds that keep every later computation of sizes far from overflow.
  enum Limits {
    static let kernel = 1...63
    static let strides = 1...16
    static let pads = 0...62
    static let block = 1...16
    static let groups = 1...65536
    static let axes = -8...8
  }

  /// Operators without attributes.
  private static let plain: [String: (inputs: ClosedRange<Int>, operation: Operator)] = [
    "Relu": (1...1, .relu), "Sqrt": (1...1, .sqrt), "Sigmoid": (1...1, .sigmoid),
    "GlobalAveragePool": (1...1, .globalAveragePool), "Clip": (1...3, .clip),
    "Add": (2...2, .add), "Sub": (2...2, .sub), "Mul": (2...2, .mul), "PRelu": (2...2, .prelu),
  ]

  static func read(_ attributes: [Onnx_AttributeProto], of node: Node) throws(ModelError) -> Operator {
    var reader = try AttributeReader(attributes, node: node)
    let result = try operation(node, &reader)
    try reader.finish()
    return result
  }

  private static func operation(_ node: Node, _ reader: inout AttributeReader) throws(ModelError) -> Operator {
    if let plain = plain[node.operatorName] {
      try inputs(node, plain.inputs)
      return plain.operation
    }
    switch node.operatorName {
    case "Conv":
      try inputs(node, 2...3)
      return .conv(try window(&reader, transposed: false))
    case "ConvTranspose":
      try inputs(node, 2...3)
      return .convTranspose(try window(&reader, transposed: true))
    case "Concat":
      try inputs(node, 1...1024)
      guard let axis = try reader.integer("axis", in: Limits.axes) else {
        throw node.error("attribute axis is missing")
      }
      return .concat(axis: axis)
    case "DepthToSpace", "SpaceToDepth":
      try inputs(node, 1...1)
      return try shuffle(node, &reader)
    case "ReduceMean":
      try inputs(node, 1...1)
      let axes = try reader.integers("axes", in: Limits.axes)
      return .reduceMean(axes: axes, keepDimensions: try reader.flag("keepdims") ?? true)
    case "Flatten":
      try inputs(node, 1...1)
      return .flatten(axis: try reader.integer("axis", in: Limits.axes) ?? 1)
    case "Gemm":
      try inputs(node, 2...3)
      return .gemm(
        Gemm(
          alpha: try reader.float("alpha") ?? 1, beta: try reader.float("beta") ?? 1,
          transposeA: try reader.flag("transA") ?? false, transposeB: try reader.flag("transB") ?? false))
    case "Reshape":
      try inputs(node, 2...2)
      _ = try reader.integer("allowzero", in: 0...0)
      return .reshape
    default:
      throw .unsupportedOperator(node: node.name, operator: node.operatorName, supported: Operator.supportedNames)
    }
  }

  /// All inputs may be left out by an empty name only where the operator says so: beyond the lower bound of the count.
  private static func inputs(_ node: Node, _ counts: ClosedRange<Int>) throws(ModelError) {
    let required = node.operatorName == "Concat" ? node.inputs.count : counts.lowerBound
    guard counts.contains(node.inputs.count), !node.inputs.prefix(required).contains(nil) else {
      throw node.error(
        "\(node.sources.count) inputs; supported: \(counts.lowerBound) to \(counts.upperBound), none left out")
    }
  }

  private static func shuffle(_ node: Node, _ reader: inout AttributeReader) throws(ModelError) -> Operator {
    guard let block = try reader.integer("blocksize", in: Limits.block) else {
      throw node.error("attribute blocksize is missing")
    }
    guard node.operatorName == "DepthToSpace" else { return .spaceToDepth(block: block) }
    switch try reader.string("mode") ?? "DCR" {
    case "DCR": return .depthToSpace(block: block, order: .blockFirst)
    case "CRD": return .depthToSpace(block: block, order: .channelFirst)
    case let mode: throw node.error("mode \(mode) is not supported; supported: DCR, CRD")
    }
  }

  private static func window(_ reader: inout AttributeReader, transposed: Bool) throws(ModelError) -> Window {
    let node = reader.node
    let none = Pair(vertical: 0, horizontal: 0)
    let one = Pair(vertical: 1, horizontal: 1)
    let automatic = try reader.string("auto_pad") ?? "NOTSET"
    guard ["NOTSET", "VALID"].contains(automatic) else {
      throw node.error("auto_pad \(automatic) is not supported; supported: NOTSET with explicit pads, VALID")
    }
    let pads = try reader.integers("pads", in: Limits.pads) ?? [0, 0, 0, 0]
    guard pads.count == 4 else { throw node.error("attribute pads holds \(pads.count) numbers, not 4") }
    guard automatic == "NOTSET" || pads.allSatisfy({ $0 == 0 }) else {
      throw node.error("auto_pad VALID contradicts the pads \(pads)")
    }
    guard try reader.pair("dilations", in: 1...1 << 30) ?? one == one else {
      throw node.error("dilations other than 1 are not supported")
    }
    return Window(
      kernel: try reader.pair("kernel_shape", in: Limits.kernel),
      strides: try reader.pair("strides", in: Limits.strides) ?? one,
      padBefore: Pair(vertical: pads[0], horizontal: pads[1]),
      padAfter: Pair(vertical: pads[2], horizontal: pads[3]),
      outputPadding: transposed ? try reader.pair("output_padding", in: 0...15) ?? none : none,
      groups: try reader.integer("group", in: Limits.groups) ?? 1)
  }
}
