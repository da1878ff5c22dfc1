/// What a step of the plan does with buffers: the reference path, one thread, NCHW.
///
/// An operation is made once a model and runs for any image size; all sizes have been checked before it runs.
protocol Operation: Sendable {
  /// Whether the output may lie in the memory of an input that has its shape.
  var worksInPlace: Bool { get }

  /// The same with a ReLU at the end, or nil if that is not one operation.
  func fusedWithReLU() -> (any Operation)?

  func run(_ call: Call) throws(SessionError)
}

extension Operation {
  var worksInPlace: Bool { false }
  func fusedWithReLU() -> (any Operation)? { nil }
}

/// One run of an operation.
struct Call {
  /// A value's memory and sizes; the buffer may be larger than the sizes say.
  struct Operand {
    var buffer: Buffer
    var shape: [Int]

    var count: Int { shape.reduce(1, *) }
    var start: UnsafeMutablePointer<Float> { buffer.start }
  }

  var inputs: [Operand]
  var output: Operand
  var pool: BufferPool
}
