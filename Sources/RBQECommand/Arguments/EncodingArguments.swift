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

  /// The format of every result; nil means each input's own.
  ///
  /// - Parameters:
  ///   - destination: its name tells the format where `--format` doesn't; nil for standard output.
  ///   - naming: what it ends in tells the format too, and must not tell another one.
  func resultFormat(for destination: OutputPlan.Destination?, naming: NameTemplate? = nil) throws -> ImageFormat? {
    let named = naming?.impliedFormat
    if let named, let requestedFormat, requestedFormat != .always(named) {
      throw Failure(
        .usage, "--name gives every result the extension of a \(named) file, and --format says something else",
        hint: "end the template in .{ext}, or leave --format away")
    }
    let format =
      (try requestedFormat ?? destination?.impliedFormat() ?? named.map { ResultFormat.always($0) })?.format
    if format == .jpeg && depth == .sixteen {
      throw Failure(
        .usage, "--depth 16 has no meaning for JPEG results, which have 8 bits a sample",
        hint: "write PNG with --format png, or leave --depth away")
    }
    return format
  }

  /// The format that `--format` asks for; nil leaves it to the name of the output.
  private var requestedFormat: ResultFormat? {
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
