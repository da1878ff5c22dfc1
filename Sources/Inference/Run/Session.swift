/// One image on its way through a model: asked exit by exit, it computes each feature at most once.
///
///     let session = try Session(model: model, image: Tensor([3, height, width], planes))
///     let first = try session.exit(1)
///     let last = try session.exit(4)   // continues where exit 1 stopped
///
/// Exits and gains can be asked in any order; each computes only what it needs and is not there yet. What no output
/// that may still be asked needs is freed. A session belongs to one thread at a time; sessions of one model run
/// side by side.
public final class Session {
  /// Multiply-accumulates that have run so far, padding included, each counted once.
  public private(set) var macsRun: Int = 0

  /// Opens a session; nothing is computed yet.
  ///
  /// - Parameters:
  ///   - model: The network.
  ///   - image: `[channels, height, width]`, any height and width of at least 1, values 0...1. It is padded on the
  ///     right and at the bottom by replicating the edge to a multiple of the model's stride; outputs are cropped.
  ///   - fileFacts: What is known of the file, `information.fileFactCount` numbers; nil takes the model's default.
  ///   - targets: The only outputs that will be asked; fewer means less memory. Nil: all.
  ///   - isCancelled: Asked between the nodes of the graph, from the thread that asks for an exit.
  /// - Throws: ``SessionError`` if image, facts or targets do not fit the model, or memory is short.
  public init(
    model: Model, image: Tensor, fileFacts: [Float]? = nil, targets: [Target]? = nil,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws(SessionError) {
    throw .engine("not in place yet")
  }

  /// The restored image at exit `index`, `[channels, height, width]` as the image came, not clamped.
  ///
  /// - Parameter index: 1...N.
  /// - Throws: ``SessionError``; after `.cancelled` or `.outOfMemory` the session is intact and may be asked again.
  public func exit(_ index: Int) throws(SessionError) -> Tensor {
    throw .engine("not in place yet")
  }

  /// The gate's estimate, in dB, of what the best later exit would add to what exit `index` gives (0: the input).
  ///
  /// - Parameter index: One of `information.gains`.
  /// - Throws: As ``exit(_:)``.
  public func gain(_ index: Int) throws(SessionError) -> Float {
    throw .engine("not in place yet")
  }
}
