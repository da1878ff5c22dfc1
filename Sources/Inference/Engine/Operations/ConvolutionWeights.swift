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

  /// The bias with zeros behind it, an empty optional if there is none; nil if memory is short.
  func paddedBias(_ count: Int) -> Buffer?? {
    guard let bias else { return .some(nil) }
    guard let buffer = Buffer(bias + [Float](repeating: 0, count: count - bias.count)) else { return nil }
    return .some(buffer)
  }
}
