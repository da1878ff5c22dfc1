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

  /// The same for the fast engine; nil if the graph has something that it doesn't know.
  package let program: RowProgram?

  /// Memory that its runs leave to the next ones.
  package let reserve = MemoryReserve()

  /// Whether the fast engine runs the network; otherwise the reference path does, several times slower, on one thread.
  public var isFast: Bool { program != nil }

  /// Reads, checks and plans a model file.
  ///
  /// Accepts ONNX's operator sets 13 to 17, those operators that networks of this kind need (an error lists them) and
  /// float32 weights stored in the file. Any bytes are safe to pass.
  ///
  /// - Parameter bytes: The whole file.
  /// - Throws: ``ModelError``, which names the node or tensor at fault.
  public init(onnx bytes: [UInt8]) throws(ModelError) {
    try self.init(onnx: bytes, kernels: .inUse)
  }

  /// - Parameter kernels: What the fast engine runs with; nil: the reference path.
  package init(onnx bytes: [UInt8], kernels: KernelSet?) throws(ModelError) {
    let (graph, metadata) = try GraphReader.read(bytes)
    let analysis = try ModelAnalysis(graph: graph, metadata: metadata)
    information = analysis.information
    plan = analysis.plan
    let plan = analysis.plan
    program = kernels.flatMap { RowCompiler.compile(graph, plan: plan, kernels: $0) }
    // What will run the network stands in the record of a run from its beginning.
    if program == nil { MatrixLibrary.load() }
  }

  /// The exits that can be asked: 1...N.
  public var exits: ClosedRange<Int> { 1...max(1, information.exitCount) }

  /// All outputs that can be asked, exits first.
  public var targets: [Target] { plan.targets }

  /// The estimate of a gate, in dB, of what was pooled over several parts of a picture; nil if something is missing.
  ///
  /// - Parameter fileFacts: As ``Session`` takes them.
  package func gain(_ index: Int, of sums: PooledSums, fileFacts: [Float]?) -> Float? {
    program?.estimates[.gain(index)]?.run(sums, file: fileFacts)?.first
  }

  /// Multiply-accumulates that some outputs take together for an image of a size, padding included.
  package func macs(of targets: Set<Target>, height: Int, width: Int) -> Int {
    guard let set = plan.set(of: Array(targets)),
      let size = try? ImageSize(height: height, width: width, stride: plan.stride)
    else { return 0 }
    return plan.steps.reduce(0) { sum, step in
      guard !step.targets.isDisjoint(with: set) else { return sum }
      return sum + (step.cost.total(height: size.paddedHeight, width: size.paddedWidth) ?? 0)
    }
  }
}
