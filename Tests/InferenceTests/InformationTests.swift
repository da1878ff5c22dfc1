import Inference
import Testing

/// Values worked out by hand from the networks' definitions.
@Suite("What is known of a model")
struct InformationTests {
  @Test func fastFamily() throws {
    let information = try Fixture.model("fast").information
    #expect(information.name == "fast")
    #expect(information.version == "1.0.0")
    #expect(information.licence == "Apache-2.0")
    #expect(information.qualityRange == 1...100)
    #expect(information.channels == 3 && information.exitCount == 4 && information.stride == 2)
    #expect(information.gains.isEmpty && information.fileFactCount == nil)
    // Planes are chosen at full resolution, all else is at half. Luma: stem 4 -> 8, per stage two 8 -> 8, head 8 -> 4;
    // chroma: entry 8 -> 4, per stage a 1x1 from luma 8 -> 4 and two 4 -> 4, head 4 -> 8; 3x3 unless said otherwise.
    let (wide, narrow, thin) = (8 * 8 * 9, 8 * 4 * 9, 4 * 4 * 9)
    let start = Double(3 + 6 + (narrow + narrow) / 4)
    let stage = Double(2 * wide + 8 * 4 + 2 * thin) / 4
    let heads = Double(narrow + narrow) / 4
    let costs = (1...4).map { (count: Int) -> Double in start + Double(count) * (stage + heads) }
    #expect(information.macsPerPixel == costs)
    let alone = (1...4).map { (count: Int) -> Double in start + Double(count) * stage + heads }
    #expect(information.macsPerPixelAlone == alone)
    // The longest way: stem, two luma convolutions a stage, two chroma convolutions and the head reach a pixel each, and
    // the other pixel of the 2x2 block one more.
    #expect(information.halo == [13, 17, 21, 25])
    #expect(information.receptiveField == [27, 35, 43, 51])
  }

  @Test func nestedFamily() throws {
    let information = try Fixture.model("nested").information
    #expect(information.exitCount == 3 && information.stride == 8)
    // 6 channels. Scale l has 4^-l of the pixels; separable: inputs * 9 + inputs * outputs.
    let stem = 3.0 * 6 * 9 + 6 * 6 * 9
    let down = { (l: Double) in 36.0 * 9 * (2 / pow4(l - 1) + 1 / pow4(l)) }
    let node = { (l: Double, k: Double) in
      let inputs = 6 * (k + 1)
      return (6 * 6 * 4 / 4 + inputs * 9 + inputs * 6 + 6 * 9 + 36) / pow4(l)
    }
    let head = 6.0 * 9 + 6 * 3
    let first = stem + down(1) + node(0, 1)
    let second = first + down(2) + node(1, 1) + node(0, 2)
    #expect(information.macsPerPixelAlone[0] == first + head)
    #expect(information.macsPerPixelAlone[1] == second + head)
    #expect(information.macsPerPixel[1] == second + 2 * head)
    // Down to scale 1: 5 pixels of convolutions at scale 0 and 1 with the stride; up again; 2 separable, 1 head.
    #expect(information.halo[0] == 9)
  }

  @Test func statedValuesOfTheExporterAgreeExactly() throws {
    for name in ["fast", "nested"] {
      let information = try Fixture.model(name).information
      let fields = try #require(information.metadata["receptive_field"])
      #expect(fields == "[\(information.receptiveField.compactMap { $0.map(String.init) }.joined(separator: ", "))]")
      let costs = try #require(information.metadata["macs_per_pixel"])
      #expect(costs == "[\(information.macsPerPixel.map { String(Int($0.rounded())) }.joined(separator: ", "))]")
    }
  }

