/// What a file may ask for before it is refused.
public struct DecodingLimits: Sendable, Equatable {
  /// Pixels of a picture; checked on the header, before anything is allocated.
  public var maxPixels: Int
  /// Scans of a JPEG file; honest encoders write about ten.
  public var maxScans: Int
  /// Bytes that the codec may hold beside the samples (progressive JPEG, interlaced PNG), or a JPEG file's coefficients
  /// may take in their place; `nil`: what the machine has.
  public var maxCodecMemory: Int?

  /// Limits; the defaults take any photograph (268 million pixels are 16383 by 16383).
  public init(maxPixels: Int = 268_402_689, maxScans: Int = 100, maxCodecMemory: Int? = nil) {
    self.maxPixels = maxPixels
    self.maxScans = maxScans
    self.maxCodecMemory = maxCodecMemory
  }
}
