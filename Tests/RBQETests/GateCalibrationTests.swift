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

  private func calibration(_ forecast: String = forecast, points: String? = nil) throws -> GateCalibration? {
    let points =
      points
      ?? #"[{"tau": 1, "input": 0.8, "color_input": 1, "share": 0.3}, {"tau": 0, "input": 0.2, "color_input": 0.3, "share": 0.9}]"#
    let text = #"{"tau": 0.5, "points": \#(points), "forecast": \#(forecast)}"#
    return GateCalibration(try JSONDecoder().decode(MetadataValue.self, from: Data(text.utf8)), costs: [0, 0.25, 1])
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
    ) {
      let found = calibration.outlook(
        after: estimates, quality: quality, isColor: isColor, loss: loss,
        at: .init(tau: tau, input: 0.3, colorInput: 0.7, share: 0.5))
      #expect(abs(found.margin - expected.margin) < 1e-9 && found.exit == expected.exit)
    }
    // The second exit brings 0.042 dB more than the first for three quarters of the cost.
    outlook([1.5], 96, tau: 0, is: (0.1609387905, 2))
    outlook([1.5], 96, tau: 0.1, is: (0.1190498575 - 0.025, 1))
    outlook([1.5], 96, loss: 0.2, tau: 0.1, is: (0.1190498575 - 0.225, 1))
    outlook([1.5, 0.4], nil, tau: 0.2, is: (0.3388302475 - 0.15, 2))
    // An input of which nothing is known must promise what is asked for at the price.
    outlook([1.5], nil, loss: 0.1, tau: 1, is: (1.1, 1))
    outlook([1.5], nil, isColor: true, loss: 0.1, tau: 1, is: (0.7, 1))
  }

  @Test func pricesDecide() throws {
    struct Known: EvidenceSource {
      func score(at exit: Int, by assessor: Assessor) -> Double { 0 }
      func gain(at exit: Int) -> Double { [1.5, 0.4][exit] }
      func relativeChange(at exit: Int) -> Double { 0 }
    }
    let calibration = try #require(try calibration())
    func decision(_ exit: Int, tau: Double, quality: Int? = nil) throws -> [ExitDecision] {
      let rule = GateRule.price(calibration.point(tau: tau), calibration)
      let policies: [any ExitPolicy] = [GatePolicy(rule: rule), WindowPolicy(rule: rule, halfWidth: 0.3)]
      return try policies.map {
        try $0.decide(ExitEvidence(exit: exit, exitCount: 2, quality: quality, source: Known()))
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
