/// Estimates the IJG quality behind quantization tables.
enum JPEGQuality {
  /// A quality and whether the tables are exactly its own.
  struct Estimate: Equatable {
    let quality: Int
    let isExact: Bool
  }

  /// The quality whose tables differ least from a luma and a chroma table (in rows; nil: there is none; empty: the file
  /// hasn't said it yet).
  ///
  /// Encoders hold steps to 255 unless they are allowed larger ones, which not every decoder reads. Differences are
  /// relative to the step, since a step of 3 for 2 matters as one of 60 for 40 does. Coarse qualities that saturate
  /// alike are told apart by nothing; the highest of equals is taken.
  static func estimate(luma: [UInt16], chroma: [UInt16]?) -> Estimate {
    let tables = [(luma, standardLuma)] + (chroma.map { [($0, standardChroma)] } ?? [])
    let limit = tables.allSatisfy { $0.0.allSatisfy { $0 <= 255 } } ? 255 : 32767
    let isComplete = tables.allSatisfy { $0.0.count == 64 }
    var best = Estimate(quality: 100, isExact: false)
    var least = Double.infinity
    for quality in (1...100).reversed() {
      let difference = tables.reduce(0) { $0 + distance($1.0, from: scaled($1.1, quality, limit: limit)) }
      if difference < least {
        least = difference
        best = Estimate(quality: quality, isExact: isComplete && difference == 0)
      }
    }
    return best
  }

  /// The quality whose luma table is nearest to some of its steps.
  static func nearest(toLuma steps: [(place: Int, step: Int)]) -> Int {
    func difference(_ quality: Int) -> Double {
      let table = scaled(standardLuma, quality, limit: 255)
      return steps.reduce(0) { $0 + abs(Double($1.step - table[$1.place])) / Double(table[$1.place]) }
    }
    return (1...100).min { difference($0) < difference($1) } ?? 100
  }

  /// The luma table of baseline files of a quality.
  static func lumaTable(_ quality: Int) -> [UInt16] { scaled(standardLuma, quality, limit: 255).map(UInt16.init) }

  /// The chroma table of baseline files of a quality.
  static func chromaTable(_ quality: Int) -> [UInt16] { scaled(standardChroma, quality, limit: 255).map(UInt16.init) }

  private static func distance(_ table: [UInt16], from other: [Int]) -> Double {
    zip(table, other).reduce(0) { $0 + abs(Double(Int($1.0) - $1.1)) / Double($1.1) }
  }

  /// A standard table at a quality, as `jpeg_set_quality` makes it; limit: 255 for baseline files, else 32767.
  private static func scaled(_ table: [Int], _ quality: Int, limit: Int) -> [Int] {
    let scale = quality < 50 ? 5000 / quality : 200 - 2 * quality
    return table.map { min(limit, max(1, ($0 * scale + 50) / 100)) }
  }

  private static let standardLuma: [Int] = [
    16, 11, 10, 16, 24, 40, 51, 61,
    12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77,
    24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
  ]

  private static let standardChroma: [Int] = [
    17, 18, 24, 47, 99, 99, 99, 99,
    18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
  ]
}
