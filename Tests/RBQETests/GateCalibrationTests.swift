import Foundation
import Inference
import Quality
import Testing

@testable import RBQE

/// What a model file holds for the gates, and what is decided by it.
@Suite struct GateCalibrationTests {
  /// Of two exits, as `rbqe_training.forecast` fits it to pictures that `Training/tests/test_forecast.py` makes.
  private static let forecast = """
    {"told": {"low": [-0.663269, -0.232873], "high": [3.61788, 0.743563], "weights": [
      [[1.57076, 0.0970237, 0.0053404, -0.464502, -0.464502, -0.451995, -0.399852, -0.0274809, -0.0549619, -0.109924,
        0.0, 0.0, -0.0943193],
       [2.03153, 0.124973, 0.0078783, -0.595998, -0.595998, -0.58111, -0.516083, -0.0455945, -0.091189, -0.182378,
        0.0, 0.0, -0.118475]],
      [[0.395981, 0.0201852, 0.127161, -0.000999992, 0.0139959, 0.0731281, -0.11095, -0.11095, -0.10926, -0.0989051,
        -0.0181226, -0.0362452, -0.0724904, 0.0, 0.0, -0.0103104, -0.0523415]]]},
     "blind": {"low": [-0.583505, -0.178762], "high": [3.37217, 0.735271], "weights": [
      [[0.238864, 0.47653, 0.0402017], [0.307634, 0.611783, 0.0564774]],
      [[0.042331, 0.0691855, 0.389486, 0.00511448, 0.0232621, 0.136392]]]}}
    """

  private func calibration(_ forecast: String = forecast, points: String? = nil) throws -> GateCalibration? {
    let points =
      points ?? #"[{"tau": 1, "input": 0.8, "share": 0.3}, {"tau": 0, "input": 0.2, "share": 0.9}]"#
    let text = #"{"tau": 0.5, "points": \#(points), "forecast": \#(forecast)}"#
    return GateCalibration(try JSONDecoder().decode(MetadataValue.self, from: Data(text.utf8)), costs: [0, 0.25, 1])
  }

  /// The expected values are what that module computes from the same weights.
  @Test(
    arguments: [
      ([1.5], nil, [1.044112825, 1.35238265]),
      ([1.5], 85, [0.3277769925, 0.431740775]),
      ([1.5, 0.4], nil, [0.34919121]),
      ([1.5, 0.4], 30, [0.417649594]),
      ([9, -9], nil, [0.2545061965]),
      ([0.2], 100, [-0.004745524, -0.012027118]),
    ] as [([Double], Int?, [Double])])
  func forecastsAreThoseOfTraining(estimates: [Double], quality: Int?, expected: [Double]) throws {
    let forecast = try #require(try calibration()).forecast
    let gains = forecast.gains(after: estimates, quality: quality)
    #expect(gains.count == expected.count && zip(gains, expected).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  @Test func pointsLieBetweenThoseOfTheFile() throws {
    let calibration = try #require(try calibration())
    #expect(calibration.standard == 0.5)
    #expect(calibration.point(tau: 0.5).input == 0.5)
    #expect(calibration.point(tau: -1) == .init(tau: -1, input: 0.2, share: 0.9))
    #expect(calibration.point(tau: 7) == .init(tau: 7, input: 0.8, share: 0.3))
    #expect(calibration.point(share: 1) == calibration.points[0])
    let middle = calibration.point(share: 0.6)
    #expect(abs(middle.tau - 0.5) < 1e-9 && abs(middle.input - 0.5) < 1e-9)
    // Nothing goes on where nothing may be spent.
    let least = calibration.point(share: 0)
    #expect(least.tau > 100 && least.input > 100)
  }

  @Test func anExitMustBeWorthItsCost() throws {
    let calibration = try #require(try calibration())
    func margin(_ estimates: [Double], _ quality: Int?, loss: Double = 0, tau: Double) -> Double {
      calibration.margin(
        after: estimates, quality: quality, loss: loss, at: .init(tau: tau, input: 0.3, share: 0.5))
    }
    // The second exit brings 0.104 dB more than the first for three quarters of the cost.
    #expect(abs(margin([1.5], 85, tau: 0) - 0.431740775) < 1e-9)
    #expect(abs(margin([1.5], 85, tau: 1) - (0.3277769925 - 0.25)) < 1e-9)
    #expect(abs(margin([1.5], 85, loss: 0.2, tau: 1) - (0.3277769925 - 0.45)) < 1e-9)
    #expect(abs(margin([1.5, 0.4], nil, tau: 0.2) - (0.34919121 - 0.15)) < 1e-9)
    // An input of which nothing is known must promise what was chosen for the price.
    #expect(abs(margin([0.5], nil, loss: 0.1, tau: 1) - 0.1) < 1e-9)
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
    #expect(try decision(0, tau: 1, quality: 85) == [.advance, .advance])
    #expect(try decision(0, tau: 9, quality: 85) == [.leave, .leave])
    // Asked about exit 1 first, the gate of the input is asked too.
    #expect(try decision(1, tau: 0.3) == [.advance, .advance])
    #expect(try decision(1, tau: 0.6) == [.leave, .advance])
    #expect(try decision(1, tau: 2) == [.leave, .leave])
  }

  @Test(arguments: [
    (#""blind""#, #""other""#), ("-0.0943193", "0, 0"), ("[[0.042331, ", "[["), ("-0.583505, ", ""),
    ("-0.583505", "5"), ("0.238864", #""x""#),
  ])
  func whatIsNoForecastIsRefused(part: String, replacement: String) throws {
    #expect(try calibration(Self.forecast.replacingOccurrences(of: part, with: replacement)) == nil)
  }

  @Test func pointsMustBeWhole() throws {
    #expect(try calibration(points: "[]") == nil)
    #expect(try calibration(points: #"[{"tau": 1, "share": 0.3}]"#) == nil)
  }
}
