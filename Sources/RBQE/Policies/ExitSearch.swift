import Quality

/// Asks a policy at one exit after another until it has chosen.
struct ExitSearch {
  let policy: any ExitPolicy
  /// What writing the result loses, in dB.
  let encodingLoss: Double
  /// The quality that a file or its pixels tell; nil: nothing is known.
  let quality: Int?
  /// Whether colours go through the network together.
  let isColor: Bool
  /// Whether the input can still be taken after a stage.
  let mayReturn: Bool
  /// Whether the candidates are a sample of the image.
  let isSample: Bool
  /// Scores the input for the record; the policy's own scores are noted too where they are of the same kind.
  let scorer: Assessor?
  let clock: StageClock

  /// Finds the exit, running the network no further than the policy's questions need; what may be asked of the
  /// candidates afterwards is that exit alone.
  ///
  /// - Parameter earlier: What the gates said at the exits before the one to begin at, where it was decided to go on.
  func run(on candidates: Candidates, after earlier: [Double?] = []) throws -> ExitChoice {
    let exitCount = candidates.exitCount
    let source = CandidateEvidence(candidates: candidates, clock: clock)
    var scores = [Double?](repeating: nil, count: exitCount + 1)
    var gains = earlier + [Double?](repeating: nil, count: exitCount - earlier.count)
    func choice(_ exit: Int) -> ExitChoice {
      ExitChoice(exit: exit, exitCount: exitCount, policy: policy.name, scores: scores, estimatedGains: gains)
    }
    for exit in earlier.count..<exitCount {
      let evidence = ExitEvidence(
        exit: exit, exitCount: exitCount, encodingLoss: encodingLoss, quality: quality, isColor: isColor,
        mayReturn: mayReturn, isSample: isSample, earlierGains: Array(gains[..<exit]), source: source)
      let decision = try policy.decide(evidence)
      gains[exit] = evidence.knownGain
      if let scorer {
        scores[exit] = exit == 0 ? try evidence.score(by: scorer) : evidence.knownScore(by: scorer)
      }
      if let chosen = decision.chosen(at: exit, of: exitCount, mayReturn: mayReturn) {
        candidates.keep(chosen)
        return choice(chosen)
      }
      let passed = policy.comparesExits ? exit - 1 : exit
      if passed > 0 { candidates.forget([.exit(passed)]) }
    }
    candidates.keep(exitCount)
    return choice(exitCount)
  }
}

/// The exit chosen for an image, and what became known on the way.
public struct ExitChoice: Sendable, Equatable {
  /// The exit: 0 means that the image is left as it is.
  public let exit: Int
  /// The model's number of exits.
  public let exitCount: Int
  /// The name of the policy that chose.
  public let policy: String
  /// The no-reference score at each exit from 0 to the last, nil where none was computed.
  public internal(set) var scores: [Double?]
  /// What a gate expected of the best later exit, in dB, at each exit from 0 to the last but one; nil where none was
  /// asked.
  public let estimatedGains: [Double?]
}
