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

  private let steps: [RowProgram.Step]
  private let kernels: KernelSet
  private let threads: Int
  private let maps: [Int: RowMap]
  private let inputs: [[RowMap]]
  private let outputs: [RowMap]
  private let schedule: RowSchedule
  private let scratch: [Buffer]

  /// - Parameters:
  ///   - steps: In an order that runs.
  ///   - ready: Maps that hold all rows of values made before.
  ///   - kept: Values that are still needed afterwards, whole.
  init(
    steps: [RowProgram.Step], of program: RowProgram, height: Int, width: Int, ready: [Int: RowMap], kept: Set<Int>,
    threads: Int, pool: BufferPool
  ) throws(SessionError) {
    self.steps = steps
    self.threads = max(1, threads)
    kernels = program.kernels
    var places: [Int: Int] = [:]
    for (index, step) in steps.enumerated() { places[step.output] = index }
    func size(_ value: Int) -> (height: Int, width: Int) {
      let denominator = program.denominator(value)
      return (height / denominator, width / denominator)
    }
    // A turn works on rows of all maps that make about as many pixels, few enough to stay in the caches.
    let pixelRows = width > Self.wideImage ? Self.turnRows / 2 : Self.turnRows
    let stages = steps.map { step in
      RowSchedule.Stage(
        producers: step.inputs.map { places[$0] }, inputHeights: step.inputs.map { size($0).height },
        height: size(step.output).height,
        rowsPerTurn: max(1, pixelRows / program.denominator(step.output) / step.operation.unit)
          * step.operation.unit,
        operation: step.operation)
    }
    schedule = RowSchedule(stages: stages, isParallel: self.threads > 1)
    let capacities = schedule.capacities()
    var maps = ready
    var own: [RowMap] = []
    var scratch: [Buffer] = []
    do throws(SessionError) {
      for (index, step) in steps.enumerated() {
        let (height, width) = size(step.output)
        let map = try RowMap(
          layout: program.layout(step.output), height: height, width: width,
          capacity: kept.contains(step.output) ? height : capacities[index], pool: pool)
        maps[step.output] = map
        own.append(map)
      }
      for _ in 0..<self.threads { scratch.append(try pool.take(steps.map(\.operation.scratch).max() ?? 0)) }
    } catch {
      for map in own { map.release(to: pool) }
      for buffer in scratch { pool.give(buffer) }
      throw error
    }
    self.maps = maps
    self.scratch = scratch
    outputs = own
    inputs = steps.map { step in step.inputs.compactMap { maps[$0] } }
  }

  /// About how many rows of the image a turn covers.
  private static let turnRows = 16
  private static let wideImage = 1536

  func run(isCancelled: @Sendable () -> Bool) throws(SessionError) {
    var schedule = schedule
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
    for (step, map) in zip(steps, outputs) {
      if kept.contains(step.output) { result[step.output] = map } else { map.release(to: pool) }
    }
    return result
  }

  private func run(_ turn: [(stage: Int, rows: Range<Int>)]) {
    var work: [Work] = []
    for (index, rows) in turn {
      let unit = steps[index].operation.unit
      let pieces = steps[index].operation.pieces(width: outputs[index].width)
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: unit) {
        for piece in 0..<pieces {
          work.append(
            Work(
              step: Int32(index), piece: Int32(piece), first: Int32(first),
              end: Int32(min(first + unit, rows.upperBound))))
        }
      }
    }
    guard threads > 1, work.count > 1 else {
      for item in work { run(item, scratch: scratch[0]) }
      return
    }
    let next = Atomic(0)
    let items = work
    DispatchQueue.concurrentPerform(iterations: min(threads, items.count)) { thread in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < items.count else { return }
        run(items[index], scratch: scratch[thread])
      }
    }
  }

  private func run(_ work: Work, scratch: Buffer) {
    let step = Int(work.step)
    steps[step].operation.run(
      Piece(
        rows: Int(work.first)..<Int(work.end), index: Int(work.piece), inputs: inputs[step], output: outputs[step],
        scratch: scratch.start),
      with: kernels)
  }
}
