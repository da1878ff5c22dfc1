import CKernels

/// Runs a plan on one image, output by output, and holds what later outputs may still need: the reference path, which
/// knows every operator.
final class Execution: NetworkRun {
  private let plan: Plan
  private let sizes: ConcreteSizes
  private let size: ImageSize
  private let isCancelled: @Sendable () -> Bool
  private var buffers: [ValueID: Buffer] = [:]
  /// How often a value will still be read, by steps to come and by the caller.
  private var readsLeft: [ValueID: Int] = [:]
  private var isDone: [Bool]
  let pool = BufferPool()
  private(set) var macsRun = 0

  /// - Parameters:
  ///   - sizes: The plan's sizes for the padded image and the outputs that may be asked.
  ///   - image: `[C, height, width]`.
  ///   - file: Facts about the file; nil: the plan's default.
  init(
    plan: Plan, sizes: ConcreteSizes, size: ImageSize, image: Tensor, file: Buffer?,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws(SessionError) {
    self.plan = plan
    self.sizes = sizes
    self.size = size
    self.isCancelled = isCancelled
    isDone = plan.steps.map { $0.targets.isDisjoint(with: sizes.allowed) }
    for (index, step) in plan.steps.enumerated() where !isDone[index] {
      for input in Set(step.inputs) { readsLeft[input, default: 0] += 1 }
    }
    for target in plan.targets(in: sizes.allowed) {
      if let value = plan.outputs[target] { readsLeft[value, default: 0] += 1 }
    }
    let channels = image.shape[0]
    let padded = try pool.take(channels * size.paddedHeight * size.paddedWidth)
    rbqe_pad_edge(
      image.values, channels, size.height, size.width, padded.start, size.paddedHeight, size.paddedWidth)
    buffers[plan.image] = padded
    if let input = plan.file { buffers[input.value] = file ?? input.unknown }
  }

  func result(of target: Target) throws(SessionError) -> Tensor {
    guard let value = plan.outputs[target], let set = plan.set(of: [target]), sizes.allowed.isSuperset(of: set) else {
      throw .unavailable(target, available: plan.targets(in: sizes.allowed))
    }
    for (index, step) in plan.steps.enumerated() where !isDone[index] && !step.targets.isDisjoint(with: set) {
      if isCancelled() { throw .cancelled }
      try run(step)
      isDone[index] = true
    }
    let result = try operand(value)
    let tensor =
      if case .exit = target {
        cropped(result)
      } else {
        Tensor(result.shape, result.buffer.array(count: result.count))
      }
    didRead(value)
    return tensor
  }

  func hand(_ exit: Target, to write: @escaping RowWriter) throws(SessionError) {
    try result(of: exit).hand(to: write)
  }

  func sums(of target: Target) -> PooledSums? { nil }

  /// It counts readers, not outputs, so nothing is freed before the session is.
  func forget(_ targets: [Target]) {}

  private func run(_ step: Plan.Step) throws(SessionError) {
    var inputs: [Call.Operand] = []
    for value in step.inputs { inputs.append(try operand(value)) }
    let shape = try sizes.shape(step.output)
    let reused = step.operation.worksInPlace ? reusable(step, shape: shape) : nil
    let buffer: Buffer
    if let reused, let own = buffers[reused] {
      buffer = own
    } else {
      buffer = try pool.take(shape.reduce(1, *))
    }
    do {
      try step.operation.run(Call(inputs: inputs, output: .init(buffer: buffer, shape: shape), pool: pool))
    } catch {
      if reused == nil { pool.give(buffer) }
      throw error
    }
    if let reused { buffers[reused] = nil }
    for value in Set(step.inputs) { didRead(value) }
    buffers[step.output] = buffer
    macsRun += step.cost.total(height: sizes.height, width: sizes.width) ?? 0
  }

  /// Without the padding.
  private func cropped(_ value: Call.Operand) -> Tensor {
    let shape = [value.shape[1], size.height, size.width]
    let values = [Float](unsafeUninitializedCapacity: shape[0] * shape[1] * shape[2]) { memory, count in
      guard let start = memory.baseAddress else { return }
      rbqe_crop(value.start, shape[0], value.shape[2], value.shape[3], start, shape[1], shape[2])
      count = memory.count
    }
    return Tensor(shape, values)
  }

  /// An input that nothing reads after this step and that the output can replace.
  private func reusable(_ step: Plan.Step, shape: [Int]) -> ValueID? {
    let count = shape.reduce(1, *)
    return step.inputs.first { value in
      readsLeft[value] == 1 && isOwned(value) && buffers[value]?.count == count
    }
  }

  private func didRead(_ value: ValueID) {
    let left = (readsLeft[value] ?? 0) - 1
    readsLeft[value] = left
    guard left <= 0, isOwned(value), let buffer = buffers.removeValue(forKey: value) else { return }
    pool.give(buffer)
  }

  /// Whether a value's memory comes from the pool; the model's numbers are shared.
  private func isOwned(_ value: ValueID) -> Bool {
    plan.constants[value] == nil && value != plan.file?.value
  }

  private func operand(_ value: ValueID) throws(SessionError) -> Call.Operand {
    guard let buffer = buffers[value] ?? plan.constants[value] else {
      throw .engine("value \(value) is gone before its last use")
    }
    return Call.Operand(buffer: buffer, shape: try sizes.shape(value))
  }
}
