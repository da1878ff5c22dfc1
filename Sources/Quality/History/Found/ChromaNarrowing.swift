/// Undoes the triangle filter with which decoders double chroma's resolution ("fancy upsampling" of libjpeg): finds, by
/// least squares, the samples of which it makes what is nearest to a plane.
///
/// Along a line, 2i has 3/4 of sample i and 1/4 of the one before, 2i + 1 has 3/4 of i and 1/4 of the one after; at the
/// ends there is sample i alone. The normal equations are tridiagonal.
enum ChromaNarrowing {
  /// Samples beyond which what the inverse takes of a neighbour is below a ten-millionth: it falls to a third with each.
  static let reach = 16

  /// A plane of half the width, half the height, or both; rounded up.
  static func narrow(
    _ plane: [Float], width: Int, height: Int, across: Int, down: Int
  ) -> (samples: [Float], width: Int, height: Int) {
    var (samples, width, height) = (plane, width, height)
    // Down first, where columns go side by side: so the slower way across has half the rows.
    if down == 2 {
      let line = HalvedLine(length: height)
      samples = line.solvedDown(samples, width: width)
      height = line.count
    }
    if across == 2 {
      let line = HalvedLine(length: width)
      samples = line.solvedAcross(samples, rows: height)
      width = line.count
    }
    return (samples, width, height)
  }
}

/// The equations for a line, eliminated downwards.
private struct HalvedLine {
  /// Of the wide line.
  let length: Int
  /// Of the samples that it is made of.
  let count: Int
  /// Each row's factor for what the equations have on their right.
  private let scale: [Float]
  /// What of the next sample is to be taken off.
  private let next: [Float]
  /// What two neighbours have in common, off the diagonal.
  private static let shared: Float = 0.375

  init(length: Int) {
    self.length = length
    let count = (length + 1) / 2
    self.count = count
    var (scale, next) = ([Float](), [Float]())
    for place in 0..<count {
      let first: Float = place == 0 ? 1 : 0.5625
      let second: Float = 2 * place + 1 >= length ? 0 : place == count - 1 ? 1 : 0.5625
      let neighbours: Float = (place > 0 ? 0.0625 : 0) + (place < count - 1 ? 0.0625 : 0)
      let pivot = first + second + neighbours - (place > 0 ? Self.shared * next[place - 1] : 0)
      scale.append(1 / pivot)
      next.append(Self.shared / pivot)
    }
    (self.scale, self.next) = (scale, next)
  }

  /// What a sample has of the wide line's places: (place, weight), those that exist.
  private func sources(of place: Int) -> [(place: Int, weight: Float)] {
    var sources: [(Int, Float)] = [(2 * place, place == 0 ? 1 : 0.75)]
    if 2 * place + 1 < length { sources.append((2 * place + 1, place == count - 1 ? 1 : 0.75)) }
    if place > 0 { sources.append((2 * place - 1, 0.25)) }
    if place < count - 1 { sources.append((2 * place + 2, 0.25)) }
    return sources
  }

  /// Each number of a line waits for the one before it, so that lines are taken eight at a time.
  func solvedAcross(_ plane: [Float], rows: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: count * rows) { out, initialized in
      plane.withUnsafeBufferPointer { plane in
        for first in stride(from: 0, to: rows, by: SIMD8<Float>.scalarCount) {
          solveAcross(plane, rows: first..<min(rows, first + SIMD8<Float>.scalarCount), into: out)
        }
      }
      initialized = count * rows
    }
  }

  private func solveAcross(
    _ plane: UnsafeBufferPointer<Float>, rows: Range<Int>, into out: UnsafeMutableBufferPointer<Float>
  ) {
    // Where rows are missing at the end, the last one stands for them.
    let lines = SIMD8<Int>((0..<SIMD8<Float>.scalarCount).map { min(rows.lowerBound + $0, rows.upperBound - 1) })
    let (wide, narrow) = (lines &* SIMD8(repeating: length), lines &* SIMD8(repeating: count))
    func seen(_ place: Int) -> SIMD8<Float> {
      var values = SIMD8<Float>()
      for lane in values.indices { values[lane] = plane[wide[lane] + place] }
      return values
    }
    var solved: [SIMD8<Float>] = []
    solved.reserveCapacity(count)
    for place in 0..<count {
      var right = SIMD8<Float>()
      if place == 0 || place == count - 1 {
        for (source, weight) in sources(of: place) { right += weight * seen(source) }
      } else {
        right = 0.75 * (seen(2 * place) + seen(2 * place + 1)) + 0.25 * (seen(2 * place - 1) + seen(2 * place + 2))
      }
      if place > 0 { right -= Self.shared * solved[place - 1] }
      solved.append(right * scale[place])
    }
    for place in (0..<count).reversed() {
      if place < count - 1 { solved[place] -= next[place] * solved[place + 1] }
      for lane in 0..<rows.count { out[narrow[lane] + place] = solved[place][lane] }
    }
  }

  func solvedDown(_ plane: [Float], width: Int) -> [Float] {
    var out = [Float](repeating: 0, count: count * width)
    plane.withUnsafeBufferPointer { plane in
      out.withUnsafeMutableBufferPointer { out in
        for place in 0..<count {
          let row = place * width
          for (source, weight) in sources(of: place) {
            for column in 0..<width { out[row + column] += weight * plane[source * width + column] }
          }
          let (own, before) = (scale[place], place > 0 ? Self.shared * scale[place] : 0)
          let last = max(0, row - width)
          for column in 0..<width { out[row + column] = own * out[row + column] - before * out[last + column] }
        }
        for place in (0..<count - 1).reversed() {
          let (row, factor) = (place * width, next[place])
          for column in 0..<width { out[row + column] -= factor * out[row + width + column] }
        }
      }
    }
    return out
  }
}
