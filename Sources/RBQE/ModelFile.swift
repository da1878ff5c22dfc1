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
  public var sha256: String { Digest.sha256(of: bytes) }

  /// Reads the network, and looks whether it takes the planes that there are and whether its gates can be asked if the
  /// file means them to be.
  ///
  /// - Throws: `ModelError`, also for a network that takes other than three planes.
  public func load() throws(ModelError) -> Model {
    let model = try Model(onnx: bytes)
    if let problem = model.planeProblem { throw .graph(problem) }
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
