/// Reads the declaration of the image input: float32 `[1, C, H, W]`, C fixed, height and width free.
struct InputReader {
  private static let float32: Int32 = 1
  private static let maximumChannels: Int64 = 256

  /// The number of channels C.
  static func channels(_ input: Onnx_ValueInfoProto) throws(ModelError) -> Int {
    func refuse(_ problem: String) -> ModelError {
      .graph("input '\(input.name)' \(problem); supported: float32 [1, C, height, width] with free height and width")
    }

    let type = input.type.tensorType
    guard type.elemType == float32 else { throw refuse("has element type \(type.elemType)") }
    let dimensions = type.shape.dim
    guard dimensions.count == 4 else { throw refuse("has \(dimensions.count) dimensions") }
    if case .dimValue(let batch) = dimensions[0].value, batch != 1 { throw refuse("holds \(batch) images") }
    guard case .dimValue(let channels) = dimensions[1].value, (1...maximumChannels).contains(channels) else {
      throw refuse("does not say how many channels (1 to \(maximumChannels)) it has")
    }
    for dimension in dimensions[2...] {
      if case .dimValue(let size) = dimension.value { throw refuse("has the fixed size \(size)") }
    }
    return Int(channels)
  }
}
