import Foundation
import Inference
import Quality
import Testing

@testable import RBQE

/// What a model file holds for the gates, and what is decided by it.
@Suite struct GateCalibrationTests {
  /// Of two exits, as `rbqe_training.forecast` fits it to the pictures that `Training/tests/test_forecast.py` makes.
  private static let forecast = """
    {"knots": [0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95], "color_knots": [0.9, 0.95], "told": {"low": [-0.871269, -0.257833], "high":
    [3.50049, 0.715676], "weights": [[[1.5495, 0.0983034, 0.00662459, -0.456659, -0.456659, -0.433661, -0.378221,
    -0.0764076, -0.115413, -0.132846, 0.175316, 0.467509, -0.0772686, 1.5, -2], [2.00806, 0.126277, 0.00935805, -0.585409,
    -0.585409, -0.557808, -0.489569, -0.112871, -0.171837, -0.201562, 0.226485, 0.603961, -0.0943603, 0.5, 12]], [[0.393416,
    0.0211157, 0.1277, -0.00118473, 0.0145052, 0.0693493, -0.11204, -0.11204, -0.107433, -0.0953904, -0.026964,
    -0.041672, -0.050607, 0.039112, 0.104299, -0.00915559, -0.0288289]]]}, "blind": {"low": [-0.791505, -0.226277],
    "high": [3.31956, 0.691947], "weights": [[[0.152522, 0.417303, 0.0750851], [0.195663, 0.537283, 0.100196]],
    [[0.0266867, 0.063915, 0.37498, 0.00741059, 0.0273215, 0.207577]]]}}
    """

  /// Evidence that is made up.
  private struct Known: EvidenceSource {
    var gains: [Double]
    func score(at exit: Int, by assessor: Assessor) -> Double { 0 }
    func gain(at exit: Int) -> Double { gains[exit] }
    func relativeChange(at exit: Int) -> Double { 0 }
  }