  @Test func thresholds() throws {
    let bytes = TestModel.small {
      $0.metadata = [
        "rbqe.format": "1", "name": "tiny", "stride": "4",
        "thresholds": """
        {"assessor": {"variant": "evidence", "block": 8, "values": [0.75], "lambda": 0.1, "calibrated_on": "ten images",
                      "points": [{"tau": 2, "values": [0.5]}, {"tau": 0.1, "values": [0.75], "share": 0.3}]},
         "gate": {"tau": 0.02, "notes": [true, null, "x"]}}
        """,
      ]
    }
    let information = try Model(onnx: bytes).information
    let assessor = try #require(information.assessorThresholds)
    #expect(assessor.variant == "evidence" && assessor.block == 8 && assessor.values == [0.75])
    #expect(assessor.lambda == 0.1 && assessor.calibratedOn == "ten images")
    #expect(assessor.points.map(\.tau) == [0.1, 2] && assessor.points.map(\.values) == [[0.75], [0.5]])
    #expect(information.thresholds["gate"]?["tau"]?.number == 0.02)
    #expect(information.thresholds["gate"]?["notes"]?.array == [.bool(true), .null, .string("x")])
    #expect(information.name == "tiny")
    #expect(information.stride == 4, "a stated multiple of the graph's stride is used")
  }

  @Test func pointsOfAnotherLengthAreRefused() {
    let bytes = TestModel.small {
      $0.metadata = [
        "rbqe.format": "1", "name": "tiny",
        "thresholds": """
        {"assessor": {"variant": "evidence", "block": 8, "values": [0.75], "points": [{"tau": 2, "values": [0.5, 1]}]}}
        """,
      ]
    }
    #expect(throws: ModelError.self) { try Model(onnx: bytes) }
  }

  @Test func errorsOfCoefficients() throws {
    let properties = ["rbqe.format": "1", "name": "tiny"]
    func errors(_ text: String) throws -> [CoefficientErrors] {
      let bytes = TestModel.small { $0.metadata = properties.merging(["coefficient_errors": text]) { $1 } }
      return try Model(onnx: bytes).information.coefficientErrors
    }
    let read = CoefficientErrors(
      luma: .init(scale: 2.5, stepExponent: 0.5, activityExponent: 0.25),
      chroma: .init(scale: 1, stepExponent: 0, activityExponent: -1))
    #expect(try errors(#"{"luma": [[2.5, 0.5, 0.25]], "chroma": [[1, 0, -1]]}"#) == [read])
    for wrong in [
      #"{"luma": [[1, 2, 3]]}"#, #"{"luma": [[1, 2, 3]], "chroma": [[1, 2]]}"#, "[1, 2, 3]", "}",
      #"{"luma": [[1, 2, 3], [1, 2, 3]], "chroma": [[1, 2, 3], [1, 2, 3]]}"#,
      #"{"luma": [[-1, 2, 3]], "chroma": [[1, 2, 3]]}"#, #"{"luma": [[1, 30, 3]], "chroma": [[1, 2, 3]]}"#,
      #"{"luma": [[1, 2, 3], "x"], "chroma": [[1, 2, 3]]}"#,
    ] {
      #expect(throws: ModelError.self, "\(wrong)") { try errors(wrong) }
    }
    #expect(try Model(onnx: TestModel.small { $0.metadata = properties }).information.coefficientErrors.isEmpty)
  }

  @Test func foreignFile() throws {
    let information = try Fixture.model("foreign").information
    #expect(information.name == "fixture" && information.exitCount == 1 && information.channels == 1)
    #expect(information.stride == 1 && information.halo == [2] && information.macsPerPixel == [72])
    #expect(information.metadata.isEmpty && information.assessorThresholds == nil)
  }

  @Test func poolingReachesEverywhere() throws {
    let information = try Fixture.model("gates").information
    #expect(information.gains == [0, 1] && information.fileFactCount == 4)
    #expect(information.halo == [nil, nil] && information.receptiveField == [nil, nil])
  }

  @Test func strideIsTheLeastThatDividesEverything() throws {
    #expect(try Fixture.model("strides").information.stride == 12)
  }
}

private func pow4(_ exponent: Double) -> Double {
  (0..<Int(exponent)).reduce(1) { result, _ in result * 4 }
}
