import Imaging
import Inference

/// What was decided about the tiles of an image from the input alone, before the network runs.
struct TilePlan: Sendable {
  let frame: Frame
  let grid: TileGrid
  let policy: any ExitPolicy
  /// The exits of tiles that were decided about for good; nil: the next ones are still to be asked.
  let chosen: [Int?]
  /// What is known: where a tile's exit isn't, the least that it can be.
  let known: TileExits
  /// Multiply-accumulates that it took.
  let macs: Int

  /// Asks the policy about each tile at exit 0, by what lies inside the tile.
  ///
  /// - Parameter encodingLoss: What writing the result loses, in dB.
  init(_ frame: Frame, policy: any ExitPolicy, encodingLoss: Double, clock: StageClock) throws {
    self.frame = frame
    self.policy = policy
    grid = TileGrid(frame.partition)
    let exitCount = frame.exitCount
    var chosen: [Int?] = []
    var gains: [[Double?]] = []
    var macs = 0
    for tile in grid.tiles {
      let candidates = try frame.candidates(
        Region(alone: tile), targets: frame.gates(at: 0..<1, asked: policy.asksGates))
      let evidence = ExitEvidence(
        exit: 0, exitCount: exitCount, encodingLoss: encodingLoss, quality: frame.quality, isColor: frame.isColor,
        mayReturn: false, source: CandidateEvidence(candidates: candidates, clock: clock))
      chosen.append(try policy.decide(evidence).chosen(at: 0, of: exitCount, mayReturn: false))
      gains.append([evidence.knownGain] + Array(repeating: nil, count: exitCount - 1))
      macs += candidates.macsRun
    }
    self.chosen = chosen
    self.macs = macs
    known = TileExits(side: grid.side, columns: grid.columns, exits: chosen.map { $0 ?? 1 }, estimatedGains: gains)
  }
}
