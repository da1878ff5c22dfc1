/// What is known of a run once it is over: the last line of a records file.
public struct RunEnd: Sendable, Codable, Equatable {
  /// The version of the record format: 1.
  public var v = 1
  /// Tells it from other records.
  public var kind = "end"
  /// Wall-clock milliseconds of the whole run.
  public var elapsedMs: Double
  /// The most memory that the process ever held, in bytes.
  public var peakMemory: Int?

  /// The end of a run.
  public init(elapsedMs: Double, peakMemory: Int?) {
    self.elapsedMs = elapsedMs
    self.peakMemory = peakMemory
  }

  enum CodingKeys: String, CodingKey {
    case v, kind
    case elapsedMs = "elapsed_ms"
    case peakMemory = "peak_memory"
  }
}
