import Quality
import Testing

@testable import RBQE

/// Each policy's rule, on evidence that is made up.
@Suite struct PolicyTests {
  private struct Known: EvidenceSource {
    var scores: [Double] = []
    var gains: [Double] = []
    var changes: [Double] = []

    func score(at exit: Int, by assessor: Assessor) -> Double { scores[exit] }
    func gain(at exit: Int) -> Double { gains[exit] }
    func relativeChange(at exit: Int) -> Double { changes[exit] }
  }

  private func decision(_ policy: any ExitPolicy, at exit: Int, loss: Double = 0, _ known: Known) throws -> ExitDecision
  {
    try policy.decide(ExitEvidence(exit: exit, exitCount: 4, encodingLoss: loss, source: known))
  }

  @Test func gatesLeaveBelowTheirThresholds() throws {
    let policy = GatePolicy(thresholds: [0.5, 0.2])
    let known = Known(gains: [0.49, 0.2, 0.19, 0.21])
    #expect(try decision(policy, at: 0, known) == .leave)
    #expect(try decision(policy, at: 1, known) == .advance)
    #expect(try decision(policy, at: 2, known) == .leave)
    #expect(try decision(policy, at: 3, known) == .advance)
  }

  /// A broken gate must not send everything through the whole network.
  @Test func gatesThatAnswerNoNumberExpectNothing() throws {
    for gain in [Double.nan, .infinity] {
      let known = Known(gains: [gain])
      #expect(try decision(GatePolicy(thresholds: [0.5]), at: 0, known) == .leave)
      #expect(try decision(WindowPolicy(thresholds: [0.5], halfWidth: 0.1), at: 0, known) == .leave)
      let model = try ModelFile(shipped: .fast).load()
      #expect(try decision(PolicyChoice.standard(for: model).policy(for: model), at: 0, known) == .leave)
    }
  }

  @Test func whatWritingLosesCountsAgainstLeavingTheInputAlone() throws {
    let policy = GatePolicy(thresholds: [0.1])
    let known = Known(gains: [0.5, 0.2, 0, 0])
    #expect(try decision(policy, at: 0, known) == .advance)
    #expect(try decision(policy, at: 0, loss: 0.45, known) == .leave)
    // Later nothing can be copied any more.
    #expect(try decision(policy, at: 1, loss: 9, known) == .advance)
  }

  @Test func aWindowJumpsWhereItIsSure() throws {
    let policy = WindowPolicy(thresholds: [0.3], halfWidth: 0.1)
    #expect(try decision(policy, at: 0, Known(gains: [0.19])) == .leave)
    #expect(try decision(policy, at: 0, Known(gains: [0.21])) == .advance)
    #expect(try decision(policy, at: 0, Known(gains: [0.39])) == .advance)
    #expect(try decision(policy, at: 0, Known(gains: [0.41])) == .finish(at: 4))
  }

  @Test func saturationLooksFromTheSecondExitOn() throws {
    let policy = SaturationPolicy(epsilon: 0.2)
    let known = Known(changes: [0, 0, 0.19, 0.2])
    #expect(try decision(policy, at: 0, known) == .advance)
    #expect(try decision(policy, at: 1, known) == .advance)
    #expect(try decision(policy, at: 2, known) == .leave)
    #expect(try decision(policy, at: 3, known) == .advance)
  }

  @Test func aCoarserResultLosesMore() throws {
    let source = try compressed(testPicture(width: 64, height: 48), quality: 90)
    let losses = [98, 95, 90, 75, 50].map { EncodingLoss.expected(of: source, quality: $0) }
    #expect(losses == losses.sorted() && losses[0] > 0)
    #expect(EncodingLoss.expected(of: testPicture(width: 64, height: 48), quality: 50) == 0)
  }
}
