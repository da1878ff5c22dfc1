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

  /// - Parameter ready: Maps that hold all rows of values made before.
  init(_ plan: RowPlan, kernels: KernelSet, ready: [Int: RowMap], pool: BufferPool) throws(SessionError) {
    self.plan = plan
    self.kernels = kernels
    var maps = ready
    var own: [RowMap] = []
    var scratch: [Buffer] = []
    do throws(SessionError) {
      for (step, output) in zip(plan.steps, plan.outputs) {
        let map = try RowMap(
          layout: output.layout, height: output.height, width: output.width, capacity: output.capacity, pool: pool)
        maps[step.output] = map
        own.append(map)
      }
      for _ in 0..<plan.threads { scratch.append(try pool.take(plan.scratch)) }
    } catch {
      for map in own { map.release(to: pool) }
      for buffer in scratch { pool.give(buffer) }
      throw error
    }
    self.scratch = scratch
    outputs = own
    inputs = plan.steps.map { step in step.inputs.compactMap { maps[$0] } }
  }

  func run(isCancelled: @Sendable () -> Bool) throws(SessionError) {
    var schedule = plan.schedule
    while !schedule.isFinished {
      if isCancelled() { throw .cancelled }
      let turn = schedule.turn()
      guard !turn.isEmpty else { throw .engine("the steps wait for each other") }
      run(turn)
    }
  }

  /// Maps of these values, whole; all other memory goes back.
  func finish(keeping kept: Set<Int>, pool: BufferPool) -> [Int: RowMap] {
    for buffer in scratch { pool.give(buffer) }
    var result: [Int: RowMap] = [:]
    for (step, map) in zip(plan.steps, outputs) {
      if kept.contains(step.output) { result[step.output] = map } else { map.release(to: pool) }
    }
    return result
  }

  private func run(_ turn: [(stage: Int, rows: Range<Int>)]) {
    let work = TurnWork(turn, of: plan)
    let threads = min(plan.threads, work.items.count)
    guard threads > 1 else {
      for item in work.items { run(item, scratch: scratch[0]) }
      return
    }
    let progress = TurnProgress(threads: threads)
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      while true {
        let range = progress.next(for: thread, of: work.items.count)
        if range.isEmpty { return }
        for index in range {
          progress.begin(index, by: thread)
          progress.wait(for: work.items[index].last, by: thread)
          run(work.items[index], scratch: scratch[thread])
        }
      }
    }
  }

  private func run(_ item: TurnWork.Item, scratch: Buffer) {
    plan.steps[item.step].operation.run(
      Piece(
        rows: item.rows, index: item.piece, inputs: inputs[item.step], output: outputs[item.step],
        scratch: scratch.start),
      with: kernels)
  }
}
