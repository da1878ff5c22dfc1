/// One channel of an image in floating point: row-major, no padding between rows.
///
/// Samples run from 0 (black, no colour difference below) to 1; chroma planes are centred on 128/255.
public struct Plane: Sendable, Equatable {
  /// Samples in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `width * height` samples, rows from the top.
  ///
  /// Kernels rely on their number, so that a plane with others is made anew.
  public package(set) var samples: [Float]

  /// A plane over existing samples.
  ///
  /// - Precondition: `samples.count == width * height`; the sizes come from the caller's own code, never from a file.
  public init(width: Int, height: Int, samples: [Float]) {
    precondition(width >= 0 && height >= 0 && samples.count == width * height, "a plane needs width * height samples")
    self.width = width
    self.height = height
    self.samples = samples
  }

  /// Planes of one size that `fill` writes, every sample of each.
  ///
  /// - Parameter fill: gets the first sample of each plane, which aren't initialised.
  package static func filled(
    _ count: Int, width: Int, height: Int, _ fill: ([UnsafeMutablePointer<Float>]) throws -> Void
  ) rethrows -> [Plane] {
    // One array inside the other, until all of them are there to be filled in one pass.
    func arrays(_ starts: [UnsafeMutablePointer<Float>]) throws -> [[Float]] {
      guard starts.count < count else {
        try fill(starts)
        return []
      }
      var rest: [[Float]] = []
      let own = try [Float](filling: width * height) { rest = try arrays(starts + [$0]) }
      return [own] + rest
    }
    return try arrays([]).map { Plane(width: width, height: height, samples: $0) }
  }

  /// A plane that holds one value everywhere.
  public init(width: Int, height: Int, filledWith value: Float) {
    self.init(width: width, height: height, samples: Array(repeating: value, count: width * height))
  }
}
