import Imaging
import Quality

/// Evidence that is computed from the image and the network as it is asked for.
struct CandidateEvidence: EvidenceSource {
  let candidates: Candidates
  let clock: StageClock

  func score(at exit: Int, by assessor: Assessor) throws -> Double {
    let planes = try planes(at: exit)
    return clock.measure(.assess) { assessor.assess(planes).score }
  }

  func gain(at exit: Int) throws -> Double {
    // From exit 1 on this runs the stage that the gate looks at.
    try clock.measure(exit == 0 ? .assess : .infer(exit: exit)) { try candidates.gain(at: exit) }
  }

  func relativeChange(at exit: Int) throws -> Double {
    let (input, before, now) = (try planes(at: 0), try planes(at: exit - 1), try planes(at: exit))
    return clock.measure(.assess) {
      let earlier = squaredDistance(before, input)
      return earlier > 0 ? (squaredDistance(now, before) / earlier).squareRoot() : .infinity
    }
  }

  private func planes(at exit: Int) throws -> [Plane] {
    guard exit > 0 else { return try candidates.judged(at: 0) }
    return try clock.measure(.infer(exit: exit)) { try candidates.judged(at: exit) }
  }
}

/// The sum of squared differences, plane after plane and sample after sample.
private func squaredDistance(_ first: [Plane], _ second: [Plane]) -> Double {
  zip(first, second).reduce(0) { sum, planes in
    zip(planes.0.samples, planes.1.samples).reduce(sum) { sum, samples in
      let difference = Double(samples.0) - Double(samples.1)
      return sum + difference * difference
    }
  }
}
