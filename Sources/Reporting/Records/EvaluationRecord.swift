/// How one degraded picture fares against its reference: at every exit, and under every policy.
///
/// Encoded as one JSON object with the names of `docs/records.md`. Lists run over the exits from 0, the degraded picture
/// itself; a figure is null where it is infinite or undefined.
public struct EvaluationRecord: Sendable, Codable, Equatable {
  /// How the measurement ended.
  public enum Status: String, Sendable, Codable {
    /// All figures are there.
    case measured
    /// Nothing was measured; `error` says why.
    case failed
  }

  /// What one policy did.
  public struct PolicyResult: Sendable, Codable, Equatable {
    /// The exit it took.
    public var exit: Int
    /// Multiply-accumulates a pixel of all that ran; nil for the oracle, which runs nothing.
    public var macsPerPixel: Double?
    /// Wall-clock milliseconds of deciding and enhancing; nil for the oracle.
    public var ms: Double?

    /// A result.
    public init(exit: Int, macsPerPixel: Double?, ms: Double?) {
      self.exit = exit
      self.macsPerPixel = macsPerPixel
      self.ms = ms
    }

    enum CodingKeys: String, CodingKey {
      case exit
      case macsPerPixel = "macs_per_pixel"
      case ms
    }
  }

  /// Where the time of going from exit to exit went, in milliseconds.
  public struct Parts: Sendable, Codable, Equatable {
    /// Scoring the image once.
    public var assess: Double
    /// The gate of the input.
    public var gate: Double
    /// What each exit from 1 on adds to the one before, its gate included.
    public var stages: [Double]
    /// What an exit from 1 on takes besides, where the image is decided on a sample.
    public var final: [Double]

    /// Times.
    public init(assess: Double, gate: Double, stages: [Double], final: [Double]) {
      self.assess = assess
      self.gate = gate
      self.stages = stages
      self.final = final
    }
  }

  /// The version of the record format: 1.
  public var v = 1
  /// Tells evaluation records from others.
  public var kind = "evaluation"
  /// The reference, relative to the directory that was named.
  public var path: String
  /// The degraded file, relative to its directory; nil where the reference was compressed in memory.
  public var degraded: String?
  /// The JPEG quality that the reference was compressed with in memory.
  public var quality: Int?
  /// The channels compared: `luma` or `rgb`.
  public var channel: String
  /// How it ended.
  public var status: Status
  /// What went wrong, and what to do about it.
  public var error: String?
  /// Samples in a row.
  public var width: Int?
  /// Rows.
  public var height: Int?
  /// Channels of the degraded picture, alpha aside: 1, 3 (which the network sees together) or 4 (CMYK).
  public var channels: Int?
  /// Size of the degraded file in bytes.
  public var bytesIn: Int?
  /// The IJG quality that the degraded file's tables come nearest to.
  public var estimatedQuality: Int?
  /// The quality that gates and decisions were told: the file's, or the one found in the pixels; absent: none.
  public var toldQuality: Int?
  /// The model's number of exits.
  public var exits: Int?
  /// PSNR in dB; null: identical.
  public var psnr: [Double?]?
  /// PSNR-B in dB; null: identical and without seams.
  public var psnrB: [Double?]?
  /// Structural similarity; null: too small.
  public var ssim: [Double?]?
  /// Multi-scale structural similarity; null: too small.
  public var msSSIM: [Double?]?
  /// No-reference score.
  public var scores: [Double?]?
  /// The same with constant blocks, as published.
  public var paperScores: [Double?]?
  /// What a gate expects of the best later exit, in dB, from exit 0 to the last but one; nil without gates.
  public var gainEstimates: [Double?]?
  /// How far the last stage moved the image as a share of how far those before it had, from exit 0 to the last but one;
  /// null at exits 0 and 1.
  public var changes: [Double?]?
  /// Multiply-accumulates a pixel of going to this exit at once.
  public var macsPerPixel: [Double]?
  /// Wall-clock milliseconds of going to this exit, that of the gates included.
  public var ms: [Double]?
  /// Where they went.
  public var msParts: Parts?
  /// What each policy did, by its name.
  public var policies: [String: PolicyResult]?

  /// A record of which nothing is known but how it ended.
  public init(path: String, degraded: String?, quality: Int?, channel: String, status: Status) {
    self.path = path
    self.degraded = degraded
    self.quality = quality
    self.channel = channel
    self.status = status
  }

  enum CodingKeys: String, CodingKey {
    case v, kind, path, degraded, quality, channel, status, error, width, height, channels
    case bytesIn = "bytes_in"
    case estimatedQuality = "estimated_quality"
    case toldQuality = "told_quality"
    case exits, psnr
    case psnrB = "psnr_b"
    case ssim
    case msSSIM = "ms_ssim"
    case scores
    case paperScores = "paper_scores"
    case gainEstimates = "gain_estimates"
    case changes
    case macsPerPixel = "macs_per_pixel"
    case ms
    case msParts = "ms_parts"
    case policies
  }
}
