/// Makes the vector programs of a graph: the nodes after pooling, which work on `[1, n]` or `[1, n, 1, 1]`.
struct VectorCompiler {
  let graph: Graph
  let shapes: [ValueID: [Dimension]]
  /// Values that are pooled, by their places in the row program.
  var pooled: [ValueID: Int] = [:]
  private var nodes: [ValueID: Node] = [:]

  init(graph: Graph, shapes: [ValueID: [Dimension]]) {
    self.graph = graph
    self.shapes = shapes
  }

  /// Whether a value is a row of numbers, whatever the image's size.
  func isVector(_ value: ValueID) -> Bool { length(value) != nil }

  mutating func add(_ node: Node) { nodes[node.output] = node }

  /// The program of a value; nil if one of its nodes is of another kind.
  func program(for value: ValueID) -> VectorProgram? {
    var steps: [VectorProgram.Step] = []
    var done: [ValueID: VectorProgram.Source] = [:]
    // A list and not recursion: a file may chain thousands of nodes.
    var open: [(value: ValueID, found: (function: VectorProgram.Function, inputs: [ValueID])?)] = [(value, nil)]
    while let (value, found) = open.popLast() {
      if done[value] != nil { continue }
      if let source = source(value) {
        done[value] = source
        continue
      }
      // The second time all inputs are there.
      guard let found else {
        guard let node = nodes[value], let found = function(node) else { return nil }
        open.append((value, found))
        open += found.1.reversed().map { ($0, nil) }
        continue
      }
      steps.append(VectorProgram.Step(function: found.function, inputs: found.inputs.compactMap { done[$0] }))
      done[value] = .step(steps.count - 1)
    }
    return done[value].map { VectorProgram(steps: steps, result: $0) }
  }

  /// Where a value comes from that no node of the program computes.
  private func source(_ value: ValueID) -> VectorProgram.Source? {
    if let place = pooled[value] { return .pooled(place) }
    if let numbers = numbers(value) { return .constant(numbers) }
    if let file = graph.file, file.value == value { return .file(unknown: Array(file.unknown.all)) }
    return nil
  }

  /// What a node computes, and the inputs that it reads while it runs.
  private func function(_ node: Node) -> (VectorProgram.Function, [ValueID])? {
    let data = Array(node.sources.prefix(1))
    switch node.operation {
    case .relu: return (.relu, data)
    case .sqrt: return (.squareRoot, data)
    case .sigmoid: return (.sigmoid, data)
    case .clip:
      func bound(_ index: Int) -> Float? { node.input(index).flatMap { numbers($0)?.first } }
      return (.clip(bound(1) ?? -.infinity, bound(2) ?? .infinity), data)
    case .add where isPairwise(node): return (.add, node.sources)
    case .sub where isPairwise(node): return (.subtract, node.sources)
    case .mul where isPairwise(node): return (.multiply, node.sources)
    case .concat(axis: 1): return (.join, node.sources)
    case .flatten, .reshape: return (.keep, data)
    case .gemm(let gemm): return product(node, gemm).map { ($0, data) }
    default: return nil
    }
  }

  private func product(_ node: Node, _ gemm: Gemm) -> VectorProgram.Function? {
    guard !gemm.transposeA, let inputs = node.input(0).flatMap(length), let outputs = length(node.output),
      let weights = node.input(1).flatMap(numbers), weights.count == inputs * outputs
    else { return nil }
    let addend = node.input(2).map { numbers($0) } ?? [0]
    guard let addend, addend.count == 1 || addend.count == outputs else { return nil }
    let rows =
      gemm.transposeB
      ? weights : (0..<outputs).flatMap { output in (0..<inputs).map { weights[$0 * outputs + output] } }
    return .product(weights: rows, outputs: outputs, scale: gemm.alpha, addend: addend.map { gemm.beta * $0 })
  }

  /// Whether operands have equal counts, or one of them is a single number.
  private func isPairwise(_ node: Node) -> Bool {
    let counts = node.sources.map { numbers($0)?.count ?? length($0) }
    guard counts.count == 2, let first = counts[0], let second = counts[1] else { return false }
    return first == second || first == 1 || second == 1
  }

  /// How many numbers a value has whose shape is `[1, n]` or `[1, n, 1, 1]`.
  private func length(_ value: ValueID) -> Int? {
    guard let shape = shapes[value], [2, 4].contains(shape.count) else { return nil }
    let sizes = shape.compactMap(\.fixed)
    guard sizes.count == shape.count, sizes[0] == 1, sizes.dropFirst(2).allSatisfy({ $0 == 1 }) else { return nil }
    return sizes[1]
  }

  private func numbers(_ value: ValueID) -> [Float]? { graph.constants[value]?.floats.map { Array($0.all) } }
}
