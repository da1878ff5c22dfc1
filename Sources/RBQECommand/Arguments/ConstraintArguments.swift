import ArgumentParser
import RBQE

/// How far results agree with the coefficients of JPEG files, and of pictures that were such.
struct ConstraintArguments: ParsableArguments {
  @Option(
    help: """
      Hold results to what a JPEG file's coefficients allow: auto (unless it was compressed before; also to those that \
      the pixels of another file tell of), strict (always, so that they come back exactly), off. (default: auto)
      """)
  var constraint: ConstraintMode?

  @Flag(help: "The same as --constraint off.")
  var noConstraint = false

  func validate() throws {
    if noConstraint, let constraint, constraint != .off {
      throw ValidationError("--no-constraint contradicts --constraint \(constraint.rawValue).")
    }
  }

  var mode: ConstraintMode { noConstraint ? .off : constraint ?? .auto }

  /// For the run record: what shapes the results.
  var recorded: [String: String] { ["constraint": mode.rawValue] }
}

extension ConstraintMode: ExpressibleByArgument {}
