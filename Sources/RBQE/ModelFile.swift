import Crypto
import Inference

/// A model file in memory: what is loaded, and by what hash it is known.
public struct ModelFile: Sendable {
  /// The ONNX file.
  public let bytes: [UInt8]

  /// A file of any origin.
  public init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// A shipped one.
  public init(shipped: ShippedModel) {
    self.init(bytes: shipped.bytes)
  }

  /// SHA-256 of the bytes in lower-case hexadecimal, as `sha256sum` prints it.
  public var sha256: String {
    let digits = Array("0123456789abcdef".unicodeScalars)
    var text = String.UnicodeScalarView()
    for byte in SHA256.hash(data: bytes) {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(text)
  }

  /// Reads the network.
  public func load() throws(ModelError) -> Model {
    try Model(onnx: bytes)
  }
}
