import ArgumentParser
import RBQE

/// What is decided about at once.
struct GranularityArguments: ParsableArguments {
  @Option(help: "Decide about each image as a whole, or about each tile of a grid by itself.")
  var granularity: Granularity = .image

  /// Refuses what has no meaning for tiles.
  ///
  /// - Parameter network: What decides.
  func check(with network: ModelArguments) throws {
    guard granularity == .tile else { return }
    guard network.exit == .auto, network.policy != .fixed else {
      throw ValidationError(
        """
        --granularity tile lets a policy choose an exit for each tile, and a fixed exit is the same for all: leave \
        --exit and --policy fixed away, or decide by --granularity image.
        """)
    }
    guard network.budget == nil else {
      throw ValidationError(
        """
        --budget steers one exit for each image and has no meaning with --granularity tile: leave one of them away. \
        --threshold sets how readily tiles leave.
        """)
    }
  }

  /// For the run record: what shapes the results.
  var recorded: [String: String] { granularity == .image ? [:] : ["granularity": granularity.rawValue] }
}

extension Granularity: ExpressibleByArgument {}
