/// What happened to one image: a line of a records file, and a row of every report.
///
/// Encoded as one JSON object with the names of `docs/records.md`; absent values are left out. Times are milliseconds
/// of wall clock.
public struct ImageRecord: Sendable, Codable, Equatable {
  /// How an image ended.
  public enum Status: String, Sendable, Codable {
    /// A stage of the network ran, and the result was written.
    case enhanced
    /// Exit 0: the picture was left alone, and was copied or only converted.
    case unchanged
    /// Nothing was done, because the output was there already.
    case skipped
    /// Nothing was written; `error` says why.
    case failed
  }

  /// Milliseconds of each stage.
  public struct Milliseconds: Sendable, Codable, Equatable {
    /// Reading the file.
    public var read: Double?
    /// Decoding it to samples.
    public var decode: Double?
    /// Running the network up to each exit from 1 on, only what it added to the exit before.
    public var infer: [Double]?
    /// Computing no-reference scores.
    public var assess: Double?
    /// Fitting the result to the coefficients that the file holds.
    public var constrain: Double?
    /// Encoding the result.
    public var encode: Double?
    /// Writing it and making it durable.
    public var write: Double?
    /// From the first byte read to the last written, without the time that the image waited for its turn.
    public var total: Double?

    /// No stage measured yet.
    public init() {}
  }

  /// The version of the record format: 1.
  public var v = 1
  /// Tells image records from the run record.
  public var kind = "image"
  /// The input, as it was named, or relative to the directory that was named.
  public var path: String
  /// Where the result went.
  public var output: String?
  /// Where the input is kept that the result replaced; nil if it isn't kept, and if nothing was replaced.
  public var original: String?
  /// How it ended.
  public var status: Status
  /// What went wrong, and what to do about it.
  public var error: String?
  /// What was left behind of the input, or found odd in it; the picture itself is unharmed.
  public var warnings: [String]?
  /// Samples in a row.
  public var width: Int?
  /// Rows.
  public var height: Int?
  /// Channels, alpha included.
  public var channels: Int?
  /// Bits a sample of the input: 8 or 16.
  public var bitDepth: Int?
  /// `jpeg` or `png`.
  public var sourceFormat: String?
  /// The IJG quality factor that the quantisation tables of a JPEG file come nearest to.
  public var estimatedQuality: Int?
  /// The quality of a JPEG compression that the pixels of another file tell of; absent: of none, or nobody looked.
  public var foundQuality: Int?
  /// What chose the exit.
  public var policy: String?
  /// The exit taken, 0 being the input; of an image that was decided about tile by tile the deepest.
  public var exit: Int?
  /// The model's number of exits.
  public var exits: Int?
  /// Side of the tiles that were decided about one by one, in pixels; nil where the image was decided about as a whole.
  public var tileSize: Int?
  /// The exit of each tile, row by row.
  public var tileExits: [[Int]]?
  /// What a gate expected of the best later exit, for each tile of each row at each exit but the last.
  public var tileGainEstimates: [[[Double?]]]?
  /// The no-reference score of the input.
  public var scoreBefore: Double?
  /// The no-reference score of the exit taken.
  public var scoreAfter: Double?
  /// The score at each exit from 0 on, null where none was computed.
  public var scores: [Double?]?
  /// What a gate expected of the best later exit, in dB, at each exit from 0 on but the last; null where none was asked.
  public var gainEstimates: [Double?]?
  /// How the result was held to the coefficients of a JPEG file: `auto` or `strict`; nil without a constraint.
  public var constraint: String?
  /// Why the constraint was dropped; nil where it was applied.
  public var constraintDropped: String?
  /// Coefficients that lay outside of their intervals, and were brought back.
  public var clamped: Int?
  /// All coefficients of the JPEG file.
  public var coefficients: Int?
  /// Wall-clock times.
  public var ms: Milliseconds?
  /// Processor time of the threads that read, computed and wrote the image, in milliseconds.
  public var cpuMs: Double?
  /// Multiply-accumulates a pixel of all that ran.
  public var macsPerPixel: Double?
  /// Size of the input file.
  public var bytesIn: Int?
  /// Size of the output file.
  public var bytesOut: Int?

  /// The times, made when first asked for.
  public var milliseconds: Milliseconds {
    get { ms ?? Milliseconds() }
    set { ms = newValue }
  }

  /// Pixels, 0 where the size isn't known.
  public var pixels: Int { (width ?? 0) * (height ?? 0) }

  /// A record of which nothing is known but how it ended.
  public init(path: String, status: Status) {
    self.path = path
    self.status = status
  }

  enum CodingKeys: String, CodingKey {
    case v, kind, path, output, original, status, error, warnings, width, height, channels
    case bitDepth = "bit_depth"
    case sourceFormat = "source_format"
    case estimatedQuality = "estimated_quality"
    case foundQuality = "found_quality"
    case policy, exit, exits
    case tileSize = "tile_size"
    case tileExits = "tile_exits"
    case tileGainEstimates = "tile_gain_estimates"
    case scoreBefore = "score_before"
    case scoreAfter = "score_after"
    case scores
    case gainEstimates = "gain_estimates"
    case constraint
    case constraintDropped = "constraint_dropped"
    case clamped, coefficients, ms
    case cpuMs = "cpu_ms"
    case macsPerPixel = "macs_per_pixel"
    case bytesIn = "bytes_in"
    case bytesOut = "bytes_out"
  }
}
