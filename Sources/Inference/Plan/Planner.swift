/// Makes the plan of a graph: operations instead of nodes, ReLU fused where it can be, and who needs what.
struct Planner {
  static func plan(
    _ graph: Graph, shapes: [ValueID: [Dimension]], outputs: [Target: ValueID]
  ) throws(ModelError) -> Plan {
    let targets = outputs.keys.sorted()
    var steps: [Plan.Step] = []
    for node in graph.nodes {
      let operation = try OperationFactory(constants: graph.constants, shapes: shapes).operation(for: node)
      steps.append(
        Plan.Step(
          name: node.name, inputs: operation.inputs, output: node.output, cost: .of(node, shapes: shapes),
          targets: TargetSet(), operation: operation.operation))
    }
    steps = fuseReLU(steps, relus: Set(graph.nodes.filter { $0.operation == .relu }.map(\.output)), outputs: outputs)
    mark(&steps, targets: targets, outputs: outputs)
    steps.removeAll { $0.targets.isEmpty }

    let operands = Set(steps.flatMap(\.inputs))
    return Plan(
      steps: steps, targets: targets, outputs: outputs, shapes: shapes, image: graph.image, file: graph.file,
      constants: graph.constants.filter { operands.contains($0.key) }.compactMapValues(\.floats),
      stride: try stride(shapes))
  }

  /// Height and width must be multiples of this for every value to have a whole number of samples.
  static func stride(_ shapes: [ValueID: [Dimension]]) throws(ModelError) -> Int {
    var stride = 1
    for case .spatial(_, let scale, _) in shapes.values.joined() {
      stride = leastCommonMultiple(stride, scale.denominator)
      guard stride <= maximumStride else { throw .graph("its strides ask for images in steps above \(maximumStride)") }
    }
    return stride
  }

  private static let maximumStride = 1024

  /// A ReLU that is the only reader of an operation that can do it on the way becomes part of it.
  private static func fuseReLU(
    _ steps: [Plan.Step], relus: Set<ValueID>, outputs: [Target: ValueID]
  ) -> [Plan.Step] {
    var readers: [ValueID: Int] = [:]
    for value in steps.flatMap(\.inputs) + outputs.values { readers[value, default: 0] += 1 }
    var result: [Plan.Step] = []
    var producer: [ValueID: Int] = [:]
    for step in steps {
      if relus.contains(step.output), let source = step.inputs.first, readers[source] == 1,
        let index = producer[source], let fused = result[index].operation.fusedWithReLU()
      {
        result[index].operation = fused
        result[index].output = step.output
        producer[step.output] = index
      } else {
        producer[step.output] = result.count
        result.append(step)
      }
    }
    return result
  }

  private static func mark(_ steps: inout [Plan.Step], targets: [Target], outputs: [Target: ValueID]) {
    var needs: [ValueID: TargetSet] = [:]
    for (index, target) in targets.enumerated() {
      guard let value = outputs[target] else { continue }
      needs[value, default: TargetSet()].insert(index)
    }
    for index in steps.indices.reversed() {
      let set = needs[steps[index].output] ?? TargetSet()
      steps[index].targets = set
      for input in steps[index].inputs { needs[input, default: TargetSet()].formUnion(set) }
    }
  }
}
