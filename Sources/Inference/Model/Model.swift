/// A network read from an ONNX file, checked and planned, ready to run. Immutable; share it between threads freely.
///
/// The graph takes `image`, float32 `[1, C, H, W]`, and gives `exit_1` ... `exit_N` of the same shape, each on its own
/// path, so that a later exit reuses what an earlier one computed. It may give `gain_k` (one number) and take `file`
/// (`[1, n]`, with a default). See ``Session`` for running it.
public struct Model: Sendable {
  /// What the file says of itself and what follows from its graph.
  public let information: ModelInformation

  /// Reads, checks and plans a model file.
  ///
  /// Accepts ONNX operator sets 13 to 17, float32 weights stored in the file, and the operators of
  /// ``supportedOperators``. Any bytes are safe to pass.
  ///
  /// - Parameter bytes: The whole file.
  /// - Throws: ``ModelError``, which names the node or tensor at fault.
  public init(onnx bytes: [UInt8]) throws(ModelError) {
    throw .notONNX("the reader is not in place yet")
  }

  /// The exits that can be asked: 1...N.
  public var exits: ClosedRange<Int> { 1...information.exitCount }

  /// All outputs that can be asked, exits first.
  public var targets: [Target] { exits.map { .exit($0) } + information.gains.map { .gain($0) } }
}
