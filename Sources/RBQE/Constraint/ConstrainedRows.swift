import Imaging
import Synchronization

/// Takes the rows of a result, in any order and from several threads, and hands them on constrained: each row of minimum
/// coded units as soon as it is complete.
final class ConstrainedRows: Sendable {
  private struct State {
    var open: [Place: Strip] = [:]
    /// Memory to be used again.
    var free: [StripMemory] = []
    var clamped = 0
  }

  /// Where a strip lies: the number of its row of units, and its first column.
  private struct Place: Hashable {
    let unit: Int
    let column: Int
  }

  private struct Strip {
    let memory: StripMemory
    var missingRows: Int
  }

  private let constraint: CoefficientConstraint
  private let height: Int
  private let planeCount: Int
  private let write: @Sendable (_ row: Int, _ columns: Range<Int>, _ planes: [UnsafePointer<Float>]) -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - height: Rows of the whole picture.
  ///   - write: Takes a constrained row; called in any order, from several threads.
  init(
    _ constraint: CoefficientConstraint, height: Int, planeCount: Int,
    write: @escaping @Sendable (_ row: Int, _ columns: Range<Int>, _ planes: [UnsafePointer<Float>]) -> Void
  ) {
    self.constraint = constraint
    self.height = height
    self.planeCount = planeCount
    self.write = write
  }

  /// Coefficients brought back so far.
  var clamped: Int { state.withLock(\.clamped) }

  /// Takes a row; every row of a strip must have the same columns.
  func take(_ row: Int, _ columns: Range<Int>, _ planes: [UnsafePointer<Float>]) {
    let unit = row / constraint.unitRows
    let rows = unit * constraint.unitRows..<min((unit + 1) * constraint.unitRows, height)
    let place = Place(unit: unit, column: columns.lowerBound)
    let size = planeCount * constraint.unitRows * columns.count
    let memory = state.withLock { state in
      if let strip = state.open[place] { return strip.memory }
      let memory = state.free.popLast().flatMap { $0.count == size ? $0 : nil } ?? StripMemory(count: size)
      state.open[place] = Strip(memory: memory, missingRows: rows.count)
      return memory
    }
    let starts = (0..<planeCount).map { memory.start + $0 * constraint.unitRows * columns.count }
    for (start, plane) in zip(starts, planes) {
      (start + (row - rows.lowerBound) * columns.count).update(from: plane, count: columns.count)
    }
    let isComplete = state.withLock { state in
      state.open[place]?.missingRows -= 1
      guard state.open[place]?.missingRows == 0 else { return false }
      state.open[place] = nil
      return true
    }
    guard isComplete else { return }
    let clamped = constraint.apply(to: starts, stride: columns.count, columns: columns, rows: rows)
    for row in rows {
      let offset = (row - rows.lowerBound) * columns.count
      write(row, columns, starts.map { UnsafePointer($0 + offset) })
    }
    state.withLock { state in
      state.clamped += clamped
      state.free.append(memory)
    }
  }
}

/// Memory for the rows of a strip.
///
/// Sendable because threads write disjoint rows, and only the one that completes the strip goes on with it.
private final class StripMemory: @unchecked Sendable {
  let start: UnsafeMutablePointer<Float>
  let count: Int

  init(count: Int) {
    self.count = count
    start = .allocate(capacity: count)
    start.initialize(repeating: 0, count: count)
  }

  deinit { start.deallocate() }
}
