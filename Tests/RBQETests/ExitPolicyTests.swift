import Imaging
import Inference
import Quality
import Synchronization
import Testing

@testable import RBQE

/// How decisions are asked for, and what the policies answer.
@Suite struct ExitPolicyTests {
  let model: Model
  let input: Image

  init() throws {
    model = try ModelFile(shipped: .fast).load()
    input = try compressed(testPicture(width: 96, height: 64))
  }

  /// Answers from a list, and remembers what it was asked.
  private final class Scripted: ExitPolicy {
    let name = "scripted"
    let answers: [ExitDecision]
    let asked = Mutex<[Int]>([])

    init(_ answers: [ExitDecision]) {
      self.answers = answers
    }

    func decide(_ evidence: ExitEvidence) throws -> ExitDecision {
      asked.withLock { $0.append(evidence.exit) }
      return answers[evidence.exit]
    }
  }

  private func choose(_ policy: any ExitPolicy) throws -> ExitChoice {
    try Enhancer(model: model, policy: policy).chooseExit(for: input)
  }

  @Test func everyExitButTheLastIsAskedAbout() throws {
    let exitCount = model.information.exitCount
    let policy = Scripted(Array(repeating: .advance, count: exitCount + 1))
    #expect(try choose(policy).exit == exitCount)
    #expect(policy.asked.withLock { $0 } == Array(0..<exitCount))
  }

  @Test func leavingStopsAtOnce() throws {
    let policy = Scripted([.advance, .advance, .leave])
    #expect(try choose(policy).exit == 2)
    #expect(policy.asked.withLock { $0 } == [0, 1, 2])
  }

  @Test func finishingAsksNoMore() throws {
    let policy = Scripted([.advance, .finish(at: 3)])
    #expect(try choose(policy).exit == 3)
    #expect(policy.asked.withLock { $0 } == [0, 1])
    #expect(try choose(Scripted([.finish(at: 99)])).exit == model.information.exitCount)
    #expect(try choose(Scripted([.advance, .finish(at: -5)])).exit == 1)
  }

  /// Asks the gates of the input and of exit 1, then wants the input back.
  private struct Returning: ExitPolicy {
    let name = "returning"
    func decide(_ evidence: ExitEvidence) throws -> ExitDecision {
      _ = try evidence.estimatedGain()
      return evidence.exit == 0 ? .advance : .restore
    }
  }

  /// The image is what it was, and what ran has been paid for.
  @Test func restoringTakesTheInputAfterAll() throws {
    for (image, share) in [(input, 0.7...1), (testPicture(width: 1900, height: 1100), 0.2...1)] {
      let result = try Enhancer(model: model, policy: Returning()).enhance(image)
      #expect(result.choice.exit == 0 && result.choice.estimatedGains.compactMap(\.self).count == 2)
      #expect(try result.image(for: .png).samples == image.converted(to: .png, depth: .eight).samples)
      #expect(share.contains(result.macsPerPixel / model.information.macsPerPixel[0]), "\(result.macsPerPixel)")
      let trace = try Enhancer(model: model, policy: FixedPolicy(exit: .max)).trace(image) { _, _ in }
      let replayed = try Enhancer(model: model, policy: FixedPolicy(exit: .max))
        .replay(Returning(), trace, width: image.width, height: image.height)
      #expect(replayed.exit == 0 && abs(replayed.macsPerPixel - result.macsPerPixel) < 1e-6)
    }
  }

