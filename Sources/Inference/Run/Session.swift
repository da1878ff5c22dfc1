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
  private let execution: any NetworkRun
  private var given: [Target: Tensor] = [:]
  /// What may still be asked.
  private var remembered: [Target]

  /// Multiply-accumulates that have run so far, padding included, each counted once.
  public var macsRun: Int { execution.macsRun }

  /// Bytes held now in maps, and the most held so far; results that were handed over are not counted.
  ///
  /// Of sessions that share memory, those of all of them.
  public var memory: (live: Int, peak: Int) { (execution.pool.liveBytes, execution.pool.peakBytes) }

  /// Opens a session; nothing is computed yet.
  ///
  /// - Parameters:
  ///   - model: The network.
  ///   - image: `[channels, height, width]`, any height and width of at least 1, values 0...1. It is padded on the
  ///     right and at the bottom by replicating the edge to a multiple of the model's stride; outputs are cropped.
  ///   - fileFacts: What is known of the file, `information.fileFactCount` numbers; nil takes the model's default.
  ///   - targets: The only outputs that will be asked; fewer means less memory. Nil: all.
  ///   - threads: How many the fast engine may use, 256 at most; results don't depend on it.
  ///   - isCancelled: Asked every few rows or between the nodes of the graph, from any thread.
  /// - Throws: ``SessionError`` if image, facts or targets do not fit the model, or memory is short.
  public convenience init(
    model: Model, image: Tensor, fileFacts: [Float]? = nil, targets: [Target]? = nil, threads: Int = 1,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws(SessionError) {
    try self.init(
      model: model, image: image, fileFacts: fileFacts, targets: targets, threads: threads, pooledArea: nil,
      isCancelled: isCancelled)
  }

  /// - Parameters:
  ///   - pooledArea: As of the other one; so are all that aren't named here.
  package convenience init(
    model: Model, image: Tensor, fileFacts: [Float]?, targets: [Target]?, threads: Int, pooledArea: PooledArea?,
    pool: BufferPool? = nil, isCancelled: @escaping @Sendable () -> Bool
  ) throws(SessionError) {
    let (height, width) = try Self.dimensions(of: image, channels: model.information.channels)
    let values = image.values
    try self.init(
      model: model, height: height, width: width, fileFacts: fileFacts, targets: targets, threads: threads,
      pooledArea: pooledArea, pool: pool, isCancelled: isCancelled
    ) { row, _, planes in
      values.withUnsafeBufferPointer { values in
        guard let start = values.baseAddress else { return }
        for (index, plane) in planes.enumerated() {
          plane.update(from: start + (index * height + row) * width, count: width)
        }
      }
    }
  }

  /// A session of an image that is read row by row.
  ///
  /// - Parameters:
  ///   - height: Rows of the image, at least 1.
  ///   - width: Columns of the image, at least 1.
  ///   - pooledArea: The part of the image that gates pool over; nil: all of it. The reference path knows only the
  ///     latter.
  ///   - pool: Memory that it shares with sessions which take turns with it; nil: with none. The reference path shares
  ///     none.
  ///   - read: Gives the image's rows, before this returns.
  package init(
    model: Model, height: Int, width: Int, fileFacts: [Float]?, targets: [Target]?, threads: Int,
    pooledArea: PooledArea?, pool: BufferPool? = nil, isCancelled: @escaping @Sendable () -> Bool,
    read: @escaping RowReader
  ) throws(SessionError) {
    let plan = model.plan
    let size = try ImageSize(height: height, width: width, stride: plan.stride)
    let wanted = targets ?? plan.targets
    for target in wanted where !plan.targets.contains(target) {
      throw .unavailable(target, available: plan.targets)
    }
    remembered = wanted
    let allowed = plan.set(of: wanted) ?? TargetSet()
    let sizes = try ConcreteSizes(plan, height: size.paddedHeight, width: size.paddedWidth, allowed: allowed)
    let facts = try Self.facts(fileFacts, model: model)
    if let program = model.program {
      execution = try RowExecution(
        program: program, plan: plan, size: size, allowed: allowed, threads: threads, read: read,
        file: fileFacts, pooledArea: pooledArea, pool: pool ?? BufferPool(of: model), isCancelled: isCancelled)
    } else {
      execution = try Execution(
        plan: plan, sizes: sizes, size: size,
        image: Tensor(channels: model.information.channels, height: height, width: width, read: read), file: facts,
        isCancelled: isCancelled)
    }
  }

  /// The restored image at exit `index`, `[channels, height, width]` as the image came, not clamped.
  ///
  /// - Parameter index: 1...N.
  /// - Throws: ``SessionError``; after `.cancelled` or `.outOfMemory` the session is intact and may be asked again.
  public func exit(_ index: Int) throws(SessionError) -> Tensor {
    try result(.exit(index))
  }

  /// Hands the restored image at exit `index` over row by row, as ``exit(_:)`` has it; unless that was asked before, it
  /// isn't kept, and so forgotten.
  ///
  /// - Throws: As ``exit(_:)``.
  package func exit(_ index: Int, to write: @escaping RowWriter) throws(SessionError) {
    if let tensor = given[.exit(index)] { return tensor.hand(to: write) }
    try checkIsRemembered(.exit(index))
    try execution.hand(.exit(index), to: write)
    forget([.exit(index)])
  }

  private func checkIsRemembered(_ target: Target) throws(SessionError) {
    guard remembered.contains(target) else { throw .unavailable(target, available: remembered) }
  }

  /// The gate's estimate, in dB, of what the best later exit would add to what exit `index` gives (0: the input).
  ///
  /// - Parameter index: One of `information.gains`.
  /// - Throws: As ``exit(_:)``.
  public func gain(_ index: Int) throws(SessionError) -> Float {
    guard let gain = try result(.gain(index)).values.first else { throw .engine("gain_\(index) is empty") }
    return gain
  }

  /// What the estimate of a gate is made of, to be joined with that of other parts of a picture; nil on the reference
  /// path.
  package func sums(_ index: Int) throws(SessionError) -> PooledSums? {
    try checkIsRemembered(.gain(index))
    return try execution.sums(of: .gain(index))
  }

  /// What won't be asked any more; what only that needed is freed.
  ///
  /// Asking for it afterwards throws ``SessionError/unavailable(_:available:)``.
  package func forget(_ targets: [Target]) {
    remembered.removeAll(where: targets.contains)
    for target in targets { given[target] = nil }
    execution.forget(targets)
  }

  /// What was given once is kept (while the caller keeps it too, the memory is shared), so asking again is free.
  private func result(_ target: Target) throws(SessionError) -> Tensor {
    if let tensor = given[target] { return tensor }
    try checkIsRemembered(target)
    let tensor = try execution.result(of: target)
    given[target] = tensor
    return tensor
  }

  private static func dimensions(of image: Tensor, channels: Int) throws(SessionError) -> (height: Int, width: Int) {
    guard image.shape.count == 3, image.shape[0] == channels, image.shape[1] >= 1, image.shape[2] >= 1 else {
      throw .image("shape \(image.shape); it takes [\(channels), height, width]")
    }
    guard checkedProduct(image.shape) == image.values.count else {
      throw .image("\(image.values.count) values for the shape \(image.shape)")
    }
    return (image.shape[1], image.shape[2])
  }

  private static func facts(_ values: [Float]?, model: Model) throws(SessionError) -> Buffer? {
    guard let values else { return nil }
    guard values.count == model.information.fileFactCount else {
      let expected = model.information.fileFactCount.map { "it takes \($0) numbers" } ?? "it takes none"
      throw .fileFacts("\(values.count) numbers; \(expected)")
    }
    guard let buffer = Buffer(values) else { throw .outOfMemory(bytes: Buffer.bytes(values.count)) }
    return buffer
  }
}

/// What computes a session's results.
protocol NetworkRun: AnyObject {
  /// Multiply-accumulates that have run.
  var macsRun: Int { get }
  var pool: BufferPool { get }

  /// Runs what is missing for an output, and gives it once.
  func result(of target: Target) throws(SessionError) -> Tensor

  /// The same of an exit, row by row, each once; those that the image was padded with are left out.
  func hand(_ exit: Target, to write: @escaping RowWriter) throws(SessionError)

  /// Frees what is held for these alone, if it can; they aren't asked afterwards.
  func forget(_ targets: [Target])

  /// Runs what is missing for an estimate, and gives what it is made of; nil where that isn't known.
  func sums(of target: Target) throws(SessionError) -> PooledSums?
}
