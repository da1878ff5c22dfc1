/// One channel of an image in floating point: row-major, no padding between rows.
///
/// Samples run from 0 (black, no colour difference below) to 1; chroma planes are centred on 128/255.
public struct Plane: Sendable, Equatable {
  /// Samples in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `width * height` samples, rows from the top.
  public var samples: [Float]

  /// A plane over existing samples.
  ///
  /// - Precondition: `samples.count == width * height`; the sizes come from the caller's own code, never from a file.
  public init(width: Int, height: Int, samples: [Float]) {
    precondition(width >= 0 && height >= 0 && samples.count == width * height, "a plane needs width * height samples")
    self.width = width
    self.height = height
    self.samples = samples
  }

  /// A plane that holds one value everywhere.
  public init(width: Int, height: Int, filledWith value: Float) {
    self.init(width: width, height: height, samples: Array(repeating: value, count: width * height))
  }
}
