/// Which rows of which step are made in which turn.
///
/// In a turn every step makes at most a few rows, one step after the other. So all maps move down the image together,
/// a little apart, and only the rows between the newest that is made and the oldest that is still read need memory.
struct RowSchedule {
  struct Stage {
    /// The steps of this schedule that make the inputs; nil where an input is there already.
    var producers: [Int?]
    var inputHeights: [Int]
    var height: Int
    /// Rows in a turn, a multiple of the operation's unit.
    var rowsPerTurn: Int
    var operation: any RowOperation
  }

  let stages: [Stage]
  private(set) var made: [Int]

  init(stages: [Stage]) {
    self.stages = stages
    made = stages.map { _ in 0 }
  }

  var isFinished: Bool { stages.indices.allSatisfy { made[$0] == stages[$0].height } }

  /// The rows that each step makes next, in the steps' order; none where a step has to wait.
  mutating func turn() -> [(stage: Int, rows: Range<Int>)] {
    var work: [(stage: Int, rows: Range<Int>)] = []
    for index in stages.indices {
      let end = end(of: index)
      guard end > made[index] else { continue }
      work.append((index, made[index]..<end))
      made[index] = end
    }
    return work
  }

  /// How far a step gets with the rows that are there.
  private func end(of index: Int) -> Int {
    let stage = stages[index]
    let limit = min(stage.height, made[index] + stage.rowsPerTurn)
    var end = made[index]
    while end < limit {
      let next = min(stage.height, end + stage.operation.unit)
      let isReady = stage.producers.indices.allSatisfy { input in
        guard let producer = stage.producers[input] else { return true }
        let needed = stage.operation.rows(of: input, for: end..<next).upperBound
        return min(needed, stage.inputHeights[input]) <= made[producer]
      }
      guard isReady else { break }
      end = next
    }
    return end
  }

  /// The first row of an input that a step will still read; the input's height once it is finished.
  private func oldestNeeded(by index: Int, input: Int, made: [Int]) -> Int {
    let stage = stages[index]
    guard made[index] < stage.height else { return stage.inputHeights[input] }
    let next = made[index]..<min(stage.height, made[index] + stage.operation.unit)
    return max(0, stage.operation.rows(of: input, for: next).lowerBound)
  }

  /// Rows of each step's output that must be in memory at once, found by going through the turns.
  ///
  /// Once two turns do the same, the ones after them do too, until a step comes to its end: those are passed over.
  func capacities() -> [Int] {
    var run = RowSchedule(stages: stages)
    var readers: [[(stage: Int, input: Int)]] = stages.map { _ in [] }
    for (index, stage) in stages.enumerated() {
      for (input, producer) in stage.producers.enumerated() {
        if let producer { readers[producer].append((index, input)) }
      }
    }
    var capacities = stages.map { _ in 1 }
    var heldBefore: [Int]?
    while !run.isFinished {
      let before = run.made
      guard !run.turn().isEmpty else { return stages.map(\.height) }
      let held = stages.indices.map { index in
        let oldest = readers[index].map { oldestNeeded(by: $0.stage, input: $0.input, made: before) }.min()
        return run.made[index] - min(oldest ?? before[index], before[index])
      }
      for index in stages.indices { capacities[index] = max(capacities[index], held[index]) }
      guard stages.indices.allSatisfy({ run.made[$0] - before[$0] == stages[$0].rowsPerTurn }) else {
        heldBefore = nil
        continue
      }
      // Rows that are needed from above the image would count for less, and no two turns be alike.
      if held == heldBefore, run.isSteady { run.skipFullTurns() }
      heldBefore = held
    }
    return capacities
  }

  /// Whether steps that all go on by their full rows find their inputs as they do now: what they read moves on by as
  /// much as is made of it.
  private var isSteady: Bool {
    stages.indices.allSatisfy { index in
      let stage = stages[index]
      let next = made[index]..<made[index] + stage.operation.unit
      let later = next.lowerBound + stage.rowsPerTurn..<next.upperBound + stage.rowsPerTurn
      return stage.producers.indices.allSatisfy { input in
        guard let producer = stage.producers[input] else { return true }
        let (first, second) = (stage.operation.rows(of: input, for: next), stage.operation.rows(of: input, for: later))
        let distance = stages[producer].rowsPerTurn
        return second == first.lowerBound + distance..<first.upperBound + distance
      }
    }
  }

  /// Goes on to where a step has fewer than its full rows left.
  private mutating func skipFullTurns() {
    let turns = stages.indices.map { (stages[$0].height - made[$0]) / stages[$0].rowsPerTurn }.min() ?? 0
    for index in stages.indices { made[index] += turns * stages[index].rowsPerTurn }
  }
}
