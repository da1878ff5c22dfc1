/// Decides after each exit, blind, whether an image is good enough.
///
/// The network is asked for one exit after another: exit 0 is the input itself, exit k the image after stage k. At every
/// exit but the last the policy sees the evidence so far and answers. It must be a pure function of that evidence, so
/// that decisions never depend on timing or on the order in which images are worked on.
public protocol ExitPolicy: Sendable {
  /// The policy's name in records and on the command line.
  var name: String { get }

  /// Whether it may ask for the gates' estimates; those of a policy that doesn't are never prepared for.
  var asksGates: Bool { get }

  /// Whether it may ask how far a stage moved the image, for which the exit before is held. Otherwise each exit is
  /// forgotten as soon as it is passed, which takes less memory, and that question throws
  /// `SessionError.unavailable`.
  var comparesExits: Bool { get }

  /// The exit that `decide` takes whatever the image, 0 or more, above the model's last meaning that; nil if it depends
  /// on the image.
  ///
  /// Of such a policy only that exit is prepared: no other one and no gate can be asked.
  var fixedExit: Int? { get }

  /// What to do at `evidence.exit`, which is below `evidence.exitCount`.
  func decide(_ evidence: ExitEvidence) throws -> ExitDecision
}

extension ExitPolicy {
  /// It may.
  public var asksGates: Bool { true }

  /// It may.
  public var comparesExits: Bool { true }

  /// It depends on the image.
  public var fixedExit: Int? { nil }
}

/// An answer of an exit policy.
public enum ExitDecision: Sendable, Equatable {
  /// Take the image at the exit that was asked about.
  case leave
  /// Run one more stage and ask again.
  case advance
  /// Run up to this exit and take it without asking again. At most the exit count, and above the exit asked about.
  case finish(at: Int)
  /// Take the input after all, whatever ran; where `ExitEvidence.mayReturn` is false, the same as `leave`.
  case restore

  /// The exit that is taken, given at an exit; nil: it is asked again.
  ///
  /// - Parameter mayReturn: whether the input can still be taken.
  func chosen(at exit: Int, of exitCount: Int, mayReturn: Bool) -> Int? {
    switch self {
    case .leave: exit
    case .advance: nil
    case .finish(let target): min(max(target, exit), exitCount)
    case .restore: mayReturn ? 0 : exit
    }
  }
}
