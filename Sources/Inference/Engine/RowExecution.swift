import CKernels

/// One image on its way through a row program, resumable output by output.
final class RowExecution: NetworkRun {
  private let program: RowProgram
  private let plan: Plan
  private let size: ImageSize
  private let file: [Float]?
  /// What was pooled so far.
  private var pooled = PooledSums(sums: [:], counts: [:])
  /// The estimates whose cost is counted.
  private var estimated: Set<Target> = []
  private var allowed: TargetSet
  private let threads: Int
  private let isCancelled: @Sendable () -> Bool
  private var ready: [Int: RowMap] = [:]
  private var isDone: [Bool]
  let pool: BufferPool
  private(set) var macsRun = 0

  init(
    program: RowProgram, plan: Plan, size: ImageSize, allowed: TargetSet, threads: Int, read: @escaping RowReader,
    file: [Float]?, pooledArea: PooledArea?, pool: BufferPool, isCancelled: @escaping @Sendable () -> Bool
  ) throws(SessionError) {
    self.pool = pool
    self.program = pooledArea.map { program.pooling(over: $0) } ?? program
    self.file = file
    self.plan = plan
    self.size = size
    self.allowed = allowed
    self.threads = threads
    self.isCancelled = isCancelled
    isDone = program.steps.map { $0.targets.isDisjoint(with: allowed) }
    try run([program.loading(height: size.height, columns: 0..<size.width, read: read)], kept: [0])
  }

