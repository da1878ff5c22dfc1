import Foundation
import Inference
import Testing

@Suite("Outputs equal ONNX Runtime's")
struct GoldenTests {
  @Test("Operators and both network families, all outputs", arguments: GoldenCase.all, Engine.all)
  func equalsReference(_ golden: GoldenCase, _ engine: Engine) throws {
    let differences = try golden.differences(try Fixture.model(golden.entry.model, on: engine))
    for (name, difference) in zip(golden.entry.outputs, differences) {
      #expect(difference < Self.tolerance(of: name), "\(name): \(difference)")
    }
  }

  /// In samples of 0...1, for estimates of gains in dB; the gates see square roots, which make much of rounding.
  private static func tolerance(of output: String) -> Float { output.hasPrefix("gain") ? 1e-4 : 1e-5 }

  @Test func fixturesCoverAllModels() {
    #expect(Set(GoldenCase.all.map(\.entry.model)) == Set(Fixture.models))
  }

  private struct Shipped: Decodable {
    var bytes: Int
    var fnv1a: String
    var cases: [GoldenCase.Entry]
  }

  @Test("The shipped models on a real image, all exits", arguments: Engine.all, ["fast", "nested"])
  func shippedModelEqualsReference(_ engine: Engine, name: String) throws {
    let bytes = try Fixture.shippedModel(name)
    let shipped = try JSONDecoder().decode(Shipped.self, from: Data(try Fixture.bytes("shipped-\(name).json")))
    let hash = bytes.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    try #require(
      bytes.count == shipped.bytes && hash == UInt64(shipped.fnv1a, radix: 16),
      "the fixture is of another model: run make_fixtures.py --shipped")
    let model = try Model(onnx: bytes, kernels: engine.kernels)
    #expect(model.isFast == (engine.kernels != nil))
    for golden in GoldenCase.read(shipped.cases, numbers: try Fixture.numbers("shipped-\(name).f32")) {
      #expect(golden.expected.count == model.information.exitCount + model.information.gains.count)
      for (name, difference) in zip(golden.entry.outputs, try golden.differences(model)) {
        #expect(difference < Self.tolerance(of: name), "\(name): \(difference)")
      }
    }
  }
}
