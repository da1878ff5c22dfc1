import Dispatch
import Synchronization

/// Runs some steps of a program over an image, all of them together from top to bottom.
///
/// Sendable without a lock: what it holds is fixed when `run` begins, and the pieces of a turn write disjoint memory.
final class RowRun: @unchecked Sendable {
  private struct Work: Sendable {
    var step: Int32
    var piece: Int32
    var first: Int32
    var end: Int32
  }

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
    var work: [Work] = []
    for (index, rows) in turn {
      let unit = plan.steps[index].operation.unit
      let pieces = plan.steps[index].operation.pieces(width: outputs[index].width)
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: unit) {
        for piece in 0..<pieces {
          work.append(
            Work(
              step: Int32(index), piece: Int32(piece), first: Int32(first),
              end: Int32(min(first + unit, rows.upperBound))))
        }
      }
    }
    guard plan.threads > 1, work.count > 1 else {
      for item in work { run(item, scratch: scratch[0]) }
      return
    }
    let next = Atomic(0)
    let items = work
    DispatchQueue.concurrentPerform(iterations: min(plan.threads, items.count)) { thread in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < items.count else { return }
        run(items[index], scratch: scratch[thread])
      }
    }
  }

  private func run(_ work: Work, scratch: Buffer) {
    let step = Int(work.step)
    plan.steps[step].operation.run(
      Piece(
        rows: Int(work.first)..<Int(work.end), index: Int(work.piece), inputs: inputs[step], output: outputs[step],
        scratch: scratch.start),
      with: kernels)
  }
}
