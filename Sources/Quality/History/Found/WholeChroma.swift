/// Chroma of a decoder that computes with whole numbers, as libjpeg does: samples of which its triangle filter makes
/// exactly what was seen, as far as there are any.
///
/// Least squares leave an error of a third of a level. Where rounding goes the wrong way, what the filter makes of the
/// sample tells.
struct WholeChroma {
  /// Samples at their own resolution.
  private(set) var samples: [Int32]
  private let size: (width: Int, height: Int)
  private let across, down: Int
  /// What was seen, at full resolution.
  private let seen: [Int32]
  private let seenSize: (width: Int, height: Int)
  /// What the filter makes of the samples, less that.
  private var differences: [Int32] = []

  private static let rounds = 2

  /// - Parameters:
  ///   - seen: Levels at full resolution.
  ///   - nearly: Levels at the component's own resolution, half in one or both directions, rounded up.
  init(
    seen: [Float], _ seenSize: (width: Int, height: Int), nearly: [Float], _ size: (width: Int, height: Int),
    across: Int, down: Int
  ) {
    self.seen = seen.map { Int32($0.nearestWhole) }
    self.seenSize = seenSize
    samples = nearly.map { Int32($0.nearestWhole) }
    self.size = size
    (self.across, self.down) = (across, down)
    differences = (0..<seenSize.width * seenSize.height).map { difference($0 % seenSize.width, $0 / seenSize.width) }
    for _ in 0..<Self.rounds { repair() }
  }

  /// Tries the neighbours in value of each sample that has a part in what wasn't seen so.
  private mutating func repair() {
    for row in 0..<size.height {
      for column in 0..<size.width {
        let (columns, rows) = pixels(around: column, row)
        var own: Int32 = 0
        for y in rows {
          for x in columns {
            let difference = differences[y * seenSize.width + x]
            own += difference * difference
          }
        }
        guard own > 0 else { continue }
        let place = row * size.width + column
        var best = (change: Int32(0), error: own)
        for change: Int32 in [-1, 1] {
          samples[place] += change
          let error = error(columns, rows)
          if error < best.error { best = (change, error) }
          samples[place] -= change
        }
        guard best.change != 0 else { continue }
        samples[place] += best.change
        for y in rows {
          for x in columns { differences[y * seenSize.width + x] = difference(x, y) }
        }
      }
    }
  }

  /// The pixels that a sample has a part in.
  private func pixels(around column: Int, _ row: Int) -> (columns: ClosedRange<Int>, rows: ClosedRange<Int>) {
    (
      across == 2 ? max(0, 2 * column - 1)...min(seenSize.width - 1, 2 * column + 2) : column...column,
      down == 2 ? max(0, 2 * row - 1)...min(seenSize.height - 1, 2 * row + 2) : row...row
    )
  }

  /// The sum of squared differences over some pixels, as the samples are now.
  private func error(_ columns: ClosedRange<Int>, _ rows: ClosedRange<Int>) -> Int32 {
    var sum: Int32 = 0
    for y in rows {
      for x in columns {
        let difference = difference(x, y)
        sum += difference * difference
      }
    }
    return sum
  }

  private func difference(_ x: Int, _ y: Int) -> Int32 { widened(x, y) - seen[y * seenSize.width + x] }

  /// What the filter makes of the samples at a place (jdsample.c of libjpeg-turbo: h2v2, h2v1 and h1v2).
  private func widened(_ x: Int, _ y: Int) -> Int32 {
    let (column, row) = (x / across, y / down)
    let side = across == 1 ? column : x % 2 == 0 ? max(0, column - 1) : min(size.width - 1, column + 1)
    let other = down == 1 ? row : y % 2 == 0 ? max(0, row - 1) : min(size.height - 1, row + 1)
    func sample(_ column: Int, _ row: Int) -> Int32 { samples[row * size.width + column] }
    switch (across, down) {
    case (2, 2):
      let near = 3 * sample(column, row) + sample(column, other)
      let far = 3 * sample(side, row) + sample(side, other)
      return (3 * near + far + (x % 2 == 0 ? 8 : 7)) >> 4
    case (2, 1): return (3 * sample(column, row) + sample(side, row) + (x % 2 == 0 ? 1 : 2)) >> 2
    default: return (3 * sample(column, row) + sample(column, other) + (y % 2 == 0 ? 1 : 2)) >> 2
    }
  }
}