  /// The gate of the input expects a little less than is asked for.
  @Test(arguments: [0.01, 0.99])
  func doubtIsSettledByTheFirstStage(remaining: Double) throws {
    let picture = try testImage("jpeg/leaves-q10-420.jpg").converted(to: .png, depth: .eight)
    func blind(_ policy: GatePolicy, granularity: Granularity = .image) -> Enhancer {
      Enhancer(model: model, policy: policy, constraint: .off, granularity: granularity)
    }
    let gates = try blind(GatePolicy(thresholds: [-99])).chooseExit(for: picture).estimatedGains
    let (first, second) = (try #require(gates[0]), try #require(gates[1]))
    try #require(second > 0.01 * first && second < 0.99 * first)
    var calibration = try #require(model.calibratedGates)
    calibration.doubt = .init(least: 0.5, remaining: remaining)
    let point = GateCalibration.Point(tau: 0, input: 1.1 * first, colorInput: 1.1 * first, share: 0.5)
    let enhancer = blind(GatePolicy(rule: .price(point, calibration)))
    let result = try enhancer.enhance(picture)
    #expect((result.choice.exit == 0) == (second >= remaining * first))
    #expect(try (result.image(for: .png).samples == picture.samples) == (result.choice.exit == 0))
    #expect(result.choice.estimatedGains[1] == second)
    let trace = try enhancer.trace(picture) { _, _ in }
    let replayed = try enhancer.replay(enhancer.policy, trace, width: picture.width, height: picture.height)
    #expect(replayed.exit == result.choice.exit && abs(replayed.macsPerPixel - result.macsPerPixel) < 1e-6)
    // Without the rule it is left alone at once, and so are tiles.
    calibration.doubt = nil
    let plain = blind(GatePolicy(rule: .price(point, calibration)))
    #expect(try plain.chooseExit(for: picture).estimatedGains.compactMap(\.self).count == 1)
    calibration.doubt = .init(least: 0.5, remaining: remaining)
    let tiles = blind(GatePolicy(rule: .price(point, calibration)), granularity: .tile)
    #expect(try tiles.enhance(picture).tiles?.exits == [0])
  }

  @Test func aTileThatWentOnIsNotTakenBack() throws {
    let result = try Enhancer(model: model, policy: Returning(), granularity: .tile).enhance(input)
    #expect(result.tiles?.exits == [1])
  }

  @Test func assessorStopsAtTheFirstScoreThatReachesItsThreshold() throws {
    let exitCount = model.information.exitCount
    let never = AssessorPolicy(thresholds: [2])
    #expect(try choose(never).exit == exitCount)
    #expect(try choose(AssessorPolicy(thresholds: [-1])).exit == 0)

    let scores = try Enhancer(model: model, policy: never, scorer: Assessor()).chooseExit(for: input).scores
    let first = try #require(scores[1])
    // A threshold at the very score stops there; one just above goes on.
    #expect(try choose(AssessorPolicy(thresholds: [2, first])).exit == 1)
    #expect(try choose(AssessorPolicy(thresholds: [2, first.nextUp, -1])).exit == 2)
  }

  @Test func decisionsOnLargeImagesLookAtAPartAndCostLittle() throws {
    let large = testPicture(width: 1600, height: 1400, colorModel: .gray)
    let enhancer = Enhancer(model: model, policy: AssessorPolicy(thresholds: [2, -1]), scorer: Assessor())
    let result = try enhancer.enhance(large)
    #expect(result.choice.exit == 1)
    #expect(try enhancer.chooseExit(for: large) == result.choice)
    let share = result.macsPerPixel / model.information.macsPerPixel[0]
    #expect(share > 1 && share < 2)
  }

  /// What a sample goes through comes on top of the exit: after the first stage nothing more is asked.
  @Test func gatesOfALargeImageAreAskedTwice() throws {
    let large = try compressed(testPicture(width: 1600, height: 1400, colorModel: .gray), quality: 20)
    let small = try compressed(testPicture(width: 160, height: 144, colorModel: .gray), quality: 20)
    let policy = try PolicyChoice.gate(tau: 0).policy(for: model)
    let enhancer = Enhancer(model: model, policy: policy)
    let exitCount = model.information.exitCount
    for (image, asked) in [(small, exitCount), (large, 2)] {
      let result = try enhancer.enhance(image)
      #expect(result.choice.exit > 1 && result.choice.estimatedGains.compactMap(\.self).count == asked)
      #expect(try enhancer.chooseExit(for: image) == result.choice)
      let trace = try enhancer.trace(image) { _, _ in }
      let again = try enhancer.replay(policy, trace, width: image.width, height: image.height)
      #expect(again.exit == result.choice.exit && abs(again.macsPerPixel - result.macsPerPixel) < 1e-9)
    }
  }

  @Test func theModelsCalibrationMakesTheDefaultPolicy() throws {
    let policy = try PolicyChoice.assessor().policy(for: model)
    let thresholds = try #require(model.information.assessorThresholds)
    #expect((policy as? AssessorPolicy)?.thresholds == thresholds.values)
    #expect(thresholds.values.count == model.information.exitCount)
    #expect(try Enhancer().policy.name == "gate")
    let gates = try #require(try Enhancer().policy as? GatePolicy)
    let calibration = try #require(model.calibratedGates)
    #expect(gates.rule == .price(calibration.point(tau: calibration.standard), calibration))
  }

  /// Constant blocks count as the worst: an image with some scores less than without them.
  @Test func thePapersAssessorHasThePapersScoreAndThreshold() throws {
    let policy = try PolicyChoice.paperAssessor().policy(for: model)
    #expect(policy.name == "assessor-paper" && !policy.asksGates)
    #expect((policy as? AssessorPolicy)?.thresholds == [0.79])
    var planes = input.planes()
    for row in 0..<64 { for column in 0..<64 { planes[0].samples[row * input.width + column] = 0.5 } }
    let flat = try Image(planes: planes, colorModel: input.colorModel)
    let (published, own) = (Assessor.paper.assess(flat).score, Assessor().assess(flat).score)
    #expect(published < own)
    // Between the two scores only the one that leaves constant blocks out is satisfied.
    let threshold = (published + own) / 2
    func exit(_ choice: PolicyChoice) throws -> Int {
      try Enhancer(model: model, policy: choice.policy(for: model)).chooseExit(for: flat).exit
    }
    #expect(try exit(.assessor(threshold: threshold)) == 0)
    #expect(try exit(.paperAssessor(threshold: threshold)) > 0)
    #expect(try exit(.paperAssessor(threshold: published)) == 0)
  }

  @Test func gatesOfALargeImageLookAtAllTilesTogether() throws {
    let large = testPicture(width: 1600, height: 1400, colorModel: .gray)
    let gates = GatePolicy(thresholds: [-99, .infinity])
    let enhancer = Enhancer(model: model, policy: gates)
    let choice = try enhancer.chooseExit(for: large)
    #expect(choice.exit == 1)
    for threads in [2, 3] { #expect(try enhancer.chooseExit(for: large, threads: threads) == choice) }
    // Each corner counts.
    let planes = large.planes()
    for (x, y) in [(0, 0), (1100, 0), (0, 900), (1100, 900)] {
      var changed = planes
      for row in y..<y + 500 {
        for column in x..<x + 500 { changed[0].samples[row * large.width + column] = 0.5 }
      }
      let other = try enhancer.chooseExit(for: Image(planes: changed, colorModel: .gray))
      #expect(
        other.estimatedGains[0] != choice.estimatedGains[0] && other.estimatedGains[1] != choice.estimatedGains[1])
    }
  }

  @Test func evidenceThatIsReplayedDecidesAlike() throws {
    let enhancer = Enhancer(model: model, policy: FixedPolicy(exit: .max))
    let prices = try [0, 0.3, 1, 4].flatMap { price in
      try [PolicyChoice.gate(tau: price), .window(tau: price)].map { try $0.policy(for: model) }
    }
    let rules: [any ExitPolicy] = [
      GatePolicy(thresholds: [0.1]), GatePolicy(thresholds: [-9, 0.2, 0.1]), AssessorPolicy(thresholds: [0.9]),
      AssessorPolicy(thresholds: [0.5], assessor: .paper), SaturationPolicy(epsilon: 0.3), FixedPolicy(exit: 2),
      WindowPolicy(thresholds: [0.2], halfWidth: 0.1),
    ]
    for image in [input, try compressed(testPicture(width: 96, height: 64), quality: 85)] {
      let trace = try enhancer.trace(image) { _, _ in }
      var exits: Set<Int> = []
      for policy in rules + prices {
        let replayed = try enhancer.replay(policy, trace, width: image.width, height: image.height)
        let run = try Enhancer(model: model, policy: policy).enhance(image)
        #expect(replayed.exit == run.choice.exit, "\(policy)")
        #expect(abs(replayed.macsPerPixel - run.macsPerPixel) < 1e-6, "\(policy)")
        exits.insert(run.choice.exit)
      }
      #expect(exits.count > 2)
    }
  }

  /// Takes a fixed exit without saying so beforehand.
  private struct Undeclared: ExitPolicy {
    let name = "undeclared"
    let fixed: FixedPolicy
    func decide(_ evidence: ExitEvidence) -> ExitDecision { fixed.decide(evidence) }
  }

  @Test func aFixedExitGivesWhatItGivesUndeclared() throws {
    let large = testPicture(width: 1900, height: 1100)
    for (image, exits) in [(input, [0, 1, 2, .max]), (large, [0, 1])] {
      for exit in exits {
        let fixed = FixedPolicy(exit: exit)
        let declared = try Enhancer(model: model, policy: fixed, scorer: Assessor()).enhance(image)
        let undeclared = try Enhancer(model: model, policy: Undeclared(fixed: fixed), scorer: Assessor()).enhance(image)
        #expect(declared.choice.exit == undeclared.choice.exit && declared.choice.scores == undeclared.choice.scores)
        #expect(declared.macsPerPixel == undeclared.macsPerPixel, "exit \(exit)")
        #expect(try declared.image(for: .png).samples == undeclared.image(for: .png).samples, "exit \(exit)")
      }
    }
  }

  @Test func whatAJPEGLosesByBeingWrittenAgainDecidesToo() throws {
    let enhancer = Enhancer(model: model, policy: GatePolicy(thresholds: [0.05]))
    #expect(try enhancer.chooseExit(for: input).exit > 0)
    #expect(try enhancer.chooseExit(for: input, encodingLoss: 50).exit == 0)
  }

  @Test(arguments: [
    PolicyChoice.assessor(threshold: 7), .paperAssessor(threshold: -1), .assessor(threshold: .nan), .gate(tau: -1),
    .gate(tau: .infinity),
    .window(tau: -0.1), .saturation(epsilon: 2),
  ])
  func parametersThatWereMeantForOthersAreRefused(choice: PolicyChoice) throws {
    let error = #expect(throws: PolicyError.self) { try choice.policy(for: model) }
    #expect(error?.description.contains("its threshold is") == true)
  }

  @Test func exitsBeyondTheLastAreRefused() throws {
    let exitCount = model.information.exitCount
    let error = #expect(throws: PolicyError.self) {
      try PolicyChoice.fixed(exit: .exit(exitCount + 1)).policy(for: model)
    }
    #expect(error?.description.contains("exits 1 to \(exitCount)") == true)
    #expect(try choose(PolicyChoice.fixed(exit: .last).policy(for: model)).exit == exitCount)
  }
}
