/// What a gate sees: means of maps, and of products of maps or of their differences.
extension RowCompiler {
  mutating func difference(_ node: Node) -> Bool {
    guard let first = map(form(node, 0)), let second = map(form(node, 1)), haveEqualShapes(node) else { return false }
    forms[node.output] = .difference(first, second)
    return true
  }

  mutating func product(_ node: Node) -> Bool {
    let factors = node.sources.compactMap { factor(forms[$0]) }
    guard factors.count == 2, haveEqualShapes(node) else { return false }
    forms[node.output] = .product(factors)
    return true
  }

  mutating func pooling(_ node: Node) -> Bool {
    let form = form(node, 0)
    let factors: [[Int]]
    if case .product(let both)? = form { factors = both } else { factors = factor(form).map { [$0] } ?? [] }
    guard !factors.isEmpty, let source = node.input(0), let denominator = denominator(source),
      let channels = shapes[source]?[1].fixed
    else { return false }
    values.append(
      RowProgram.Value(
        layout: .sums(depth: KernelSet.depth(channels: channels)), denominator: denominator, channels: channels))
    vectors.pooled[node.output] = values.count - 1
    append(node, inputs: factors.flatMap(\.self), operation: PoolOperation(factors: factors.map { $0.count > 1 }))
    return true
  }

  private func factor(_ form: Form?) -> [Int]? {
    if case .difference(let first, let second)? = form { return [first, second] }
    return map(form).map { [$0] }
  }

  private func haveEqualShapes(_ node: Node) -> Bool {
    node.sources.allSatisfy { shapes[$0] == shapes[node.output] }
  }
}
