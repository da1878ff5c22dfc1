import ArgumentParser
import Batch
import Imaging

/// How results are encoded.
struct EncodingArguments: ParsableArguments {
  @Option(help: "Format of the results; same means each input's own.")
  var format: FormatArgument?

  @Option(
    help: ArgumentHelp(
      "Quality of JPEG results; match means the quantisation tables of the input, and 95 where it is no JPEG.",
      valueName: "1-100|match"))
  var quality: QualityArgument = .level(95)

  @Option(help: "Chroma sampling of JPEG results.")
  var sampling: SamplingArgument = .full

  @Flag(help: "Write progressive JPEG.")
  var progressive = false

  @Option(help: "Bits a sample of PNG results; auto means the input's.")
  var depth: DepthArgument = .auto

  @Option(help: ArgumentHelp("Compression level of PNG results.", valueName: "0-9"))
  var level = 6

  @Option(help: "Metadata to keep: all, the colour profile alone, or none. Orientation always stays.")
  var metadata: MetadataPolicy = .all

  func validate() throws {
    guard (0...9).contains(level) else { throw ValidationError("--level must be between 0 and 9.") }
  }

  /// The format that `--format` asks for; nil leaves it to the name of the output.
  var resultFormat: ResultFormat? {
    format.map { $0.format.map(ResultFormat.always) ?? .ofInput }
  }

  /// For the run record: what shapes the results.
  var recorded: [String: String] {
    [
      "format": (format ?? .same).rawValue, "quality": quality.description, "sampling": sampling.rawValue,
      "progressive": String(progressive), "depth": depth.rawValue, "level": String(level),
      "metadata": metadata.rawValue,
    ]
  }

  var options: OutputOptions {
    OutputOptions(
      depth: depth.depth,
      jpeg: JPEGOptions(
        quality: quality.level, sampling: sampling.sampling, progressive: progressive,
        matchesSource: quality == .match),
      png: PNGOptions(level: level), metadata: metadata)
  }
}

/// The value of `--quality`.
enum QualityArgument: ExpressibleByArgument, Equatable, CustomStringConvertible {
  case match
  case level(Int)

  init?(argument: String) {
    if argument == "match" {
      self = .match
    } else if let level = Int(argument), (1...100).contains(level) {
      self = .level(level)
    } else {
      return nil
    }
  }

  /// The quality where there is nothing to match.
  var level: Int { if case .level(let level) = self { level } else { 95 } }

  var description: String { if case .level(let level) = self { String(level) } else { "match" } }
  var defaultValueDescription: String { description }
}

/// The value of `--format`.
enum FormatArgument: String, ExpressibleByArgument, CaseIterable {
  case same, png, jpeg

  /// nil means the input's own.
  var format: ImageFormat? {
    switch self {
    case .same: nil
    case .png: .png
    case .jpeg: .jpeg
    }
  }
}

/// The value of `--sampling`.
enum SamplingArgument: String, ExpressibleByArgument, CaseIterable {
  case full = "444"
  case halfAcross = "422"
  case half = "420"

  var sampling: ChromaSampling {
    switch self {
    case .full: .s444
    case .halfAcross: .s422
    case .half: .s420
    }
  }
}

/// The value of `--depth`.
enum DepthArgument: String, ExpressibleByArgument, CaseIterable {
  case eight = "8"
  case sixteen = "16"
  case auto

  /// nil means the input's.
  var depth: BitDepth? {
    switch self {
    case .eight: .eight
    case .sixteen: .sixteen
    case .auto: nil
    }
  }
}

extension MetadataPolicy: ExpressibleByArgument {}
