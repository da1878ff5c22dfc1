import Imaging
import Inference
import Quality
import RBQE
import Testing

/// The library through its front door, with the shipped network.
@Suite struct EnhancerTests {
  let model: Model

  init() throws {
    model = try ModelFile(shipped: .fast).load()
  }

  private func enhancer(exit: Int, strength: Float = 1, constraint: ConstraintMode = .auto) -> Enhancer {
    Enhancer(model: model, policy: FixedPolicy(exit: exit), strength: strength, constraint: constraint)
  }

  @Test(arguments: [
    ("leaves-q10-420.jpg", "leaves.png"), ("deadleaves-q10-grey.jpg", "deadleaves.png"),
    ("stilllife-q20-444.jpg", "stilllife.png"),
  ])
  func compressedPicturesComeNearerToTheOriginal(compressed: String, reference: String) throws {
    let original = try testImage("reference/" + reference)
    let input = try testImage("jpeg/" + compressed)
    let result = try enhancer(exit: .max).enhance(input).image(for: .png)
    for (plane, expected) in result.planes().indices.map({ ($0, original.planes()[$0]) }) {
      let before = meanSquaredError(input.planes()[plane], expected)
      #expect(meanSquaredError(result.planes()[plane], expected) < 0.95 * before, "plane \(plane)")
    }
  }

  @Test func exitZeroLeavesEverySampleAlone() throws {
    let input = try compressed(testPicture(width: 40, height: 33))
    let result = try enhancer(exit: 0).enhance(input)
    #expect(result.choice.exit == 0)
    #expect(result.macsPerPixel == 0)
    #expect(try result.image(for: .jpeg).samples == input.samples)
  }

  @Test func everyExitIsTakenAndCostsMore() throws {
    let input = try compressed(testPicture(width: 64, height: 48))
    var costs: [Double] = []
    for exit in 0...model.information.exitCount {
      let result = try enhancer(exit: exit).enhance(input)
      #expect(result.choice.exit == exit)
      costs.append(result.macsPerPixel)
    }
    #expect(costs == costs.sorted() && Set(costs).count == costs.count)
  }

  @Test func memoryIsEstimatedByWhatThePolicyMayAsk() throws {
    struct Own: ExitPolicy {
      let name = "own"
      let comparesExits: Bool
      func decide(_ evidence: ExitEvidence) -> ExitDecision { .leave }
    }
    func bytes(_ policy: any ExitPolicy, _ model: Model, strength: Float = 1) -> Int {
      Enhancer(model: model, policy: policy, strength: strength).memoryEstimate(
        width: 1000, height: 800, channels: 3, depth: .eight, isJPEG: true)
    }
    let gates = try PolicyChoice.standard(for: model).policy(for: model)
    let inOrder = [FixedPolicy(exit: 1), FixedPolicy(exit: .max), gates, Own(comparesExits: true)].map {
      bytes($0, model)
    }
    #expect(inOrder == inOrder.sorted() && Set(inOrder).count == inOrder.count)
    #expect(bytes(gates, model, strength: 0.5) > bytes(gates, model))
    // Without gates nothing says that exits are passed.
    let nested = try ModelFile(shipped: .nested).load()
    #expect(bytes(Own(comparesExits: false), nested) == bytes(Own(comparesExits: true), nested))
  }

