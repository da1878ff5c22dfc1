/// Decides which of a graph's outputs can be asked, and checks their shapes.
struct OutputReader {
  let graph: Graph
  let shapes: [ValueID: [Dimension]]

  /// The exits and gains by name; in a foreign file, all outputs of the image's shape become exits.
  func outputs() throws(ModelError) -> [Target: ValueID] {
    let outputs =
      switch graph.outputs {
      case .named(let named): named
      case .foreign(let values): foreignExits(values)
      }
    let exits = outputs.keys.compactMap(\.exitIndex).sorted()
    guard !exits.isEmpty, exits == Array(1...exits.count) else {
      throw .graph("its exits are \(exits); it must have outputs exit_1, exit_2, ... of the image's shape")
    }
    for (target, value) in outputs.sorted(by: { $0.key < $1.key }) {
      let shape = shapes[value] ?? []
      switch target {
      case .exit:
        guard isImage(shape) else { throw .graph("output '\(target)' has shape \(shape), not the image's") }
      case .gain(let index):
        guard shape.allSatisfy({ $0 == .fixed(1) }), index < exits.count else {
          throw .graph("output '\(target)' of shape \(shape); supported: one number, gain_0 to gain_\(exits.count - 1)")
        }
      }
    }
    return outputs
  }

  private func foreignExits(_ values: [ValueID]) -> [Target: ValueID] {
    let images = values.filter { isImage(shapes[$0] ?? []) }
    return Dictionary(uniqueKeysWithValues: images.enumerated().map { (.exit($0.offset + 1), $0.element) })
  }

  private func isImage(_ shape: [Dimension]) -> Bool { shape == shapes[graph.image] }
}
