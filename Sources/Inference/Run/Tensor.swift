/// Numbers with a shape: planes one after another, rows top to bottom, float32.
///
/// An image is `[channels, height, width]`. The type holds values and checks nothing; whoever takes a tensor checks
/// that `values.count` is the product of `shape`.
public struct Tensor: Sendable, Equatable {
  /// Sizes, slowest first: `[channels, height, width]` for an image.
  public let shape: [Int]
  /// The numbers, the last dimension fastest.
  public var values: [Float]

  /// A tensor of the given shape and values.
  public init(_ shape: [Int], _ values: [Float]) {
    self.shape = shape
    self.values = values
  }

  /// A tensor with the same value everywhere; an empty one if the shape is negative or too large to count.
  public init(_ shape: [Int], repeating value: Float = 0) {
    self.shape = shape
    self.values = Array(repeating: value, count: checkedProduct(shape) ?? 0)
  }
}

extension Tensor {
  /// An image that is read row by row.
  init(channels: Int, height: Int, width: Int, read: RowReader) {
    let values = [Float](unsafeUninitializedCapacity: channels * height * width) { memory, count in
      guard let start = memory.baseAddress else { return }
      for row in 0..<height {
        read(row, 0..<width, (0..<channels).map { start + ($0 * height + row) * width })
      }
      count = memory.count
    }
    self.init([channels, height, width], values)
  }

  /// Hands an image over row by row, from the top.
  func hand(to write: RowWriter) {
    let (height, width) = (shape[1], shape[2])
    values.withUnsafeBufferPointer { values in
      guard let start = values.baseAddress else { return }
      for row in 0..<height { write(row, 0..<width, (0..<shape[0]).map { start + ($0 * height + row) * width }) }
    }
  }
}

/// The product of sizes, or nil if one is negative or the product does not fit.
func checkedProduct(_ sizes: some Sequence<Int>) -> Int? {
  var product = 1
  for size in sizes {
    let (next, overflow) = product.multipliedReportingOverflow(by: size)
    guard size >= 0, !overflow else { return nil }
    product = next
  }
  return product
}