  /// "As many as there may be" is no reason to trap.
  @Test func numbersWithoutMeaningAreHarmless() throws {
    let enhancer = try Enhancer()
    #expect(
      enhancer.memoryEstimate(width: 64, height: 64, channels: 3, depth: .eight, threads: .max, isJPEG: false) < 1 << 32
    )
    #expect(enhancer.memoryEstimate(width: 64, height: 64, channels: .max, depth: .eight) == .max)
    #expect(enhancer.memoryEstimate(width: 64, height: 64, channels: 3, depth: .eight, passes: .max) == .max)
    let image = testPicture(width: 40, height: 24, colorModel: .gray)
    let one = try self.enhancer(exit: 1).enhance(image)
    #expect(try self.enhancer(exit: 1).enhance(image, threads: .max).planes == one.planes)
  }

  /// What Foundation makes of errors is what they say themselves.
  @Test func errorsSayTheSameByFoundation() {
    let errors: [any Error & CustomStringConvertible] = [
      ImageDecodingError.empty, ImageEncodingError.alpha, ImageConversionError.cmyk(.png), ModelError.notONNX("x"),
      SessionError.cancelled, PolicyError.noGate(exit: 0, model: "m"),
    ]
    for error in errors { #expect(error.localizedDescription == error.description) }
  }

  @Test func grayStaysOneChannel() throws {
    let input = try compressed(testPicture(width: 51, height: 40, colorModel: .gray))
    for format in ImageFormat.allCases {
      #expect(try enhancer(exit: 1).enhance(input).image(for: format).colorModel == .gray)
    }
  }

  @Test func eachPlaneOfCMYKIsEnhancedAsAGrayPicture() throws {
    let input = testPicture(width: 48, height: 32, colorModel: .cmyk)
    let result = try enhancer(exit: 2).enhance(input).image(for: .jpeg).planes()
    for (index, plane) in input.planes().enumerated() {
      let gray = Image(
        width: 48, height: 32, colorModel: .gray,
        samples: .eight(plane.samples.map { UInt8(($0 * 255).rounded()) }))
      let expected = try enhancer(exit: 2).enhance(gray).image(for: .jpeg).planes()[0]
      #expect(largestDifference(result[index], expected) < 1e-6)
    }
    #expect(throws: (any Error).self) { try enhancer(exit: 2).enhance(input).image(for: .png) }
  }

  @Test func strengthBlendsBetweenInputAndResult() throws {
    // Clipping at black and white, and the constraint, would keep the blend from being exact.
    let picture = testPicture(width: 64, height: 64)
    guard case .eight(let samples) = picture.samples else {
      Issue.record("the picture has another depth")
      return
    }
    let soft = Image(width: 64, height: 64, colorModel: .rgb, samples: .eight(samples.map { 64 + $0 / 2 }))
    let input = try compressed(soft)
    func luma(_ strength: Float) throws -> Plane {
      try enhancer(exit: 2, strength: strength, constraint: .off).enhance(input)
        .image(for: .png, depth: .sixteen).planes()[0]
    }
    let (none, half, full) = (try luma(0), try luma(0.5), try luma(1))
    var middle = none
    for index in middle.samples.indices { middle.samples[index] = (none.samples[index] + full.samples[index]) / 2 }
    #expect(largestDifference(none, input.planes()[0]) < 0.01)
    #expect(meanSquaredError(half, middle) < 1e-6)
  }

  @Test func sixteenBitsStaySixteen() throws {
    let eight = testPicture(width: 40, height: 30)
    guard case .eight(let samples) = eight.samples else { return }
    let input = Image(
      width: 40, height: 30, colorModel: .rgb, samples: .sixteen(samples.map { UInt16($0) * 257 }))
    let result = try enhancer(exit: 1).enhance(input).image(for: .png)
    #expect(result.bitDepth == .sixteen)
  }

  @Test(arguments: [1, 3]) func stripsOfALargeImageGiveWhatTheWholeGives(exit: Int) throws {
    // Above the limit for sampling, with sides that are no multiple of anything.
    let input = testPicture(width: 1501, height: 1403, colorModel: .gray)
    let result = try enhancer(exit: exit).enhance(input).image(for: .png, depth: .sixteen)
    var values = input.planes()[0].samples
    values += repeatElement(Float(128) / 255, count: 2 * values.count)
    let whole = try Session(model: model, image: Tensor([3, 1403, 1501], values)).exit(exit)
    let expected = Plane(
      width: 1501, height: 1403, samples: whole.values.prefix(1501 * 1403).map { min(1, max(0, $0)) })
    #expect(largestDifference(result.planes()[0], expected) < 1.5e-5)
  }

  @Test func resultsDoNotDependOnWhatRanBefore() throws {
    let input = try compressed(testPicture(width: 70, height: 50))
    let enhancer = enhancer(exit: 3)
    #expect(
      try enhancer.enhance(input).image(for: .png, depth: .sixteen)
        == enhancer.enhance(input).image(for: .png, depth: .sixteen))
  }

  @Test func smallestImagesWork() throws {
    for (width, height) in [(1, 1), (1, 9), (3, 2), (17, 1)] {
      let input = testPicture(width: width, height: height)
      let result = try Enhancer(model: model, policy: FixedPolicy(exit: .max)).enhance(input).image(for: .png)
      #expect(result.width == width && result.height == height)
    }
  }

  @Test func cancellationEndsTheCall() throws {
    let input = testPicture(width: 64, height: 64)
    #expect(throws: SessionError.cancelled) { try enhancer(exit: 2).enhance(input, isCancelled: { true }) }
  }

  @Test func scoresOfInputAndResultAreRecordedForAnyPolicy() throws {
    let input = try compressed(testPicture(width: 96, height: 80))
    let result = try Enhancer(model: model, policy: FixedPolicy(exit: 2), scorer: Assessor()).enhance(input)
    let scores = result.choice.scores
    #expect(scores.count == model.information.exitCount + 1)
    #expect(scores[0] == Assessor().assess(input.planes()[0]).score)
    let after = try #require(scores[2])
    #expect(after > 0 && after <= 1)
    #expect(scores[1] == nil)
  }
}
