/// What is known about a model: what its file says (`metadata_props`) and what its graph implies.
///
/// Stride, receptive fields and costs are computed from the graph. Where the file states them too they must agree, or
/// the file is refused; a foreign file may leave all metadata out.
public struct ModelInformation: Sendable, Equatable {
  /// The model's name: `name` in the metadata, or else the graph's name, which may be empty.
  public let name: String
  /// Version of the model; empty if not stated.
  public let version: String
  /// Licence of the weights; empty if not stated.
  public let licence: String
  /// What the model was trained on; empty if not stated.
  public let trainingData: String
  /// JPEG qualities that the model was trained on, nil if not stated.
  public let qualityRange: ClosedRange<Int>?
  /// Planes of the image: 3 (Y, Cb, Cr, full range, 0...1) for the models that ship.
  public let channels: Int
  /// Number of exits N; exits are numbered 1...N.
  public let exitCount: Int
  /// The k for which the model gives `gain_k`, ascending; often none.
  public let gains: [Int]
  /// How many facts about the file the optional second input takes; nil if there is no such input.
  public let fileFactCount: Int?
  /// Height and width are padded to a multiple of this, in pixels.
  public let stride: Int
  /// Per exit (index k-1): side, in pixels, of the square around an output pixel that holds all that it depends on.
  ///
  /// It is 2 halo + 1; nil: the whole image.
  public let receptiveField: [Int?]
  /// Per exit (index k-1): how far, in pixels, an output pixel's dependence reaches in any direction.
  ///
  /// A strip of the image that is cut at multiples of `stride` gives the whole image's values at least this far from
  /// its cut edges; nil: nowhere.
  public let halo: [Int?]
  /// Per exit (index k-1): multiply-accumulates per input pixel of all that runs until exit k when every exit before
  /// it, and every gain before it, is asked too.
  public let macsPerPixel: [Double]
  /// Per exit (index k-1): the same when exit k alone is asked.
  public let macsPerPixelAlone: [Double]
  /// Exit thresholds by policy name (`assessor`, `gate`, ...), as the file has them.
  public let thresholds: [String: JSONValue]
  /// Per exit (index k-1): how far its results lie from originals; empty if the file doesn't say.
  public let coefficientErrors: [CoefficientErrors]
  /// Everything in `metadata_props`, keys and values as they stand in the file.
  public let metadata: [String: String]

  /// The assessor policy's thresholds, if the file has them.
  public var assessorThresholds: AssessorThresholds? { thresholds["assessor"].flatMap(AssessorThresholds.init) }
}

/// Thresholds of the assessor policy, which stops at exit k when the score is at least `values[k]`.
public struct AssessorThresholds: Sendable, Equatable {
  /// Thresholds for a price of computing.
  public struct Point: Sendable, Equatable {
    /// The price, in dB for the last exit's cost.
    public let tau: Double
    /// T_k for k from 0 to N-1.
    public let values: [Double]
  }

  /// The assessor's variant: `evidence` or `paper`.
  public let variant: String
  /// Block size in pixels: 8 or 4.
  public let block: Int
  /// T_k for k from 0 to N-1; T_0 is for the input itself.
  public let values: [Double]
  /// The price of computing that the thresholds were chosen at, if stated.
  public let lambda: Double?
  /// Thresholds for several prices, by rising price, if the file has them; else empty.
  public let points: [Point]
  /// The images that the thresholds were chosen on, if stated.
  public let calibratedOn: String?

  init?(_ value: JSONValue) {
    guard let variant = value["variant"]?.string, let block = value["block"]?.integer,
      let values = value["values"]?.numbers
    else { return nil }
    self.variant = variant
    self.block = block
    self.values = values
    self.lambda = value["lambda"]?.number
    self.calibratedOn = value["calibrated_on"]?.string
    guard case .array(let entries)? = value["points"] else {
      self.points = []
      return
    }
    let points = entries.compactMap { entry -> Point? in
      guard let tau = entry["tau"]?.number, let point = entry["values"]?.numbers, point.count == values.count else {
        return nil
      }
      return Point(tau: tau, values: point)
    }
    guard points.count == entries.count else { return nil }
    self.points = points.sorted { $0.tau < $1.tau }
  }
}
