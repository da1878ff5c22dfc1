import ArgumentParser
import Imaging
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

/// How a batch runs.
struct RunArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Images worked on at a time; at most, and by default, one for each core.", valueName: "n"))
  var jobs: Int?

  @Flag(help: "Begin no further image after the first failure.")
  var failFast = false

  func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1.") }
  }

  var jobCount: Int { min(jobs ?? .max, Machine.coreCount) }
}
