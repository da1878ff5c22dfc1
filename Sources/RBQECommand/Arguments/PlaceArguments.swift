import ArgumentParser
import Batch
import SystemPackage

/// What is enhanced, and where results go.
struct PlaceArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("Files, directories, or - for standard input.", valueName: "input"), completion: .file())
  var inputs: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "A file, a directory (ends in /, exists as one, or several inputs are given), or - for standard output.",
      valueName: "out"), completion: .file())
  var output: String?

  @Flag(
    help: """
      Replace each input by its result; what it was before is kept below .rbqe-originals in the directory that was \
      named.
      """)
  var inPlace = false

  @Flag(help: "With --in-place: keep no originals.")
  var noBackup = false

  @Option(
    help: ArgumentHelp(
      "How results are named, below OUT or beside the input: text with {dir}, {stem}, {ext} and {model}.",
      valueName: "template"))
  var name: String?

  @Option(help: "What to do where a result exists already: leave it, replace it, or replace it if it is older.")
  var existing: OutputPlan.Existing = .skip

  /// Whether standard input or output takes part.
  var isPiped: Bool { inputs.contains("-") || output == "-" }

  func validate() throws {
    if output?.isEmpty == true { throw ValidationError("-o is empty: name a file or a directory.") }
    if name?.contains("\u{FFFD}") == true { throw ValidationError("--name takes a template of UTF-8.") }
    if noBackup && !inPlace { throw ValidationError("--no-backup has no meaning without --in-place.") }
    if inPlace {
      guard output == nil && !isPiped else {
        throw ValidationError("--in-place puts results where the inputs are, so -o and pipes have no meaning with it.")
      }
      guard name == nil && existing == .skip else {
        throw ValidationError("--in-place keeps the name, and replaces: --name and --existing have no meaning with it.")
      }
    }
    guard isPiped else { return }
    guard inputs.count == 1, name == nil else {
      throw ValidationError("A pipe carries one image: give - or -o - with exactly one input, and no --name.")
    }
    guard output != nil else {
      throw ValidationError("The image from standard input needs a place to go: -o FILE, or -o - for standard output.")
    }
  }
}

extension OutputPlan.Existing: ExpressibleByArgument {}
