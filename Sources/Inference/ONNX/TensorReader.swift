import Foundation

/// Turns stored tensors into constants: float32, or int64 for shapes.
struct TensorReader {
  private enum DataType {
    static let float32: Int32 = 1
    static let int64: Int32 = 7
  }
  private static let maximumRank = 8

  let name: String

  func constant(_ tensor: Onnx_TensorProto) throws(ModelError) -> Constant {
    guard tensor.dataLocation == 0, tensor.externalData.isEmpty else {
      throw refuse("its data is in another file; store it inside the model")
    }
    let shape = try shape(tensor)
    guard let count = checkedProduct(shape) else { throw refuse("dimensions \(shape) are too large") }
    switch tensor.dataType {
    case DataType.float32:
      return Constant(shape: shape, contents: .floats(try floats(tensor, count: count)))
    case DataType.int64:
      return Constant(shape: shape, contents: .integers(try integers(tensor, count: count)))
    default:
      throw refuse("data type \(tensor.dataType) is not supported; supported: float32 (1), int64 (7) for shapes")
    }
  }

  private func shape(_ tensor: Onnx_TensorProto) throws(ModelError) -> [Int] {
    guard tensor.dims.count <= Self.maximumRank else {
      throw refuse("\(tensor.dims.count) dimensions; supported: up to \(Self.maximumRank)")
    }
    for dimension in tensor.dims where dimension <= 0 || Int(exactly: dimension) == nil {
      throw refuse("dimension \(dimension) is not supported; it must be positive")
    }
    return tensor.dims.map { Int($0) }
  }

  /// The count of numbers that the file really holds is known to be right before memory is taken.
  private func floats(_ tensor: Onnx_TensorProto, count: Int) throws(ModelError) -> Buffer {
    try check(raw: tensor.rawData.count, typed: tensor.floatData.count, count: count, size: 4)
    guard let buffer = Buffer(count: count) else { throw refuse("no memory for \(count) numbers") }
    if tensor.floatData.isEmpty {
      _ = tensor.rawData.copyBytes(to: buffer.all)
    } else {
      _ = buffer.all.update(from: tensor.floatData)
    }
    return buffer
  }

  private func integers(_ tensor: Onnx_TensorProto, count: Int) throws(ModelError) -> [Int] {
    try check(raw: tensor.rawData.count, typed: tensor.int64Data.count, count: count, size: 8)
    guard tensor.int64Data.isEmpty else { return tensor.int64Data.map { Int($0) } }
    var values: [Int] = []
    var bits: UInt64 = 0
    for (index, byte) in tensor.rawData.enumerated() {
      bits |= UInt64(byte) << UInt64(index % 8 * 8)
      if index % 8 == 7 {
        values.append(Int(Int64(bitPattern: bits)))
        bits = 0
      }
    }
    return values
  }

  private func check(raw: Int, typed: Int, count: Int, size: Int) throws(ModelError) {
    guard raw == 0 || typed == 0 else { throw refuse("its numbers are stored twice") }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
    guard !overflow, typed == count || (typed == 0 && raw == bytes) else {
      throw refuse("the shape asks for \(count) numbers, the file holds \(typed == 0 ? raw / size : typed)")
    }
  }

  private func refuse(_ problem: String) -> ModelError { .tensor(name, problem: problem) }
}
