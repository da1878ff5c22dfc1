import ArgumentParser
import Batch

/// What is enhanced, and where results go.
struct PlaceArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("Files, directories, or - for standard input.", valueName: "input"))
  var inputs: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "A file, a directory (ends in /, exists as one, or several inputs are given), or - for standard output.",
      valueName: "out"))
  var output: String?

  @Option(help: "What to do where a result exists already: leave it, replace it, or replace it if it is older.")
  var existing: OutputPlan.Existing = .skip

  /// Whether standard input or output takes part.
  var isPiped: Bool { inputs.contains("-") || output == "-" }

  func validate() throws {
    if output?.isEmpty == true { throw ValidationError("-o is empty: name a file or a directory.") }
    guard isPiped else { return }
    guard inputs.count == 1 else {
      throw ValidationError("A pipe carries one image: give - or -o - with exactly one input.")
    }
    guard output != nil else {
      throw ValidationError("The image from standard input needs a place to go: -o FILE, or -o - for standard output.")
    }
  }
}

extension OutputPlan.Existing: ExpressibleByArgument {}
