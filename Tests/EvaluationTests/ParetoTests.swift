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
}

@Suite struct OracleTests {
  /// By hand: exit 2 instead of exit 1 brings 0.2 dB for half of the cost of the first picture, and exit 1 of the second
  /// brings 0.1 dB for half.
  @Test func leavesWhereNoLaterExitIsWorthItsPrice() throws {
    var samples = ParetoSamples(exitCount: 2)
    samples.add(path: "a.png", quality: 10, macs: [0, 50, 100], ms: [0, 1, 2], gains: [0, 1, 1.2])
    samples.add(path: "b.png", quality: 10, macs: [0, 50, 100], ms: [0, 1, 2], gains: [0, 0.1, 0.1])
    let oracles = samples.oracles
    func oracle(_ prices: Range<Double>) throws -> [Double] {
      try #require(oracles.first { prices.contains($0.parameter) }).macs
    }
    #expect(try oracle(0..<0.01) == [100, 50])
    #expect(try oracle(0.15..<0.2) == [100, 50])
    #expect(try oracle(0.21..<0.39) == [100, 0])
    #expect(try oracle(0.41..<1.9) == [50, 0])
    #expect(try oracle(2.1..<9) == [0, 0])
    #expect(oracles[0].parameter == 0 && oracles.map(\.parameter) == oracles.map(\.parameter).sorted())
  }

  /// No mix of exits, and nothing that knows less, can be above it, whatever the sizes of the pictures.
  @Test(arguments: [[1.0, 1, 1, 1], [10, 1, 1, 3], [1, 10, 4, 1]])
  func isAboveWhatKnowsTheQualityAlone(sizes: [Double]) {
    var samples = ParetoSamples(exitCount: 2)
    for (place, gains) in [[0, 1, 1.2], [0, 0.1, 0.6], [0, -0.5, 0.1], [0, 0.3, 0.2]].enumerated() {
      samples.add(
        path: "\(place).png", quality: place < 2 ? 10 : 90, macs: [0, 50 * sizes[place], 100 * sizes[place]],
        ms: [0, 1, 2], gains: gains)
    }
    let rows = Array(samples.paths.indices)
    let oracle = samples.curve(samples.oracles, rows)
    let known = KnownQuality(samples, rows).curve(samples, rows)
    for share in stride(from: 0.1, through: 1, by: 0.1) {
      #expect(oracle.gain(at: share) >= known.gain(at: share) - 1e-9)
      #expect(oracle.gain(at: share) >= samples.curve(samples.exits, rows).hull.gain(at: share) - 1e-9)
    }
  }
}

@Suite struct KnownQualityTests {
  /// One picture of each quality, with what it gains at the exits 1 and 2.
  private static func samples(_ gains: [Int?: (Double, Double)]) -> ParetoSamples {
    var samples = ParetoSamples(exitCount: 2)
    for (quality, gain) in gains {
      samples.add(
        path: "a.png", quality: quality, macs: [0, 50, 100], ms: [0, 1, 2], gains: [0, gain.0, gain.1])
    }
    return samples
  }

  private static func rows(_ samples: ParetoSamples) -> [Int] { Array(samples.paths.indices) }

  @Test func spendsWhereItGainsMost() {
    let samples = Self.samples([10: (1, 1.1), 90: (0, 0.1)])
    let known = KnownQuality(samples, Self.rows(samples))
    #expect(known.steps.map(\.exit) == [1, 2, 2])
    #expect(known.steps.map(\.quality) == [10, 10, 90])
    let curve = known.curve(samples, Self.rows(samples))
    #expect(curve.points.map(\.share) == [0, 0.25, 0.5, 1])
    #expect(curve.points.map(\.gain).elementsEqual([0, 0.5, 0.55, 0.6]) { abs($0 - $1) < 1e-9 })
    #expect(curve.points.map(\.ms) == [0, 0.5, 1, 2])
  }

  @Test func whatEveryExitHarmsIsLeftAlone() {
    let samples = Self.samples([nil: (-1, -0.5), 50: (0.2, 0.3)])
    let known = KnownQuality(samples, Self.rows(samples))
    #expect(known.steps.allSatisfy { $0.quality == 50 })
    #expect(known.curve(samples, Self.rows(samples)).points.last?.share == 0.5)
  }

  /// Chosen by pictures that gain the other way round, it is worse than chosen by the measured ones.
  @Test func aChoiceMadeByOtherPicturesIsKept() {
    let samples = Self.samples([10: (1, 1.1), 90: (0, 0.1)])
    let others = Self.samples([10: (0, 0.1), 90: (1, 1.1)])
    let known = KnownQuality(others, Self.rows(others))
    #expect(known.steps.first == .init(quality: 90, exit: 1))
    let curve = known.curve(samples, Self.rows(samples))
    #expect(curve.points.map(\.share) == [0, 0.25, 0.5, 1])
    #expect(curve.points.map(\.gain).elementsEqual([0, 0, 0.05, 0.6]) { abs($0 - $1) < 1e-9 })
  }

  /// Of pictures of different sizes that one is first which gains most for its multiply-accumulates, not for its share.
  @Test func whatIsLargeCostsMore() {
    var samples = ParetoSamples(exitCount: 2)
    samples.add(path: "large.png", quality: 10, macs: [0, 500, 1000], ms: [0, 5, 10], gains: [0, 1, 1.1])
    samples.add(path: "small.png", quality: 90, macs: [0, 50, 100], ms: [0, 1, 2], gains: [0, 0.5, 0.9])
    let known = KnownQuality(samples, Self.rows(samples))
    #expect(known.steps.map(\.quality) == [90, 90, 10, 10] && known.steps.map(\.exit) == [1, 2, 1, 2])
    let curve = known.curve(samples, Self.rows(samples))
    #expect(curve.points.map(\.share).elementsEqual([0, 50, 100, 600, 1100].map { $0 / 1100 }) { abs($0 - $1) < 1e-9 })
    #expect(curve.points.map(\.gain).elementsEqual([0, 0.25, 0.45, 0.95, 1]) { abs($0 - $1) < 1e-9 })
  }

  @Test func ofEqualSlopesEachQualityKeepsItsOrder() {
    let samples = Self.samples([10: (0.5, 1), 90: (0.5, 1)])
    for quality in [10, 90] {
      let own = KnownQuality(samples, Self.rows(samples)).steps.filter { $0.quality == quality }
      #expect(own.map(\.exit) == own.map(\.exit).sorted() && own.last?.exit == 2)
    }
  }

  /// Qualities that the choice wasn't made by are left alone, those that aren't there cost nothing.
  @Test func qualitiesOfOneSideAlone() {
    let samples = Self.samples([10: (1, 1.1), 50: (1, 1.1)])
    let others = Self.samples([10: (1, 1.1), 90: (1, 1.1)])
    let known = KnownQuality(others, Self.rows(others))
    #expect(known.qualities == [10, 90])
    let curve = known.curve(samples, Self.rows(samples))
    #expect(curve.points.map(\.share) == [0, 0.25, 0.5])
  }
}
