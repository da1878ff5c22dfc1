import ArgumentParser
import Batch
import Imaging
import RBQE
import Reporting

/// How large an image may be.
struct PixelLimitArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Refuse images of more pixels, before any memory is taken.", valueName: "n"))
  var maxPixels = DecodingLimits().maxPixels

  func validate() throws {
    guard maxPixels > 0 else { throw ValidationError("--max-pixels must be at least 1.") }
  }

  var decoding: DecodingLimits { DecodingLimits(maxPixels: maxPixels) }
}

/// How a batch runs, and nothing that changes a result.
struct RunArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Images worked on at a time; at most, and by default, one for each core.", valueName: "n"))
  var jobs: Int?

  @Option(
    help: ArgumentHelp(
      "Threads that work on one image; by default the cores are shared among the images in flight.", valueName: "n"))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Memory that all images in flight may take together, like 800M or 2G; by default half of the machine's.",
      valueName: "size"))
  var maxMemory: MemorySize?

  @Flag(help: "Give results the times, owner and extended attributes of their inputs.")
  var preserve = false

  @Flag(help: "Go by the journal in OUT: what it lists as done is not done again, everything else is.")
  var resume = false

  @Flag(
    help: """
      Go on for ever: enhance what comes into the directories as soon as it is complete. What an earlier run did is \
      not done again.
      """)
  var watch = false

  @Flag(help: "Begin no further image after the first failure.")
  var failFast = false

  @Flag(help: "Print what would be done, and do nothing.")
  var dryRun = false

  func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1.") }
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
  }

  var jobCount: Int { min(jobs ?? .max, Machine.coreCount) }

  /// Bytes that images may take together.
  ///
  /// - Throws: `Failure` if `--max-memory` leaves too little for an image that must fit whole: larger ones stream
  ///   through row by row.
  func memoryForImages(with enhancer: Enhancer) throws -> Int {
    let least = enhancer.memoryEstimate(
      width: 2000, height: 1000, channels: 3, depth: .eight, decodedBytes: 2 * 2000 * 1000 * 3,
      threads: Machine.coreCount)
    guard let maxMemory else { return max(Machine.memory / 2 - Self.programMemory, least) }
    guard maxMemory.bytes - Self.programMemory >= least else {
      throw Failure(
        .usage, "--max-memory \(maxMemory.bytes >> 20)M is too little for two megapixels at a time",
        hint: "give at least \((least + Self.programMemory) >> 20 + 1)M")
    }
    return maxMemory.bytes - Self.programMemory
  }

  /// What the program takes without any image: its code, the model, the journal of a large directory.
  private static let programMemory = 96 << 20

  /// - Parameters:
  ///   - memory: that images may take together.
  ///   - keepsOriginals: of what is enhanced in place.
  ///   - budget: for all images together, as a share of the last exit's cost.
  func options(memory: Int, keepsOriginals: Bool, budget: Double?) -> BatchOptions {
    BatchOptions(
      jobs: jobCount, threads: threads, memory: memory, keepsTimes: preserve, keepsOriginals: keepsOriginals,
      stopsAtFailure: failFast, budget: budget)
  }
}
