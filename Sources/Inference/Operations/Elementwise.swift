import CKernels

/// Each number by itself.
struct UnaryOperation: Operation {
  enum Kind: Sendable {
    case relu, squareRoot, sigmoid
    case clip(Float, Float)
  }

  let kind: Kind
  var worksInPlace: Bool { true }

  func run(_ call: Call) throws(SessionError) {
    let (input, output, count) = (call.inputs[0].start, call.output.start, call.output.count)
    switch kind {
    case .relu: rbqe_relu(input, output, count)
    case .squareRoot: rbqe_sqrt(input, output, count)
    case .sigmoid: rbqe_sigmoid(input, output, count)
    case .clip(let low, let high): rbqe_clip(input, low, high, output, count)
    }
  }
}

/// Two operands, broadcast: the dimensions are merged as far as they go, and the kernel runs along the last.
struct BinaryOperation: Operation {
  enum Kind: Sendable {
    case add, subtract, multiply, prelu
  }

  let kind: Kind
  var worksInPlace: Bool { true }

  func run(_ call: Call) throws(SessionError) {
    let dimensions = Self.merged(call)
    guard let inner = dimensions.last else {
      apply(call, first: 0, firstStep: 0, second: 0, secondStep: 0, output: 0, count: 1)
      return
    }
    let outer = dimensions.dropLast()
    let rows = outer.reduce(1) { $0 * $1.size }
    for row in 0..<rows {
      var (rest, first, second) = (row, 0, 0)
      for dimension in outer.reversed() {
        let index = rest % dimension.size
        rest /= dimension.size
        first += index * dimension.first
        second += index * dimension.second
      }
      apply(
        call, first: first, firstStep: inner.first, second: second, secondStep: inner.second,
        output: row * inner.size, count: inner.size)
    }
  }

  private func apply(
    _ call: Call, first: Int, firstStep: Int, second: Int, secondStep: Int, output: Int, count: Int
  ) {
    let (a, b) = (call.inputs[0].start + first, call.inputs[1].start + second)
    let out = call.output.start + output
    switch kind {
    case .add: rbqe_add(a, firstStep, b, secondStep, out, count)
    case .subtract: rbqe_subtract(a, firstStep, b, secondStep, out, count)
    case .multiply: rbqe_multiply(a, firstStep, b, secondStep, out, count)
    case .prelu: rbqe_prelu(a, firstStep, b, secondStep, out, count)
    }
  }

  private struct Merged {
    var size: Int
    /// Steps of the operands; 0 where one is stretched.
    var first: Int
    var second: Int
  }

  private static func merged(_ call: Call) -> [Merged] {
    let output = call.output.shape
    let first = steps(call.inputs[0].shape, rank: output.count)
    let second = steps(call.inputs[1].shape, rank: output.count)
    var result: [Merged] = []
    for (index, size) in output.enumerated() where size > 1 {
      if let last = result.last, last.first == first[index] * size, last.second == second[index] * size {
        result[result.count - 1] = Merged(size: last.size * size, first: first[index], second: second[index])
      } else {
        result.append(Merged(size: size, first: first[index], second: second[index]))
      }
    }
    return result
  }

  private static func steps(_ shape: [Int], rank: Int) -> [Int] {
    var result: [Int] = []
    var step = 1
    for size in shape.reversed() {
      result.append(size == 1 ? 0 : step)
      step *= size
    }
    result += [Int](repeating: 0, count: rank - shape.count)
    return result.reversed()
  }
}
