/// Always the same exit, without looking.
public struct FixedPolicy: ExitPolicy {
  /// The policy's name: `fixed`.
  public let name = "fixed"
  /// It looks at nothing.
  public let asksGates = false
  /// Nor at what stages change.
  public let comparesExits = false
  /// The exit that every image gets; above the model's exit count it means the last.
  public let exit: Int

  /// The exit that every image gets.
  public var fixedExit: Int? { exit }

  /// A policy that takes an exit: 0 leaves every image as it is, `Int.max` means the last.
  public init(exit: Int) {
    self.exit = max(0, exit)
  }

  /// Goes straight to the exit.
  public func decide(_ evidence: ExitEvidence) -> ExitDecision {
    let target = min(exit, evidence.exitCount)
    return target > evidence.exit ? .finish(at: target) : .leave
  }
}
