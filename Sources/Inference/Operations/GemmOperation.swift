import CKernels

/// alpha * A * B + beta * C; C is broadcast to the result first.
struct GemmOperation: Operation {
  let gemm: Gemm

  func run(_ call: Call) throws(SessionError) {
    let (first, second, output) = (call.inputs[0], call.inputs[1], call.output)
    let hasAddend = call.inputs.count > 2
    if hasAddend {
      var zero = output
      zero.shape = [1]
      zero.buffer = try call.pool.take(1)
      defer { call.pool.give(zero.buffer) }
      rbqe_fill(zero.start, 1, 0)
      try BinaryOperation(kind: .add).run(Call(inputs: [call.inputs[2], zero], output: output, pool: call.pool))
    }
    try MatrixProduct(
      rows: output.shape[0], columns: output.shape[1], depth: first.shape[gemm.transposeA ? 0 : 1], scale: gemm.alpha,
      keep: hasAddend ? gemm.beta : 0
    ).run(
      .init(start: first.start, stride: first.shape[1], isTransposed: gemm.transposeA),
      .init(start: second.start, stride: second.shape[1], isTransposed: gemm.transposeB),
      .init(start: output.start, stride: output.shape[1]))
  }
}
