/// What a JPEG file says about its own coding.
public struct JPEGDescription: Sendable, Equatable {
  /// One component of the frame header.
  public struct Component: Sendable, Equatable {
    /// The identifier that scans use.
    public let identifier: UInt8
    /// Samples across, relative to the other components: 1...4.
    public let horizontal: Int
    /// Samples down, relative to the other components: 1...4.
    public let vertical: Int
    /// Index into ``JPEGDescription/quantizationTables``.
    public let table: Int
  }

  /// Components in file order.
  public let components: [Component]
  /// Whether the picture comes coarse to fine.
  public let isProgressive: Bool
  /// Whether entropy coding is arithmetic rather than Huffman.
  public let isArithmetic: Bool
  /// Steps of the four table slots, 64 in rows (not in zigzag order); empty where the slot isn't used.
  ///
  /// Of a file that defines tables between its scans a header has those before the first scan; of a decoded image,
  /// ``components`` and slots are such that each component finds the steps that its data were quantised with.
  public let quantizationTables: [[UInt16]]
  /// Minimum coded units between restart markers; 0: none.
  public let restartInterval: Int
  /// The colour transform of an Adobe marker: 0 none, 1 YCbCr, 2 YCCK; `nil` without such a marker.
  ///
  /// With a marker, CMYK samples are inverted.
  public let adobeTransform: Int?
  /// Whether four components are YCCK rather than CMYK.
  public let isYCCK: Bool
  /// Resolution of the colour differences.
  public let sampling: ChromaSampling
  /// Quality on the IJG scale, 1...100, whose tables come nearest to the file's.
  public let estimatedQuality: Int
  /// Whether the tables are exactly those of ``estimatedQuality``.
  public let hasStandardTables: Bool
}
