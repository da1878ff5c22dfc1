/// A network as the fast engine runs it: steps that make rows of maps from rows of maps.
package struct RowProgram: Sendable {
  struct Value {
    var layout: RowMap.Layout
    /// The image's height and width divided by this are the map's.
    var denominator: Int
    /// Channels without the zeros behind them; only known of what is pooled.
    var channels = 0
  }

  struct Step {
    /// The node's name; with fusion, the first one's.
    var name: String
    /// Places in `values`.
    var inputs: [Int]
    var output: Int
    var operation: any RowOperation
    /// Of all nodes that became part of the step.
    var costs: [Cost]
    /// The outputs that need the step.
    var targets: TargetSet

    func macs(height: Int, width: Int) -> Int {
      costs.reduce(0) { $0 + ($1.total(height: height, width: width) ?? 0) }
    }
  }

  /// Stands for the output of a step that hands its input to somebody else.
  static let nowhere = -1

  let kernels: KernelSet
  /// The image is value 0.
  var values: [Value]
  /// In an order that runs.
  var steps: [Step]
  var outputs: [Target: Int]
  /// What makes the estimates of what was pooled; its leaves are places in `values`.
  var estimates: [Target: VectorProgram]

  /// The values that an output is, or is made of.
  func values(of target: Target) -> [Int] {
    outputs[target].map { [$0] } ?? estimates[target].map { $0.pooled.sorted() } ?? []
  }

  func layout(_ value: Int) -> RowMap.Layout { value == Self.nowhere ? .planes(0) : values[value].layout }

  func denominator(_ value: Int) -> Int { value == Self.nowhere ? 1 : values[value].denominator }
}
