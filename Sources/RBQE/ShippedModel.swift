import CModels

/// The networks that are part of the program: no file is needed beside it.
public enum ShippedModel: String, Sendable, CaseIterable {
  /// The default: two chains of 3x3 convolutions at half resolution, luma and chroma, four exits.
  case fast
  /// The network of the RBQE paper: nested U-Nets at full resolution, five exits; several times slower.
  case nested

  /// The ONNX file, byte for byte.
  public var bytes: [UInt8] {
    var count = 0
    let start =
      switch self {
      case .fast: rbqe_model_fast(&count)
      case .nested: rbqe_model_nested(&count)
      }
    return Array(UnsafeBufferPointer(start: start, count: count))
  }
}
