import Foundation
import SwiftProtobuf

/// Reads the bytes of an ONNX file into a ``Graph``: names to values, one producer each, in an order that runs.
struct GraphReader {
  static let operatorSets = 13...17
  /// No network of this kind comes near; a file that does is not worth an hour of checking.
  private static let maximumNodes = 4096
  private static let maximumConstants = 16384
  /// As many as fit the bit set of ``Plan/Step``.
  private static let maximumOutputs = 64

  private var ids: [String: ValueID] = [:]
  private var constants: [ValueID: Constant] = [:]
  private var image: (value: ValueID, channels: Int)?
  private var file: Graph.FileInput?

  /// The graph, and the file's `metadata_props`.
  static func read(_ bytes: [UInt8]) throws(ModelError) -> (graph: Graph, metadata: [String: String]) {
    let model = try parse(bytes)
    try checkOperatorSet(model)
    guard model.hasGraph else { throw .notONNX("it holds no graph") }
    var reader = GraphReader()
    let graph = try reader.graph(model.graph)
    var metadata: [String: String] = [:]
    for entry in model.metadataProps where metadata.updateValue(entry.value, forKey: entry.key) != nil {
      throw .metadata(key: entry.key, problem: "stands there twice")
    }
    return (graph, metadata)
  }

  private static func parse(_ bytes: [UInt8]) throws(ModelError) -> Onnx_ModelProto {
    guard !bytes.isEmpty else { throw .notONNX("it is empty") }
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    do {
      return try Onnx_ModelProto(serializedBytes: bytes, options: options)
    } catch {
      throw .notONNX("truncated, or something else (\(error))")
    }
  }

  private static func checkOperatorSet(_ model: Onnx_ModelProto) throws(ModelError) {
    let versions = model.opsetImport.filter { isStandard($0.domain) }.map(\.version)
    guard let version = versions.first, versions.count == 1 else {
      throw .notONNX("it names \(versions.count) operator sets of ONNX, not one")
    }
    let number = Int(clamping: version)
    guard operatorSets.contains(number) else { throw .operatorSet(version: number, supported: operatorSets) }
  }

  private static func isStandard(_ domain: String) -> Bool { domain.isEmpty || domain == "ai.onnx" }

  private mutating func graph(_ proto: Onnx_GraphProto) throws(ModelError) -> Graph {
    guard proto.node.count <= Self.maximumNodes, proto.initializer.count <= Self.maximumConstants else {
      throw .graph(
        "\(proto.node.count) nodes and \(proto.initializer.count) stored tensors; supported: up to "
          + "\(Self.maximumNodes) and \(Self.maximumConstants)")
    }
    for tensor in proto.initializer {
      constants[try define(tensor.name)] = try TensorReader(name: tensor.name).constant(tensor)
    }
    try readInputs(proto.input)
    guard let image else { throw .graph("no input; it must take one image, float32 [1, C, H, W]") }
    let nodes = try readNodes(proto.node)
    return Graph(
      name: proto.name, image: image.value, imageChannels: image.channels, file: file, constants: constants,
      nodes: nodes, outputs: try outputs(proto.output, nodes: nodes))
  }

  private mutating func define(_ name: String) throws(ModelError) -> ValueID {
    guard !name.isEmpty else { throw .graph("a value without a name") }
    let value = ids.count
    guard ids.updateValue(value, forKey: name) == nil else { throw .graph("value '\(name)' is made twice") }
    return value
  }

  /// An input that has an initialiser too is a constant, but for `file`, whose initialiser is the default.
  private mutating func readInputs(_ inputs: [Onnx_ValueInfoProto]) throws(ModelError) {
    for input in inputs {
      if let value = ids[input.name], let constant = constants[value] {
        guard input.name == "file" else { continue }
        guard constant.shape.count == 2, constant.shape[0] == 1, let unknown = constant.floats else {
          throw .graph("input 'file' has the default shape \(constant.shape); supported: float32 [1, n]")
        }
        constants[value] = nil
        file = Graph.FileInput(value: value, count: constant.shape[1], unknown: unknown)
      } else if image == nil {
        let channels = try InputReader.channels(input)
        image = (try define(input.name), channels)
      } else {
        throw .graph("input '\(input.name)' besides the image; supported: 'file', with a default of that name")
      }
    }
  }

  private mutating func readNodes(_ protos: [Onnx_NodeProto]) throws(ModelError) -> [Node] {
    var computed: [(proto: Onnx_NodeProto, output: ValueID)] = []
    for proto in protos {
      let name = NodeReader.name(proto)
      guard Self.isStandard(proto.domain) else {
        throw .unsupportedOperator(
          node: name, operator: "\(proto.domain).\(proto.opType)", supported: Operator.supportedNames)
      }
      let output = try define(try NodeReader.output(proto))
      if proto.opType == "Constant" {
        constants[output] = try NodeReader.constant(proto)
      } else {
        computed.append((proto, output))
      }
    }
    var nodes: [Node] = []
    for (proto, output) in computed { nodes.append(try NodeReader.node(proto, output: output, ids: ids)) }
    return try TopologicalOrder.sort(nodes, valueCount: ids.count)
  }

  private func outputs(_ infos: [Onnx_ValueInfoProto], nodes: [Node]) throws(ModelError) -> Graph.Outputs {
    guard infos.count <= Self.maximumOutputs else {
      throw .graph("\(infos.count) outputs; supported: up to \(Self.maximumOutputs)")
    }
    let made = Set(nodes.map(\.output))
    var named: [Target: ValueID] = [:]
    var foreign: [ValueID] = []
    for info in infos {
      guard let value = ids[info.name], made.contains(value) else {
        throw .graph("output '\(info.name)' is made by no node")
      }
      guard !foreign.contains(value) else { throw .graph("output '\(info.name)' stands there twice") }
      foreign.append(value)
      guard let target = Target(outputName: info.name) else { continue }
      named[target] = value
    }
    return named.isEmpty ? .foreign(foreign) : .named(named)
  }
}
