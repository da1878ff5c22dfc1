import Foundation

/// Takes a node's attributes out by name and type; what is left at the end is unsupported.
struct AttributeReader {
  /// ONNX's numbers for attribute types; 0 in files that leave the type out.
  private enum Kind: Int32 {
    case float = 1
    case integer = 2
    case string = 3
    case tensor = 4
    case floats = 6
    case integers = 7
  }

  let node: Node
  private var left: [String: Onnx_AttributeProto] = [:]

  init(_ attributes: [Onnx_AttributeProto], node: Node) throws(ModelError) {
    self.node = node
    for attribute in attributes where left.updateValue(attribute, forKey: attribute.name) != nil {
      throw node.error("attribute \(attribute.name) stands there twice")
    }
  }

  mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(ModelError) -> Int? {
    guard let attribute = try take(name, .integer) else { return nil }
    guard let value = Int(exactly: attribute.i), range.contains(value) else {
      throw node.error(
        "attribute \(name) = \(attribute.i) is not supported; supported: \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  mutating func flag(_ name: String) throws(ModelError) -> Bool? {
    try integer(name, in: 0...1).map { $0 == 1 }
  }

  mutating func integers(_ name: String, in range: ClosedRange<Int>) throws(ModelError) -> [Int]? {
    guard let attribute = try take(name, .integers) else { return nil }
    for value in attribute.ints where !(Int(exactly: value).map(range.contains) ?? false) {
      throw node.error(
        "attribute \(name) holds \(value), which is not supported; supported: "
          + "\(range.lowerBound) to \(range.upperBound)")
    }
    return attribute.ints.map { Int($0) }
  }

  mutating func pair(_ name: String, in range: ClosedRange<Int>) throws(ModelError) -> Pair? {
    guard let values = try integers(name, in: range) else { return nil }
    guard values.count == 2 else { throw node.error("attribute \(name) holds \(values.count) numbers, not 2") }
    return Pair(vertical: values[0], horizontal: values[1])
  }

  mutating func float(_ name: String) throws(ModelError) -> Float? {
    try take(name, .float)?.f
  }

  mutating func floats(_ name: String) throws(ModelError) -> [Float]? {
    try take(name, .floats)?.floats
  }

  mutating func string(_ name: String) throws(ModelError) -> String? {
    guard let attribute = try take(name, .string) else { return nil }
    return String(decoding: attribute.s, as: UTF8.self)
  }

  mutating func tensor(_ name: String) throws(ModelError) -> Onnx_TensorProto? {
    try take(name, .tensor)?.t
  }

  /// Throws if the node has attributes that nobody asked for.
  func finish() throws(ModelError) {
    guard let name = left.keys.min() else { return }
    throw node.error("attribute \(name) is not supported")
  }

  private mutating func take(_ name: String, _ kind: Kind) throws(ModelError) -> Onnx_AttributeProto? {
    guard let attribute = left.removeValue(forKey: name) else { return nil }
    guard attribute.type == 0 || attribute.type == kind.rawValue else {
      throw node.error("attribute \(name) is of type \(attribute.type), not \(kind)")
    }
    return attribute
  }
}
