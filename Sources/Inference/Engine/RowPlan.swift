/// How some steps of a program run over an image of one size: which rows when, and how many of each value are in memory.
struct RowPlan {
  /// More would only take memory.
  private static let mostThreads = 256

  /// About how many rows of an image of some width a turn covers: few enough for its maps to stay in the caches, enough
  /// for several threads to have pieces of their own.
  private static func turnRows(width: Int) -> Int {
    switch width {
    case ...1200: 48
    case ...3000: 16
    default: 8
    }
  }

  let steps: [RowProgram.Step]
  let schedule: RowSchedule
  let threads: Int
  /// Rows and layout of each step's output.
  let outputs: [(layout: RowMap.Layout, height: Int, width: Int, capacity: Int, isKept: Bool)]

  /// - Parameters:
  ///   - steps: In an order that runs.
  ///   - height: That of the padded image.
  ///   - width: That of the padded image.
  ///   - kept: Values that are still needed afterwards, whole.
  init(
    steps: [RowProgram.Step], of program: RowProgram, height: Int, width: Int, kept: Set<Int>, threads: Int
  ) {
    func size(_ value: Int) -> (height: Int, width: Int) {
      let denominator = program.denominator(value)
      return (height / denominator, width / denominator)
    }
    var places: [Int: Int] = [:]
    for (index, step) in steps.enumerated() { places[step.output] = index }
    let rows = Self.turnRows(width: width)
    let stages = steps.map { step in
      RowSchedule.Stage(
        producers: step.inputs.map { places[$0] }, inputHeights: step.inputs.map { size($0).height },
        height: size(step.output).height,
        rowsPerTurn: max(1, rows / program.denominator(step.output) / step.operation.unit) * step.operation.unit,
        operation: step.operation)
    }
    schedule = RowSchedule(stages: stages)
    let capacities = schedule.capacities()
    outputs = steps.indices.map { index in
      let (height, width) = size(steps[index].output)
      let isKept = kept.contains(steps[index].output)
      let capacity = isKept ? height : min(height, capacities[index])
      return (program.layout(steps[index].output), height, width, capacity, isKept)
    }
    self.steps = steps
    self.threads = min(max(1, threads), Self.mostThreads)
  }

  /// Numbers of scratch memory for each thread.
  var scratch: Int { steps.map(\.operation.scratch).max() ?? 0 }

  /// Numbers of memory that only the run itself needs.
  var passing: Int {
    let maps = outputs.filter { !$0.isKept }.map { RowMap.count($0.layout, width: $0.width, capacity: $0.capacity) }
    return (maps + [Int](repeating: scratch, count: threads)).reduce(0) { $0 + Buffer.aligned($1) }
  }

  /// Bytes that a run takes.
  var bytes: Int {
    outputs.filter(\.isKept).reduce(Buffer.bytes(passing)) { sum, output in
      sum + Buffer.bytes(RowMap.count(output.layout, width: output.width, capacity: output.capacity))
    }
  }
}
