import Testing

@testable import Evaluation

@Suite struct ParetoCurveTests {
  private static func curve(_ points: [(Double, Double)]) -> ParetoCurve {
    ParetoCurve(points.map { .init(share: $0.0, gain: $0.1) })
  }

  @Test func theHullLeavesOutWhatAMixBeats() {
    let hull = Self.curve([(0, 0), (0.1, 0.5), (0.4, 0.6), (0.6, 0.9), (1, 0.8)]).hull
    #expect(hull.points.map(\.share) == [0, 0.1, 0.6])
    #expect(abs(hull.gain(at: 0.35) - 0.7) < 1e-9)
    #expect(hull.gain(at: 0.9) == 0.9)
  }

  @Test func whereEveryExitHarmsTheHullIsTheInput() {
    #expect(Self.curve([(0, 0), (0.1, -0.5), (1, -0.1)]).hull.points.map(\.share) == [0])
  }

  @Test func theLeastCostOfAGain() {
    let curve = Self.curve([(0, 0), (0.5, 1), (1, 1.2)])
    #expect(curve.share(reaching: 0.5) == 0.25)
    #expect(curve.share(reaching: 2) == nil)
  }

  @Test func knowledgeSpendsWhereItGainsMost() {
    let rich = Self.curve([(0, 0), (0.5, 1), (1, 1.1)])
    let poor = Self.curve([(0, 0), (1, 0.1)])
    let split = ParetoCurve.split([(1, rich), (1, poor)])
    #expect(split.points.map(\.share) == [0, 0.25, 0.5, 1])
    #expect(abs(split.gain(at: 0.25) - 0.5) < 1e-9)
    #expect(split.gain(at: 0.5) > ParetoCurve([.init(share: 0, gain: 0), .init(share: 1, gain: 0.6)]).gain(at: 0.5))
  }
}
