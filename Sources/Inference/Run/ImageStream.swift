/// An image that goes through a model once, to one exit, from top to bottom: only the rows at work are in memory.
///
/// A very wide image goes through in bands, side by side. Gives what a ``Session`` gives for the whole image, to the
/// last bit.
package struct ImageStream: Sendable {
  /// Above this many pixels bands are half as wide, for a twentieth more of work: 100 megapixels, which take 600 MB with
  /// their result, shall fit in a gigabyte.
  private static let manyPixels = 64_000_000

  /// Bands are no wider, but for what they see beyond their own columns.
  package static func bandWidth(height: Int, width: Int) -> Int {
    width.multipliedReportingOverflow(by: height).partialValue > manyPixels ? 4096 : 8192
  }

  /// No band's edge cuts through a minimum coded unit of any JPEG file.
  private static let codingUnit = 32

  private let program: RowProgram
  private let steps: [Int]
  private let result: Int
  private let height: Int
  private let bands: [Band]
  private let threads: Int
  private let reserve: MemoryReserve

  private struct Band {
    /// The columns that it gives.
    var core: Range<Int>
    /// The columns that it sees.
    var columns: Range<Int>
    var size: ImageSize
  }

  /// - Returns: Nil where the fast engine doesn't know the network.
  /// - Throws: ``SessionError`` if the model has no such exit or the size doesn't fit.
  package init?(model: Model, exit: Int, height: Int, width: Int, threads: Int) throws(SessionError) {
    try self.init(
      model: model, exit: exit, height: height, width: width, threads: threads,
      bandWidth: Self.bandWidth(height: height, width: width))
  }

  /// - Parameter bandWidth: Instead of the usual one; results don't depend on it.
  package init?(
    model: Model, exit: Int, height: Int, width: Int, threads: Int, bandWidth: Int
  ) throws(SessionError) {
    guard let program = model.program else { return nil }
    guard let set = model.plan.set(of: [.exit(exit)]), let result = program.outputs[.exit(exit)] else {
      throw .unavailable(.exit(exit), available: model.plan.targets)
    }
    let size = try ImageSize(height: height, width: width, stride: model.plan.stride)
    _ = try ConcreteSizes(model.plan, height: size.paddedHeight, width: size.paddedWidth, allowed: set)
    bands = try Self.bands(model: model, exit: exit, height: height, width: width, limit: bandWidth)
    steps = program.part(for: set, isDone: program.steps.map { _ in false }).steps
    reserve = model.reserve
    self.program = program
    self.result = result
    self.height = height
    self.threads = threads
  }

  /// Multiply-accumulates that a run takes, padding and overlaps included.
  package var macs: Int {
    bands.reduce(0) { sum, band in
      steps.reduce(sum) {
        $0 + program.steps[$1].macs(height: band.size.paddedHeight, width: band.size.paddedWidth)
      }
    }
  }

  /// Bytes that a run takes, besides what the caller reads from and writes to.
  package var bytes: Int {
    // All but the outer bands are alike.
    let sizes = Dictionary(bands.map { ($0.columns.count, $0) }, uniquingKeysWith: { first, _ in first })
    return sizes.values.map { plan($0, read: { _, _, _ in }, write: { _, _, _ in }).bytes }.max() ?? 0
  }

  /// - Parameters:
  ///   - isCancelled: Asked every few rows, from any thread.
  ///   - read: Gives the image's rows.
  ///   - write: Takes the result's rows.
  package func run(
    isCancelled: @Sendable () -> Bool, read: @escaping RowReader, write: @escaping RowWriter
  ) throws(SessionError) {
    // It takes most of the memory that there may be.
    reserve.drain()
    for band in bands {
      try RowRun(plan(band, read: read, write: write), kernels: program.kernels, ready: [:], pool: BufferPool())
        .run(isCancelled: isCancelled)
    }
  }

  private func plan(_ band: Band, read: @escaping RowReader, write: @escaping RowWriter) -> RowPlan {
    RowPlan(
      steps: [program.loading(height: height, columns: band.columns, read: read)] + steps.map { program.steps[$0] }
        + [program.storing(result, height: height, columns: band.columns, wanted: band.core, write: write)],
      of: program, height: band.size.paddedHeight, width: band.size.paddedWidth, kept: [], threads: threads)
  }

  /// Bands begin at whole tiles of every map, and see so much that all tiles that matter are the whole image's: a tile
  /// mixes the rounding of its pixels, so each 3x3 convolution reaches a tile further instead of a pixel.
  private static func bands(
    model: Model, exit: Int, height: Int, width: Int, limit: Int
  ) throws(SessionError) -> [Band] {
    let unit = leastCommonMultiple(WinogradConvolution.tile * model.plan.stride, codingUnit)
    let count = (width + limit - 1) / limit
    guard count > 1, let halo = model.information.halo[exit - 1] else {
      let size = try ImageSize(height: height, width: width, stride: model.plan.stride)
      return [Band(core: 0..<width, columns: 0..<width, size: size)]
    }
    func rounded(_ number: Int) -> Int { (number + unit - 1) / unit * unit }
    let (step, reach) = (rounded((width + count - 1) / count), rounded(WinogradConvolution.tile * halo))
    var bands: [Band] = []
    for first in Swift.stride(from: 0, to: width, by: step) {
      let core = first..<min(width, first + step)
      let columns = max(0, core.lowerBound - reach)..<min(width, core.upperBound + reach)
      let size = try ImageSize(height: height, width: columns.count, stride: model.plan.stride)
      bands.append(Band(core: core, columns: columns, size: size))
    }
    return bands
  }
}

extension Model {
  /// About how many bytes of maps sessions take that are asked for one output after another; nil if they don't fit.
  ///
  /// - Parameters:
  ///   - count: of sessions that take turns and share a pool.
  ///   - targets: The only outputs that will be asked; nil: all.
  ///   - isPassing: Whether gates decide, and each exit is forgotten once it is passed.
  package func sessionBytes(
    height: Int, width: Int, threads: Int, count: Int = 1, targets: [Target]? = nil, isPassing: Bool = false
  ) -> Int? {
    guard let size = try? ImageSize(height: height, width: width, stride: plan.stride) else { return nil }
    if let program {
      let estimate = isPassing ? SessionEstimate.passing : SessionEstimate.keeping
      let bytes = estimate(targets ?? plan.targets, program, plan, size, threads)
      return checkedProduct([count - 1, bytes.between]).map { $0 + bytes.working }
    }
    // The reference path holds at most a few of its widest maps.
    let widest = plan.steps.compactMap { step in
      plan.shapes[step.output]?.reduce(1) { product, dimension in
        product.flatMap { product in
          dimension.size(height: size.paddedHeight, width: size.paddedWidth).flatMap { checkedProduct([product, $0]) }
        }
      }
    }
    return checkedProduct([widest.max() ?? 0, 4, 4, count])
  }
}
