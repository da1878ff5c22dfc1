import Imaging
import Quality

/// Where and how much two pictures of one size differ: mean absolute steps of luma over square cells.
struct DifferenceMap: Sendable {
  /// Side of a cell in pixels.
  let cell: Int
  let columns: Int
  let rows: Int
  /// Mean absolute difference of each cell, in 8-bit levels.
  let means: [Double]
  /// Mean absolute difference of the whole picture.
  let mean: Double

  /// Mean absolute difference of the cell that differs most.
  var largest: Double { means.max() ?? 0 }

  /// Cells along the longer side, at most.
  private static let longestSide = 80
  /// The difference that gets the brightest colour, the same in every report: maps can be compared.
  static let brightest = 16.0

  init(_ a: Levels, _ b: Levels) {
    let cell = max(1, (max(a.width, a.height) + Self.longestSide - 1) / Self.longestSide)
    let columns = (a.width + cell - 1) / cell
    let rows = (a.height + cell - 1) / cell
    var sums = [Int](repeating: 0, count: columns * rows)
    a.values.withUnsafeBufferPointer { first in
      b.values.withUnsafeBufferPointer { second in
        for y in 0..<a.height {
          for x in 0..<a.width {
            let index = y * a.width + x
            sums[y / cell * columns + x / cell] += abs(Int(first[index]) - Int(second[index]))
          }
        }
      }
    }
    means = sums.indices.map { index in
      let width = min(cell, a.width - index % columns * cell)
      let height = min(cell, a.height - index / columns * cell)
      return Double(sums[index]) / Double(width * height)
    }
    mean = Double(sums.reduce(0, +)) / Double(max(1, a.width * a.height))
    self.cell = cell
    self.columns = columns
    self.rows = rows
  }

  /// The top left corner, in cells, of the window that holds the largest part of the difference.
  func densestWindow(columns wide: Int, rows tall: Int) -> (column: Int, row: Int) {
    var sums = [Double](repeating: 0, count: (columns + 1) * (rows + 1))
    for y in 0..<rows {
      for x in 0..<columns {
        sums[(y + 1) * (columns + 1) + x + 1] =
          means[y * columns + x] + sums[y * (columns + 1) + x + 1] + sums[(y + 1) * (columns + 1) + x]
          - sums[y * (columns + 1) + x]
      }
    }
    func sum(_ x: Int, _ y: Int) -> Double { sums[y * (columns + 1) + x] }
    var best = (column: 0, row: 0)
    var most = -1.0
    for y in 0...max(0, rows - tall) {
      for x in 0...max(0, columns - wide) {
        let right = min(columns, x + wide)
        let bottom = min(rows, y + tall)
        let total = sum(right, bottom) - sum(x, bottom) - sum(right, y) + sum(x, y)
        if total > most {
          most = total
          best = (x, y)
        }
      }
    }
    return best
  }

  /// Shades of the picture: few, so that the file is small.
  private static let shades = 16.0

  /// The map as a picture, a pixel for each cell: black for no difference, then violet, red and yellow.
  var picture: Image {
    let stops: [SIMD3<Double>] = [[0, 0, 4], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]]
    var samples: [UInt8] = []
    samples.reserveCapacity(means.count * 3)
    for mean in means {
      let shade = (min(1, mean / Self.brightest) * (Self.shades - 1)).rounded(.up) / (Self.shades - 1)
      let place = shade * Double(stops.count - 1)
      let lower = min(Int(place), stops.count - 2)
      let colour = stops[lower] + (place - Double(lower)) * (stops[lower + 1] - stops[lower])
      for channel in 0..<3 { samples.append(UInt8(colour[channel].rounded())) }
    }
    return Image(width: columns, height: rows, colorModel: .rgb, samples: .eight(samples))
  }
}
