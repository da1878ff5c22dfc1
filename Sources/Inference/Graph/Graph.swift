/// Index of a value (an input, a constant or a node's output) in its graph.
package typealias ValueID = Int

/// A checked network: every value has one producer, and every node stands after those that it reads from.
package struct Graph: Sendable {
  package var name: String
  package var image: ValueID
  package var imageChannels: Int
  package var file: FileInput?
  package var constants: [ValueID: Constant]
  package var nodes: [Node]
  /// Outputs under the names that the engine knows; with none of those, all outputs in the file's order.
  package var outputs: Outputs

  package enum Outputs: Sendable {
    case named([Target: ValueID])
    case foreign([ValueID])
  }

  /// The optional second input: facts about the file, `[1, count]`.
  package struct FileInput: Sendable {
    package var value: ValueID
    package var count: Int
    /// Means "unknown".
    package var unknown: Buffer
  }
}

/// One computation of the graph; all supported operators have one output.
package struct Node: Sendable {
  /// The file's name for the node, or its output's name.
  package var name: String
  package var operatorName: String
  package var operation: Operator
  /// Nil where an optional input is left out; no nil at the end.
  package var inputs: [ValueID?]
  package var output: ValueID

  /// The values read, without gaps.
  package var sources: [ValueID] { inputs.compactMap(\.self) }

  /// The input at an index, nil if left out.
  package func input(_ index: Int) -> ValueID? { index < inputs.count ? inputs[index] : nil }

  func error(_ problem: String) -> ModelError { .node(name, operator: operatorName, problem: problem) }
}

/// A tensor stored in the file.
package struct Constant: Sendable {
  package var shape: [Int]
  package var contents: Contents

  package enum Contents: Sendable {
    case floats(Buffer)
    case integers([Int])
  }

  var floats: Buffer? {
    guard case .floats(let buffer) = contents else { return nil }
    return buffer
  }

  var integers: [Int]? {
    guard case .integers(let values) = contents else { return nil }
    return values
  }
}
