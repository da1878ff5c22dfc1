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

  /// Reads the network, and looks whether its gates can be asked if the file means them to be.
  public func load() throws(ModelError) -> Model {
    let model = try Model(onnx: bytes)
    if model.hasGates, model.information.thresholds["gate"] != nil, model.calibratedGates == nil {
      throw .metadata(
        key: "thresholds",
        problem: """
          the gates' part must hold tau, points (tau, input, color_input, share) and a forecast (knots, and low, high and weights \
          told and blind) for \(model.information.exitCount) exits: calibrate the network again
          """)
    }
    return model
  }
}