  func result(of target: Target) throws(SessionError) -> Tensor {
    if let estimate = program.estimates[target] {
      guard let sums = try sums(of: target), let values = estimate.run(sums, file: file) else {
        throw .engine("\(target) is made of something that was not pooled")
      }
      return Tensor([1, values.count], values)
    }
    let (height, width, channels) = (size.height, size.width, planeCount(of: target))
    var failure: SessionError?
    let values = [Float](unsafeUninitializedCapacity: channels * height * width) { planes, count in
      guard let start = planes.baseAddress else { return }
      rbqe_prefer_huge_pages(start, planes.count * MemoryLayout<Float>.stride)
      // Every row is written once, by one thread.
      nonisolated(unsafe) let planes = start
      do throws(SessionError) {
        try hand(target) { row, _, rows in
          for (index, source) in rows.enumerated() {
            (planes + (index * height + row) * width).initialize(from: source, count: width)
          }
        }
        count = channels * height * width
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return Tensor([channels, height, width], values)
  }

  func hand(_ target: Target, to write: @escaping RowWriter) throws(SessionError) {
    guard let value = program.outputs[target], let set = plan.set(of: [target]), allowed.isSuperset(of: set) else {
      throw .unavailable(target, available: plan.targets(in: allowed))
    }
    let columns = 0..<size.width
    try run(set, then: [program.storing(value, height: size.height, columns: columns, wanted: columns, write: write)])
  }

  func forget(_ targets: [Target]) {
    guard let set = plan.set(of: targets) else { return }
    allowed.subtract(set)
    let needed = program.forget(allBut: allowed, &isDone)
    for (value, map) in ready where !needed.contains(value) {
      map.release(to: pool)
      ready[value] = nil
    }
  }

  private func planeCount(of exit: Target) -> Int {
    program.outputs[exit].map { program.values[$0].layout.planeCount } ?? 0
  }

  /// What an estimate is made of.
  func sums(of target: Target) throws(SessionError) -> PooledSums? {
    guard let estimate = program.estimates[target], let set = plan.set(of: [target]), allowed.isSuperset(of: set) else {
      throw .unavailable(target, available: plan.targets(in: allowed))
    }
    try run(set, then: [])
    if estimated.insert(target).inserted { macsRun += estimate.macs }
    return PooledSums(
      sums: pooled.sums.filter { estimate.pooled.contains($0.key) },
      counts: pooled.counts.filter { estimate.pooled.contains($0.key) })
  }

  /// Runs what is missing for some outputs.
  private func run(_ set: TargetSet, then last: [RowProgram.Step]) throws(SessionError) {
    let (places, kept) = program.part(for: set, isDone: isDone)
    let pools = places.filter { program.steps[$0].operation is PoolOperation }
    try run(
      places.map { program.steps[$0] } + last, kept: kept.union(pools.map { program.steps[$0].output }))
    for place in places {
      isDone[place] = true
      macsRun += program.steps[place].macs(height: size.paddedHeight, width: size.paddedWidth)
    }
    for place in pools {
      let value = program.steps[place].output
      guard let map = ready.removeValue(forKey: value) else { continue }
      let area = (program.steps[place].operation as? PoolOperation)?.area
      pooled.sums[value] = Array(map.total(of: area).prefix(program.values[value].channels))
      pooled.counts[value] = (area?.rows.count ?? map.height) * (area?.columns.count ?? map.width)
      map.release(to: pool)
    }
  }

  /// Runs some steps and holds what later ones need; on an error everything is as before.
  private func run(_ steps: [RowProgram.Step], kept: Set<Int>) throws(SessionError) {
    let plan = RowPlan(
      steps: steps, of: program, height: size.paddedHeight, width: size.paddedWidth, kept: kept, threads: threads)
    let run = try RowRun(plan, kernels: program.kernels, ready: ready, pool: pool)
    do throws(SessionError) {
      try run.run(isCancelled: isCancelled)
    } catch {
      _ = run.finish(keeping: [], pool: pool)
      throw error
    }
    for (value, map) in ready where !kept.contains(value) {
      map.release(to: pool)
      ready[value] = nil
    }
    ready.merge(run.finish(keeping: kept, pool: pool)) { $1 }
  }
}

extension RowMap.Layout {
  var planeCount: Int {
    guard case .planes(let count) = self else { return 0 }
    return count
  }
}

/// The part of an image that is pooled, in samples; its corners lie on multiples of the model's stride, or at the
/// image's right and lower edge.
package struct PooledArea: Sendable {
  package var rows: Range<Int>
  package var columns: Range<Int>

  package init(rows: Range<Int>, columns: Range<Int>) {
    self.rows = rows
    self.columns = columns
  }
}

extension RowProgram {
  /// The same with nothing pooled outside an area.
  func pooling(over area: PooledArea) -> RowProgram {
    var program = self
    for index in steps.indices {
      guard var operation = steps[index].operation as? PoolOperation else { continue }
      let denominator = denominator(steps[index].output)
      func scaled(_ range: Range<Int>) -> Range<Int> {
        range.lowerBound / denominator..<(range.upperBound + denominator - 1) / denominator
      }
      operation.area = .init(rows: scaled(area.rows), columns: scaled(area.columns))
      program.steps[index].operation = operation
    }
    return program
  }

  /// The steps that are missing for some outputs, and the values that other steps will read afterwards.
  func part(for targets: TargetSet, isDone: [Bool]) -> (steps: [Int], kept: Set<Int>) {
    let missing = steps.indices.filter { !isDone[$0] }
    let places = missing.filter { !steps[$0].targets.isDisjoint(with: targets) }
    return (places, needed(by: missing.filter { steps[$0].targets.isDisjoint(with: targets) }))
  }

  /// Takes steps for done that only other outputs need.
  ///
  /// - Returns: The values that those still to come read.
  func forget(allBut targets: TargetSet, _ isDone: inout [Bool]) -> Set<Int> {
    for (place, step) in steps.enumerated() where step.targets.isDisjoint(with: targets) { isDone[place] = true }
    return needed(by: steps.indices.filter { !isDone[$0] })
  }

  /// The values that some steps read and none of them makes.
  func needed(by places: [Int]) -> Set<Int> {
    Set(places.flatMap { steps[$0].inputs }).subtracting(places.map { steps[$0].output })
  }

  /// The step that makes the image of what the caller has.
  func loading(height: Int, columns: Range<Int>, read: @escaping RowReader) -> Step {
    Step(
      name: "image", inputs: [], output: 0, operation: LoadOperation(height: height, columns: columns, read: read),
      costs: [], targets: TargetSet())
  }

  /// The step that hands a result to the caller.
  func storing(
    _ value: Int, height: Int, columns: Range<Int>, wanted: Range<Int>, write: @escaping RowWriter
  ) -> Step {
    Step(
      name: "result", inputs: [value], output: Self.nowhere,
      operation: StoreOperation(height: height, columns: columns, wanted: wanted, write: write), costs: [],
      targets: TargetSet())
  }
}
