/// Integer samples of one depth.
public enum Samples: Sendable, Equatable {
  /// 8 bits, 0...255.
  case eight([UInt8])
  /// 16 bits, 0...65535.
  case sixteen([UInt16])

  /// Number of samples.
  public var count: Int {
    switch self {
    case .eight(let samples): samples.count
    case .sixteen(let samples): samples.count
    }
  }

  /// The samples' depth.
  public var bitDepth: BitDepth {
    switch self {
    case .eight: .eight
    case .sixteen: .sixteen
    }
  }

  /// Whether every sample is the largest; for an alpha channel: whether it hides nothing.
  public var isAllMaximum: Bool {
    switch self {
    case .eight(let samples): samples.allSatisfy { $0 == .max }
    case .sixteen(let samples): samples.allSatisfy { $0 == .max }
    }
  }
}
