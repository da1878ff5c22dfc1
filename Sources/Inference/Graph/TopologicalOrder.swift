/// Orders nodes so that each stands after those that it reads from, keeping the file's order where that already holds.
enum TopologicalOrder {
  static func sort(_ nodes: [Node], valueCount: Int) throws(ModelError) -> [Node] {
    var producer = [Int?](repeating: nil, count: valueCount)
    for (index, node) in nodes.enumerated() { producer[node.output] = index }

    var missing = [Int](repeating: 0, count: nodes.count)
    var readers = [[Int]](repeating: [], count: nodes.count)
    var inOrder = true
    for (index, node) in nodes.enumerated() {
      for source in Set(node.sources) {
        guard let before = producer[source] else { continue }
        missing[index] += 1
        readers[before].append(index)
        inOrder = inOrder && before < index
      }
    }
    if inOrder { return nodes }

    var ready = nodes.indices.filter { missing[$0] == 0 }
    var next = 0
    while next < ready.count {
      for reader in readers[ready[next]] {
        missing[reader] -= 1
        if missing[reader] == 0 { ready.append(reader) }
      }
      next += 1
    }
    guard ready.count == nodes.count else {
      let stuck = nodes.indices.first { missing[$0] > 0 }.map { nodes[$0].name } ?? ""
      throw .graph("cycle: node '\(stuck)' depends on its own output, directly or not")
    }
    return ready.map { nodes[$0] }
  }
}