  private func calibration(
    _ forecast: String = forecast, points: String? = nil, doubt: String? = nil
  ) throws -> GateCalibration? {
    let points =
      points
      ?? #"[{"tau": 1, "input": 0.8, "color_input": 1, "share": 0.3}, {"tau": 0, "input": 0.2, "color_input": 0.3, "share": 0.9}]"#
    let rest = doubt.map { #", "doubt": \#($0)"# } ?? ""
    let text = #"{"tau": 0.5, "points": \#(points), "forecast": \#(forecast)\#(rest)}"#
    return GateCalibration(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)), costs: [0, 0.25, 1])
  }

  /// The expected values are what that module computes from the same weights.
  @Test(
    arguments: [
      ([1.5], nil, true, [0.947417975, 1.2270285]),
      ([1.5], 96, false, [0.1190498575, 0.1609387905]),
      ([1.5], 96, true, [0.1890498575, 0.3109387905]),
      ([1.5, 0.4], nil, false, [0.3388302475]),
      ([1.5, 0.4], 30, true, [0.418960132]),
      ([9, -1], nil, false, [-0.5479491996]),
      ([-2], 100, true, [-1.0803546288, -0.488049495]),
    ] as [([Double], Int?, Bool, [Double])])
  func forecastsAreThoseOfTraining(estimates: [Double], quality: Int?, isColor: Bool, expected: [Double]) throws {
    let forecast = try #require(try calibration()).forecast
    let gains = forecast.gains(after: estimates, quality: quality, isColor: isColor)
    #expect(gains.count == expected.count && zip(gains, expected).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  @Test func pointsLieBetweenThoseOfTheFile() throws {
    let calibration = try #require(try calibration())
    #expect(calibration.standard == 0.5)
    #expect(calibration.point(tau: 0.5).input == 0.5)
    #expect(calibration.point(tau: -1) == .init(tau: -1, input: 0.2, colorInput: 0.3, share: 0.9))
    #expect(calibration.point(tau: 7) == .init(tau: 7, input: 0.8, colorInput: 1, share: 0.3))
    #expect(calibration.point(share: 1) == calibration.points[0])
    let middle = calibration.point(share: 0.6)
    #expect(abs(middle.tau - 0.5) < 1e-9 && abs(middle.input - 0.5) < 1e-9)
    // Nothing goes on where nothing may be spent.
    let least = calibration.point(share: 0)
    #expect(least.tau > 100 && least.input > 100 && least.colorInput > 100)
  }

  @Test func anExitMustBeWorthItsCost() throws {
    let calibration = try #require(try calibration())
    func outlook(
      _ estimates: [Double], _ quality: Int?, isColor: Bool = false, loss: Double = 0, tau: Double,
      is expected: (margin: Double, exit: Int)
    ) throws {
      let found = try calibration.outlook(
        ExitEvidence(
          exit: estimates.count - 1, exitCount: 2, encodingLoss: loss, quality: quality, isColor: isColor,
          source: Known(gains: estimates)),
        at: .init(tau: tau, input: 0.3, colorInput: 0.7, share: 0.5))
      #expect(abs(found.margin - expected.margin) < 1e-9 && found.exit == expected.exit)
    }
    // The second exit brings 0.042 dB more than the first for three quarters of the cost.
    try outlook([1.5], 96, tau: 0, is: (0.1609387905, 2))
    try outlook([1.5], 96, tau: 0.1, is: (0.1190498575 - 0.025, 1))
    try outlook([1.5], 96, loss: 0.2, tau: 0.1, is: (0.1190498575 - 0.225, 1))
    try outlook([1.5, 0.4], nil, tau: 0.2, is: (0.3388302475 - 0.15, 2))
    // An input of which nothing is known must promise what is asked for at the price.
    try outlook([1.5], nil, loss: 0.1, tau: 1, is: (1.1, 1))
    try outlook([1.5], nil, isColor: true, loss: 0.1, tau: 1, is: (0.7, 1))
  }

  @Test func pricesDecide() throws {
    let calibration = try #require(try calibration())
    func decision(_ exit: Int, tau: Double, quality: Int? = nil, isSample: Bool = false) throws -> [ExitDecision] {
      let rule = GateRule.price(calibration.point(tau: tau), calibration)
      let policies: [any ExitPolicy] = [GatePolicy(rule: rule), WindowPolicy(rule: rule, halfWidth: 0.3)]
      return try policies.map {
        try $0.decide(
          ExitEvidence(
            exit: exit, exitCount: 2, quality: quality, isSample: isSample, source: Known(gains: [1.5, 0.4])))
      }
    }
    #expect(try decision(0, tau: 0) == [.advance, .finish(at: 2)])
    #expect(try decision(0, tau: 1) == [.advance, .finish(at: 1)])
    #expect(try decision(0, tau: 0.1, quality: 96) == [.advance, .advance])
    #expect(try decision(0, tau: 9, quality: 96) == [.leave, .leave])
    // Asked about exit 1 first, the gate of the input is asked too.
    #expect(try decision(1, tau: 0.3) == [.advance, .advance])
    #expect(try decision(1, tau: 0.6) == [.leave, .advance])
    #expect(try decision(1, tau: 2) == [.leave, .leave])
    // What a sample goes through comes on top, so the first stage has the last word.
    #expect(try decision(0, tau: 0, isSample: true) == [.advance, .finish(at: 2)])
    #expect(try decision(1, tau: 0.3, isSample: true) == [.finish(at: 2), .finish(at: 2)])
    #expect(try decision(1, tau: 0.6, isSample: true) == [.leave, .leave])
  }

  /// How the last images of a budget are decided about.
  @Test func upToAnExitAnythingThatIsExpectedCounts() throws {
    let policy = GatePolicy(rule: .upTo(2))
    func decision(_ gains: [Double], loss: Double = 0, isSample: Bool = false) throws -> ExitDecision {
      try policy.decide(
        ExitEvidence(
          exit: gains.count - 1, exitCount: 4, encodingLoss: loss, isSample: isSample, source: Known(gains: gains)))
    }
    #expect(try decision([0.1]) == .advance && decision([-0.1]) == .leave && decision([.nan]) == .leave)
    #expect(try decision([0.1], loss: 0.2) == .leave && decision([0.1, 0.1], loss: 0.2) == .advance)
    #expect(try decision([1, 1, 1]) == .leave)
    // On a sample every stage would come on top.
    #expect(try decision([0.1], isSample: true) == .finish(at: 2) && decision([-0.1], isSample: true) == .leave)
  }

  /// At the price 0.5 the gate of a grey input must expect 0.5 dB, and from 0.3 dB on there is doubt.
  @Test func anInputInDoubtIsTriedAndTakenBack() throws {
    let calibration = try #require(try calibration(doubt: #"{"least": 0.6, "remaining": 0.7}"#))
    func decisions(
      _ gains: [Double], quality: Int? = nil, isColor: Bool = false, mayReturn: Bool = true, isSample: Bool = false,
      loss: Double = 0, exitCount: Int = 2, halfWidth: Double = 0
    ) throws -> [ExitDecision] {
      let rule = GateRule.price(calibration.point(tau: 0.5), calibration)
      let policies: [any ExitPolicy] = [GatePolicy(rule: rule), WindowPolicy(rule: rule, halfWidth: halfWidth)]
      return try policies.map {
        try $0.decide(
          ExitEvidence(
            exit: gains.count - 1, exitCount: exitCount, encodingLoss: loss, quality: quality, isColor: isColor,
            mayReturn: mayReturn, isSample: isSample, source: Known(gains: gains)))
      }
    }
    #expect(try decisions([0.51]) == [.advance, .finish(at: 1)])
    #expect(try decisions([0.45]) == [.advance, .advance])
    #expect(try decisions([0.29]) == [.leave, .leave])
    #expect(try decisions([0.45], loss: 0.2) == [.leave, .leave])
    #expect(try decisions([0.45], mayReturn: false) == [.leave, .leave])
    // In colour 0.65 dB are asked for.
    #expect(try decisions([0.38], isColor: true) == [.leave, .leave])
    #expect(try decisions([0.6], isColor: true) == [.advance, .advance])
    // What the first stage should have brought is still missing: there was nothing to restore.
    #expect(try decisions([0.45, 0.32]) == [.restore, .restore])
    #expect(try decisions([0.45, 0.31]) == [.leave, .leave])
    #expect(try decisions([0.45], isSample: true) == [.advance, .advance])
    #expect(try decisions([0.45, 0.32], isSample: true) == [.restore, .restore])
    #expect(try decisions([0.45, 0.31], isSample: true) == [.leave, .leave])
    #expect(try decisions([0.45, 0.32], quality: 30).allSatisfy { $0 != .restore })
    #expect(try decisions([0.45, 0.32], mayReturn: false) == [.leave, .leave])
    #expect(try decisions([0.51, 0.5]).allSatisfy { $0 != .restore })
    // What isn't confirmed is refuted.
    for gain in [Double.nan, .infinity] { #expect(try decisions([0.45, gain]) == [.restore, .restore]) }
    // There must be a second gate.
    #expect(try decisions([0.45], exitCount: 1) == [.leave, .leave])
    // In the window, but below what is tried: that is no doubt, and isn't taken back.
    #expect(try decisions([0.29], halfWidth: 0.3) == [.leave, .advance])
    #expect(try decisions([0.29, 0.28], halfWidth: 0.3).allSatisfy { $0 != .restore })
    // The first stage must bring what writing the result loses besides.
    let cheap = GatePolicy(rule: .price(.init(tau: 0, input: 2, colorInput: 2, share: 0.9), calibration))
    func first(loss: Double) throws -> ExitDecision {
      try cheap.decide(ExitEvidence(exit: 0, exitCount: 2, encodingLoss: loss, source: Known(gains: [1.9])))
    }
    #expect(try first(loss: 0.5) == .advance && first(loss: 0.6) == .leave)
    // Where a price asks for more than is expected, there is no doubt about it.
    let dear = GatePolicy(rule: .price(.init(tau: 9, input: 0.5, colorInput: 1, share: 0.1), calibration))
    #expect(try dear.decide(ExitEvidence(exit: 0, exitCount: 2, source: Known(gains: [0.45]))) == .leave)
  }

  @Test(arguments: [#"{"least": 0.6}"#, "3", #"{"least": "x", "remaining": 1}"#])
  func whatIsNoRuleForDoubtIsRefused(doubt: String) throws {
    #expect(try calibration(doubt: doubt) == nil)
  }

  @Test(arguments: [
    (#""blind""#, #""other""#), ("-0.0943603", "0, 0"), ("[[0.0266867, ", "[["), ("-0.791505, ", ""),
    ("-0.791505", "5"), ("0.152522", #""x""#), ("0.95], \"color", "0.95, 1], \"color"),
    (#"[0.9, 0.95]"#, "[0.9]"), ("color_knots", "other_knots"),
  ])
  func whatIsNoForecastIsRefused(part: String, replacement: String) throws {
    #expect(try calibration(Self.forecast.replacingOccurrences(of: part, with: replacement)) == nil)
  }

  @Test func pointsMustBeWhole() throws {
    #expect(try calibration(points: "[]") == nil)
    #expect(try calibration(points: #"[{"tau": 1, "share": 0.3}]"#) == nil)
  }
}
