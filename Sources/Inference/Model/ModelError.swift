/// Why a model file was refused.
///
/// Every case names the place in the file and says what would be accepted.
public enum ModelError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The bytes are not an ONNX model: empty, truncated or something else.
  case notONNX(String)
  /// The file needs operator set `version`; `supported` are read.
  case operatorSet(version: Int, supported: ClosedRange<Int>)
  /// A node with an operator outside the supported set.
  case unsupportedOperator(node: String, operator: String, supported: [String])
  /// A node with a supported operator, but attributes, inputs or shapes that are not.
  case node(String, operator: String, problem: String)
  /// A stored tensor (weights, shape) that cannot be used.
  case tensor(String, problem: String)
  /// The graph as a whole: inputs, outputs, cycles, missing or duplicate values, size.
  case graph(String)
  /// A key of `metadata_props` that is malformed or contradicts the graph.
  case metadata(key: String, problem: String)

  /// What is wrong and where.
  public var description: String {
    switch self {
    case .notONNX(let problem):
      "not an ONNX model: \(problem)"
    case .operatorSet(let version, let supported):
      "ONNX operator set \(version) is not supported; supported: \(supported.lowerBound) to \(supported.upperBound)"
    case .unsupportedOperator(let node, let name, let supported):
      "node '\(node)': operator \(name) is not supported; supported: \(supported.joined(separator: ", "))"
    case .node(let node, let name, let problem):
      "node '\(node)' (\(name)): \(problem)"
    case .tensor(let name, let problem):
      "tensor '\(name)': \(problem)"
    case .graph(let problem):
      "graph: \(problem)"
    case .metadata(let key, let problem):
      "metadata '\(key)': \(problem)"
    }
  }
}
