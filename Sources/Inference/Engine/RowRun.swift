import Dispatch

/// Runs some steps of a program over an image, all of them together from top to bottom.
///
/// Sendable without a lock: what it holds is fixed when `run` begins, pieces write disjoint memory, and a piece waits for
/// those that it reads from.
final class RowRun: @unchecked Sendable {
  private let plan: RowPlan
  private let kernels: KernelSet
  private let inputs: [[RowMap]]
  private let outputs: [RowMap]
  private let scratch: [Buffer]
  /// The memory of all that is not kept.
  private let passing: Buffer

  /// - Parameter ready: Maps that hold all rows of values made before.
  init(_ plan: RowPlan, kernels: KernelSet, ready: [Int: RowMap], pool: BufferPool) throws(SessionError) {
    self.plan = plan
    self.kernels = kernels
    // One piece of memory for all that nobody needs afterwards: a few large pages instead of thousands of small ones.
    let passing = try pool.take(plan.passing)
    var taken = 0
    func part(_ count: Int) -> Buffer {
      defer { taken += Buffer.aligned(count) }
      return Buffer(passing, from: taken, count: count)
    }
    var maps = ready
    var own: [RowMap] = []
    do throws(SessionError) {
      for (step, output) in zip(plan.steps, plan.outputs) {
        let map = try RowMap(
          layout: output.layout, height: output.height, width: output.width, capacity: output.capacity
        ) { count throws(SessionError) in output.isKept ? try pool.take(count) : part(count) }
        maps[step.output] = map
        own.append(map)
      }
    } catch {
      for (map, output) in zip(own, plan.outputs) where output.isKept { map.release(to: pool) }
      pool.give(passing)
      throw error
    }
    scratch = (0..<plan.threads).map { _ in part(plan.scratch) }
    outputs = own
    inputs = plan.steps.map { step in step.inputs.compactMap { maps[$0] } }
    self.passing = passing
  }

  /// - Parameter isCancelled: Asked once a turn, from any thread.
  func run(isCancelled: @Sendable () -> Bool) throws(SessionError) {
    let progress = TurnProgress(threads: plan.threads)
    if plan.threads > 1 {
      DispatchQueue.concurrentPerform(iterations: plan.threads) { thread in
        work(thread, progress, isCancelled: isCancelled)
      }
    } else {
      work(0, progress, isCancelled: isCancelled)
    }
    switch progress.stop {
    case nil: break
    case .cancelled: throw .cancelled
    case .stuck: throw .engine("the steps wait for each other")
    }
  }

  /// Maps of these values, whole; all other memory goes back.
  func finish(keeping kept: Set<Int>, pool: BufferPool) -> [Int: RowMap] {
    var result: [Int: RowMap] = [:]
    for (index, map) in outputs.enumerated() where plan.outputs[index].isKept {
      let value = plan.steps[index].output
      if kept.contains(value) { result[value] = map } else { map.release(to: pool) }
    }
    pool.give(passing)
    return result
  }

  /// What one thread does, turn after turn.
  ///
  /// All threads go through the same turns, and none goes back to Dispatch between them: a turn of a small image is
  /// over before a sleeping thread would be awake.
  private func work(_ thread: Int, _ progress: TurnProgress, isCancelled: @Sendable () -> Bool) {
    var schedule = plan.schedule
    /// Counted over all turns.
    var first = 0
    // Dispatch may begin this thread when the others are done.
    while !schedule.isFinished, !progress.isOver {
      let items = TurnWork(schedule.turn(), of: plan).items
      if items.isEmpty { progress.stop(.stuck) }
      let (turn, end) = (first, first + items.count)
      while let range = progress.next(for: thread, before: end, runEnd: { items[$0 - turn].end + turn }) {
        if range.lowerBound == first, isCancelled() { progress.stop(.cancelled) }
        for index in range {
          let item = items[index - first]
          progress.begin(index, by: thread)
          // Also everything in the turns before.
          progress.wait(for: first + item.last, by: thread)
          if progress.stop != nil { break }
          run(item, scratch: scratch[thread])
        }
      }
      if progress.stop != nil { return }
      first += items.count
    }
    progress.end()
  }

  private func run(_ item: TurnWork.Item, scratch: Buffer) {
    plan.steps[item.step].operation.run(
      Piece(
        rows: item.rows, index: item.piece, inputs: inputs[item.step], output: outputs[item.step],
        scratch: scratch.start),
      with: kernels)
  }
}
