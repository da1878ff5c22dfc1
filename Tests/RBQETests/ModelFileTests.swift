import Foundation
import Inference
import RBQE
import Testing

@Suite struct ModelFileTests {
  /// The examples of FIPS 180-2, appendix B.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
  ])
  func hash(text: String, expected: String) {
    #expect(ModelFile(bytes: Array(text.utf8)).sha256 == expected)
  }

  @Test func everyShippedModelLoadsAndSaysWhatItIs() throws {
    for shipped in ShippedModel.allCases {
      let information = try ModelFile(shipped: shipped).load().information
      #expect(information.name == shipped.rawValue)
      #expect(!information.version.isEmpty && !information.licence.isEmpty && !information.trainingData.isEmpty)
      #expect(information.exitCount >= 2)
      #expect(information.qualityRange != nil)
    }
  }

  @Test func gatesWhoseCalibrationCannotBeReadAreRefused() throws {
    var bytes = ShippedModel.fast.bytes
    let key = Array("\"forecast\"".utf8)
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: key) })
    bytes[place + 1] = UInt8(ascii: "x")
    let error = #expect(throws: ModelError.self) { try ModelFile(bytes: bytes).load() }
    #expect(error?.description.contains("forecast") == true)
  }

  /// Grey alone, of the tests of the networks.
  private static func onePlane() throws -> [UInt8] {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return Array(try Data(contentsOf: tests.appending(path: "InferenceTests/Fixtures/foreign.onnx")))
  }

  @Test func networksOfOtherThanThreePlanesAreRefused() throws {
    let bytes = try Self.onePlane()
    let error = #expect(throws: ModelError.self) { try ModelFile(bytes: bytes).load() }
    #expect(error?.description.contains("1 plane;") == true)
  }

  @Test(arguments: [0, 1], Granularity.allCases)
  func imagesDoNotGoThroughSuchNetworks(exit: Int, granularity: Granularity) throws {
    let model = try Model(onnx: Self.onePlane())
    let enhancer = Enhancer(model: model, policy: FixedPolicy(exit: exit), granularity: granularity)
    for picture in [testPicture(width: 20, height: 9), testPicture(width: 20, height: 9, colorModel: .ycbcr)] {
      let error = #expect(throws: SessionError.self) { try enhancer.enhance(picture) }
      #expect(error?.description.contains("1 plane;") == true)
      #expect(throws: SessionError.self) { try enhancer.chooseExit(for: picture) }
    }
  }

  @Test func bytesThatAreNoModelAreRefused() {
    #expect(throws: (any Error).self) { try ModelFile(bytes: []).load() }
    #expect(throws: (any Error).self) { try ModelFile(bytes: Array("not a model".utf8)).load() }
  }
}
