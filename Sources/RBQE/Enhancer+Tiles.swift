import Imaging
import Inference

extension Enhancer {
  /// Enhances an image tile by tile: what goes on is computed once it is known which samples are wanted.
  func enhanceTiles(of frame: Frame, encodingLoss: Double, clock: StageClock) throws -> Enhancement {
    let plan = try TilePlan(frame, policy: policy, encodingLoss: encodingLoss, clock: clock)
    let exit = plan.known.deepest
    var scores = [Double?](repeating: nil, count: frame.exitCount + 1)
    if let scorer { scores[0] = clock.measure(.assess) { scorer.assess(frame.judged(of: frame.image)).score } }
    let constraint = clock.measure(.constrain) {
      ImageConstraint(
        exit > 0 ? self.constraint : .off, for: frame.image, found: frame.foundCoefficients,
        errors: model.information.coefficientErrors)
    }
    let choice = ExitChoice(
      exit: exit, exitCount: frame.exitCount, policy: policy.name, scores: scores,
      estimatedGains: Array(repeating: nil, count: frame.exitCount))
    let writer = RegionWriter(image: frame.image, strength: strength)
    return Enhancement(
      source: frame.image, choice: choice, tiles: plan.known,
      macsPerPixel: Double(plan.macs) / Double(frame.image.width * frame.image.height), timings: clock.timings,
      found: frame.found, constraint: constraint?.report,
      result: exit > 0 ? .tiles(TilePass(plan: plan, writer: writer, constraint: constraint)) : .source,
      scorer: scorer)
  }
}
