/// A network read from an ONNX file, checked and planned, ready to run.
///
/// Immutable; share it between threads freely.
/// The graph takes `image`, float32 `[1, C, H, W]`, and gives `exit_1` ... `exit_N` of the same shape, each on its own
/// path, so that a later exit reuses what an earlier one computed. It may give `gain_k` (one number) and take `file`
/// (`[1, n]`, with a default). See ``Session`` for running it.
public struct Model: Sendable {
  /// What the file says of itself and what follows from its graph.
  public let information: ModelInformation

  /// What runs for which output.
  package let plan: Plan

  /// The ONNX operators that a file may use.
  public static var supportedOperators: [String] { Operator.supportedNames }

  /// The ONNX operator sets that a file may be written in.
  public static var supportedOperatorSets: ClosedRange<Int> { GraphReader.operatorSets }

  /// Reads, checks and plans a model file.
  ///
  /// Accepts the operator sets and operators named above, with float32 weights stored in the file. Any bytes are safe
  /// to pass.
  ///
  /// - Parameter bytes: The whole file.
  /// - Throws: ``ModelError``, which names the node or tensor at fault.
  public init(onnx bytes: [UInt8]) throws(ModelError) {
    let (graph, metadata) = try GraphReader.read(bytes)
    let analysis = try ModelAnalysis(graph: graph, metadata: metadata)
    information = analysis.information
    plan = analysis.plan
  }

  /// The exits that can be asked: 1...N.
  public var exits: ClosedRange<Int> { 1...max(1, information.exitCount) }

  /// All outputs that can be asked, exits first.
  public var targets: [Target] { plan.targets }
}
