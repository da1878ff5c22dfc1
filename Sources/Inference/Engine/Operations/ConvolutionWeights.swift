/// The numbers of a convolution as the model file has them.
struct ConvolutionWeights {
  let outputs: Int
  /// Channels in a group.
  let inputs: Int
  let kernel: Pair
  /// `[outputs][inputs][kernel]`.
  let values: [Float]
  let bias: [Float]?

  func value(output: Int, input: Int, y: Int, x: Int) -> Float {
    values[((output * inputs + input) * kernel.vertical + y) * kernel.horizontal + x]
  }

  /// What a 1x1 convolution does that only takes neighbouring input channels as they are and adds one number to all.
  var choice: (planes: Range<Int>, bias: Float)? {
    guard kernel == Pair(vertical: 1, horizontal: 1), let first = values.prefix(inputs).firstIndex(of: 1),
      first + outputs <= inputs
    else { return nil }
    let chosen = (0..<outputs).allSatisfy { output in
      (0..<inputs).allSatisfy { values[output * inputs + $0] == ($0 == first + output ? 1 : 0) }
    }
    let bias = bias ?? [0]
    guard chosen, bias.allSatisfy({ $0 == bias[0] }) else { return nil }
    return (first..<first + outputs, bias[0])
  }

  /// The bias with zeros behind it, an empty optional if there is none; nil if memory is short.
  func paddedBias(_ count: Int) -> Buffer?? {
    guard let bias else { return .some(nil) }
    guard let buffer = Buffer(bias + [Float](repeating: 0, count: count - bias.count)) else { return nil }
    return .some(buffer)
  }
}
