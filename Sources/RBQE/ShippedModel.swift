import CModels

/// The networks that are part of the program: no file is needed beside it.
public enum ShippedModel: String, Sendable, CaseIterable {
  /// The default: a chain of 3x3 convolutions at half resolution, four exits.
  case fast

  /// The ONNX file, byte for byte.
  public var bytes: [UInt8] {
    var count = 0
    let start =
      switch self {
      case .fast: rbqe_model_fast(&count)
      }
    return Array(UnsafeBufferPointer(start: start, count: count))
  }
}
