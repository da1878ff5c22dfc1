/// Goes the way of a session without computing anything, to find what memory it takes.
struct SessionEstimate {
  private let program: RowProgram
  private let plan: Plan
  private let size: ImageSize
  private let threads: Int
  private var allowed: TargetSet
  private var isDone: [Bool]
  /// Bytes of each map that is held now.
  private var held: [Int: Int]

  /// Bytes held between two questions at most.
  private(set) var between: Int
  /// Bytes held while it works at most.
  private(set) var working: Int

  /// - Parameter targets: The only ones that will be asked.
  init(program: RowProgram, plan: Plan, size: ImageSize, threads: Int, targets: [Target]) {
    self.program = program
    self.plan = plan
    self.size = size
    self.threads = threads
    let allowed = plan.set(of: targets) ?? TargetSet()
    self.allowed = allowed
    isDone = program.steps.map { $0.targets.isDisjoint(with: allowed) }
    let image = program.bytes(of: 0, size)
    held = [0: image]
    between = image
    working = image
  }

  mutating func ask(_ target: Target) {
    let (places, kept) = program.part(for: plan.set(of: [target]) ?? TargetSet(), isDone: isDone)
    let run = RowPlan(
      steps: places.map { program.steps[$0] }, of: program, height: size.paddedHeight, width: size.paddedWidth,
      kept: kept, threads: threads)
    working = max(working, held.values.reduce(run.bytes, +))
    for place in places { isDone[place] = true }
    for value in kept { held[value] = program.bytes(of: value, size) }
    hold(kept)
  }

  mutating func forget(_ targets: [Target]) {
    allowed.subtract(plan.set(of: targets) ?? TargetSet())
    hold(program.forget(allBut: allowed, &isDone))
  }

  /// Takes over what another one found, which began where this one is.
  mutating func bound(_ other: SessionEstimate) {
    between = max(between, other.between)
    working = max(working, other.working)
  }

  private mutating func hold(_ values: Set<Int>) {
    held = held.filter { values.contains($0.key) }
    between = max(between, held.values.reduce(0, +))
  }
}

extension SessionEstimate {
  /// A session that is asked for one output after another, or for its gates alone, all of which are kept ready.
  static func keeping(
    _ targets: [Target], of program: RowProgram, plan: Plan, size: ImageSize, threads: Int
  ) -> SessionEstimate {
    // Gain 0, exit 1, gain 1, ... Where exits are never asked after all, what their heads would read is held to the
    // end.
    let start = SessionEstimate(program: program, plan: plan, size: size, threads: threads, targets: targets)
    var all = start
    for target in targets.inOrder { all.ask(target) }
    var gates = start
    for target in targets.inOrder where target.exitIndex == nil { gates.ask(target) }
    all.bound(gates)
    return all
  }

  /// A session whose gates are asked one after another, and whose exits are forgotten once they are passed, until one
  /// is taken.
  static func passing(
    _ targets: [Target], of program: RowProgram, plan: Plan, size: ImageSize, threads: Int
  ) -> SessionEstimate {
    var session = SessionEstimate(program: program, plan: plan, size: size, threads: threads, targets: targets)
    let exits = targets.inOrder.filter { $0.exitIndex != nil }
    for gain in targets.inOrder {
      guard let passed = gain.gainIndex else { continue }
      session.ask(gain)
      for exit in exits where exit.exitIndex ?? 0 >= max(1, passed) {
        var taken = session
        taken.forget(targets.filter { $0 != exit })
        taken.ask(exit)
        session.bound(taken)
      }
      // Its score may be asked before it is passed.
      if passed > 0, targets.contains(.exit(passed)) { session.ask(.exit(passed)) }
      session.forget([.exit(passed)])
    }
    return session
  }
}

extension [Target] {
  /// As a policy asks that goes from exit to exit.
  fileprivate var inOrder: [Target] {
    func place(_ target: Target) -> Int { target.exitIndex.map { 2 * $0 } ?? 2 * (target.gainIndex ?? 0) + 1 }
    return sorted { place($0) < place($1) }
  }
}

extension RowProgram {
  /// Bytes of a map that holds all rows.
  fileprivate func bytes(of value: Int, _ size: ImageSize) -> Int {
    let denominator = denominator(value)
    return Buffer.bytes(
      RowMap.count(
        layout(value), width: size.paddedWidth / denominator, capacity: size.paddedHeight / denominator))
  }
}
