import Imaging
import Inference

/// Takes an image to its exits tile by tile, deciding on the way, straight into the samples of the result.
///
/// Each tile goes through the network with all that its exits see of its surroundings, so that inside it an exit gives
/// what it gives for the whole image, to the rounding of float arithmetic: where neighbours leave at the same exit no
/// border is left between them, and elsewhere only what the two exits differ by.
struct TilePass: Sendable {
  let plan: TilePlan
  let writer: RegionWriter
  let constraint: ImageConstraint?
  var frame: Frame { plan.frame }

  /// What became known on the way.
  struct Outcome {
    var tiles: TileExits
    var macs = 0
    /// Coefficients that were brought back.
    var clamped = 0
  }

  func run(for format: ImageFormat, depth: BitDepth?, clock: StageClock) throws -> (image: Image, outcome: Outcome) {
    var outcome = Outcome(tiles: plan.known)
    let search = ExitSearch(
      policy: plan.policy, encodingLoss: 0, quality: frame.quality, isColor: frame.isColor, mayReturn: false,
      isSample: false, scorer: nil, clock: clock)
    let image = try frame.image.replacing(for: format, depth: depth) { canvas in
      for (index, tile) in plan.grid.tiles.enumerated() {
        guard plan.known.exits[index] > 0 else {
          if frame.isCancelled() { throw SessionError.cancelled }
          writer.writeSource(of: tile, into: canvas)
          continue
        }
        let candidates = try frame.candidates(
          plan.grid.region(tile),
          targets: plan.chosen[index].map { [.exit($0)] }
            ?? frame.gates(at: 1..<frame.exitCount, asked: plan.policy.asksGates) + frame.exits)
        if plan.chosen[index] == nil {
          let choice = try search.run(on: candidates, after: [plan.known.estimatedGains[index][0]])
          outcome.tiles.exits[index] = choice.exit
          outcome.tiles.estimatedGains[index] = choice.estimatedGains
        }
        let exit = outcome.tiles.exits[index]
        let (core, planes) = try clock.measure(.infer(exit: exit)) { try candidates.restored(at: exit)[0] }
        outcome.clamped += clock.measure(.constrain) {
          let own = constraint?.constraint(exit: exit, strength: writer.strength)
          return writer.write(planes, of: core, constraint: own, into: canvas)
        }
        outcome.macs += candidates.macsRun
      }
    }
    return (image, outcome)
  }
}
