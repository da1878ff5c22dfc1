import RBQE
import Reporting

extension EvaluationRecord {
  /// Takes over what became known at the exits.
  ///
  /// Width and height are there already.
  mutating func take(_ trace: ExitTrace, of enhancer: Enhancer) throws {
    toldQuality = trace.quality
    scores = trace.scores
    paperScores = trace.paperScores
    if !trace.gains.isEmpty { gainEstimates = trace.gains.map { $0.isFinite ? $0 : nil } }
    changes = trace.changes.map { $0.isFinite ? $0 : nil }
    msParts = Parts(assess: trace.assessMs, gate: trace.gateMs, stages: trace.stageMs, final: trace.finalMs)
    var macs: [Double] = []
    var times: [Double] = []
    for exit in 0...trace.stageMs.count {
      let run = try enhancer.replay(FixedPolicy(exit: exit), trace, width: width ?? 1, height: height ?? 1)
      macs.append(run.macsPerPixel)
      times.append(run.ms)
    }
    macsPerPixel = macs
    ms = times
  }

  /// What `take` took over; nil if the record comes from a version that did not.
  var trace: ExitTrace? {
    guard let scores, let paperScores, let changes, let msParts else { return nil }
    return ExitTrace(
      scores: scores.map { $0 ?? 0 }, paperScores: paperScores.map { $0 ?? 0 },
      gains: gainEstimates?.map { $0 ?? .nan } ?? [], quality: toldQuality, isColor: channels == 3,
      changes: changes.map { $0 ?? .infinity }, assessMs: msParts.assess, gateMs: msParts.gate,
      stageMs: msParts.stages, finalMs: msParts.final)
  }
}

extension EvaluationRecord.PolicyResult {
  init(_ run: (exit: Int, macsPerPixel: Double, ms: Double)) {
    self.init(exit: run.exit, macsPerPixel: run.macsPerPixel, ms: run.ms)
  }
}
