import Foundation
import Inference
import Testing

/// Files beside the tests.
enum Fixture {
  static func bytes(_ name: String) throws -> [UInt8] {
    let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures")
    return [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// A model file that the product has built in.
  static func shippedModel(_ name: String) throws -> [UInt8] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return [UInt8](try Data(contentsOf: root.appending(path: "Sources/CModels/models/\(name).onnx")))
  }

  static func numbers(_ name: String) throws -> [Float] {
    let bytes = try bytes(name)
    return stride(from: 0, to: bytes.count - 3, by: 4).map { index in
      Float(
        bitPattern: bytes[index..<index + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    }
  }

  static func model(_ name: String) throws -> Model { try Model(onnx: try bytes("\(name).onnx")) }

  static func model(_ name: String, on engine: Engine) throws -> Model {
    try Model(onnx: try bytes("\(name).onnx"), kernels: engine.kernels)
  }

  /// The models that make_fixtures.py writes.
  static let models = [
    "convolutions", "chains", "strides", "shuffles", "elementwise", "gates", "foreign", "fast", "descent", "nested",
    "fast-gated", "branch", "branch-gated", "nested-gated",
  ]

  /// An image of reproducible noise.
  static func noise(_ channels: Int, _ height: Int, _ width: Int, seed: UInt64 = 1) -> Tensor {
    var random = SplitMix(seed: seed)
    return Tensor(
      [channels, height, width], (0..<channels * height * width).map { _ in Float(random.next() >> 40) / 16_777_216 })
  }
}

/// What runs a model: the kernels of an instruction set that this processor has, or the reference path.
struct Engine: Sendable, CustomTestStringConvertible {
  var kernels: KernelSet?

  var testDescription: String { kernels?.name ?? "reference" }

  static let all = KernelSet.available.map { Engine(kernels: $0) } + [Engine(kernels: nil)]
}

/// A small reproducible generator of random numbers.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
