/// An image that goes through a model once, to one exit, from top to bottom: only the rows at work are in memory.
///
/// Gives what a ``Session`` gives for the whole image.
package struct ImageStream: Sendable {
  private let program: RowProgram
  private let steps: [Int]
  private let result: Int
  private let size: ImageSize
  private let threads: Int

  /// - Returns: Nil where the fast engine doesn't know the network.
  /// - Throws: ``SessionError`` if the model has no such exit or the size doesn't fit.
  package init?(model: Model, exit: Int, height: Int, width: Int, threads: Int) throws(SessionError) {
    guard let program = model.program else { return nil }
    guard let set = model.plan.set(of: [.exit(exit)]), let result = program.outputs[.exit(exit)] else {
      throw .unavailable(.exit(exit), available: model.plan.targets)
    }
    size = try ImageSize(height: height, width: width, stride: model.plan.stride)
    _ = try ConcreteSizes(model.plan, height: size.paddedHeight, width: size.paddedWidth, allowed: set)
    steps = program.part(for: set, isDone: program.steps.map { _ in false }).steps
    self.program = program
    self.result = result
    self.threads = threads
  }

  /// Multiply-accumulates that a run takes, padding included.
  package var macs: Int {
    steps.reduce(0) { $0 + program.steps[$1].macs(height: size.paddedHeight, width: size.paddedWidth) }
  }

  /// Bytes that a run takes, besides what the caller reads from and writes to.
  package var bytes: Int { plan(read: { _, _ in }, write: { _, _ in }).bytes }

  /// - Parameters:
  ///   - isCancelled: Asked every few rows, from the calling thread.
  ///   - read: Gives the image's rows.
  ///   - write: Takes the result's rows.
  package func run(
    isCancelled: @Sendable () -> Bool, read: @escaping RowReader, write: @escaping RowWriter
  ) throws(SessionError) {
    let pool = BufferPool()
    try RowRun(plan(read: read, write: write), kernels: program.kernels, ready: [:], pool: pool)
      .run(isCancelled: isCancelled)
  }

  private func plan(read: @escaping RowReader, write: @escaping RowWriter) -> RowPlan {
    RowPlan(
      steps: [program.loading(size, read: read)] + steps.map { program.steps[$0] }
        + [program.storing(result, size, write: write)],
      of: program, height: size.paddedHeight, width: size.paddedWidth, kept: [], threads: threads)
  }
}

extension Model {
  /// About how many bytes of maps a session takes that is asked for one exit after another; nil if it doesn't fit.
  package func sessionBytes(height: Int, width: Int, threads: Int) -> Int? {
    guard let size = try? ImageSize(height: height, width: width, stride: plan.stride) else { return nil }
    if let program { return program.sessionBytes(plan: plan, size: size, threads: threads) }
    // The reference path holds at most a few of its widest maps.
    let widest = plan.steps.compactMap { step in
      plan.shapes[step.output]?.reduce(1) { product, dimension in
        product.flatMap { product in
          dimension.size(height: size.paddedHeight, width: size.paddedWidth).flatMap { checkedProduct([product, $0]) }
        }
      }
    }
    return checkedProduct([widest.max() ?? 0, 4, 4])
  }
}
