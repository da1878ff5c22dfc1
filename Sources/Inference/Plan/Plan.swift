/// What to run for which output, in order; made once a model, for any image size.
package struct Plan: Sendable {
  package struct Step: Sendable {
    /// The node's name; with fusion, the first one's.
    package var name: String
    package var inputs: [ValueID]
    package var output: ValueID
    package var cost: Cost
    /// The outputs that need this step.
    package var targets: TargetSet
    var operation: any Operation
  }

  /// In an order that runs; no step that no output needs.
  package var steps: [Step]
  /// The place of an output here is its bit in a ``TargetSet``.
  package var targets: [Target]
  package var outputs: [Target: ValueID]
  package var shapes: [ValueID: [Dimension]]
  package var image: ValueID
  package var file: Graph.FileInput?
  /// Stored numbers that steps read as operands; weights of convolutions live in their operations.
  package var constants: [ValueID: Buffer]
  /// The image's height and width must be multiples of this.
  package var stride: Int

  /// The set of the given outputs; nil if one of them is unknown.
  package func set(of wanted: [Target]) -> TargetSet? {
    var set = TargetSet()
    for target in wanted {
      guard let index = targets.firstIndex(of: target) else { return nil }
      set.insert(index)
    }
    return set
  }

  /// The outputs in a set, in the plan's order.
  package func targets(in set: TargetSet) -> [Target] {
    targets.enumerated().filter { set.contains($0.offset) }.map(\.element)
  }

  /// Multiply-accumulates per pixel of a large image when the chosen outputs are asked.
  package func macsPerPixel(_ isAsked: (Target) -> Bool) -> Double {
    let asked = set(of: targets.filter(isAsked)) ?? TargetSet()
    return steps.reduce(0) { $0 + ($1.targets.isDisjoint(with: asked) ? 0 : $1.cost.perPixel) }
  }
}

/// Some of a plan's outputs, by their place in `Plan.targets`; there are at most 64.
package struct TargetSet: Sendable, Equatable {
  private var bits: UInt64 = 0

  package var isEmpty: Bool { bits == 0 }
  package mutating func insert(_ index: Int) { bits |= 1 << UInt64(index) }
  package func contains(_ index: Int) -> Bool { bits & 1 << UInt64(index) != 0 }
  package mutating func formUnion(_ other: TargetSet) { bits |= other.bits }
  package mutating func subtract(_ other: TargetSet) { bits &= ~other.bits }
  package func isDisjoint(with other: TargetSet) -> Bool { bits & other.bits == 0 }
  package func isSuperset(of other: TargetSet) -> Bool { other.bits & ~bits == 0 }
}
