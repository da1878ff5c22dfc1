import CKernels
import Imaging

/// Where the 8 by 8 blocks of an earlier compression begin in a picture.
public struct BlockGrid: Sendable, Equatable {
  /// The first column that begins a block, 0...7.
  public let x: Int
  /// The first row that does, 0...7.
  public let y: Int

  /// The grid that begins in the corner.
  package static let corner = BlockGrid(x: 0, y: 0)

  private init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }

  /// Finds the grid in the pixels; of a JPEG file, or a picture whose coefficients are known, one that isn't its own.
  ///
  /// - Returns: Nil where no seams stand out.
  init?(in image: Image, coefficients: JPEGCoefficients?) {
    guard let profile = SeamProfile(of: image) else { return nil }
    let table = image.jpeg.map { $0.quantizationTables[$0.components[0].table] }
    if let steps = coefficients?.components[0].steps ?? table {
      guard steps.count == 64 else { return nil }
      let step = (Double(steps[1]) + Double(steps[8])) / 2
      // Along one axis the grids may agree.
      let (x, y) = (profile.across.shifted(step: step), profile.down.shifted(step: step))
      guard x != nil || y != nil else { return nil }
      (self.x, self.y) = (x ?? 0, y ?? 0)
    } else {
      guard let x = profile.across.strongest(), let y = profile.down.strongest() else { return nil }
      (self.x, self.y) = (x, y)
    }
  }
}

/// How strong the seams between neighbouring columns and rows are, by their place modulo 8.
private struct SeamProfile {
  let across, down: Axis

  /// Side of the part in the middle that is looked at.
  private static let side = 1024
  /// Strength that a seam counts at most, so that the picture's own edges don't drown the blocks'.
  private static let limit: Float = 8.0 / 255
  /// Rows, or columns, of a strip: strips are what means and their spread are taken over.
  private static let strip = 32

  init?(of image: Image) {
    let (width, height) = (min(image.width, Self.side) / 8 * 8, min(image.height, Self.side) / 8 * 8)
    guard width >= 64, height >= 64 else { return nil }
    let (left, top) = ((image.width - width) / 16 * 8, (image.height - height) / 16 * 8)
    let luma = image.luma(x: left, y: top, width: width, height: height)
    let table = BlockKernels.inUse.table.pointee
    // Whole blocks but for the outer two.
    let (columns, rows) = (8..<width - 8, 8..<height - 8)
    var across: [[SIMD8<Float>]] = []
    var down = [[Float]](repeating: [Float](repeating: 0, count: height), count: width / Self.strip)
    luma.samples.withUnsafeBufferPointer { samples in
      guard let start = samples.baseAddress else { return }
      for first in stride(from: 0, to: height - Self.strip + 1, by: Self.strip) {
        var sums = [Float](repeating: 0, count: width)
        for row in first..<first + Self.strip { table.seam_row(start + row * width, width, Self.limit, &sums) }
        across.append(Self.blocks(sums[columns]))
      }
      for row in rows {
        for column in down.indices {
          let rows = (-2...1).map { Optional(start + (row + $0) * width + column * Self.strip) }
          down[column][row] = table.seam_rows(rows, Self.strip, Self.limit)
        }
      }
    }
    self.across = Axis(strips: across)
    self.down = Axis(strips: down.map { Self.blocks($0[rows]) })
  }

  private static func blocks(_ sums: ArraySlice<Float>) -> [SIMD8<Float>] {
    stride(from: sums.startIndex, to: sums.endIndex, by: 8).map { SIMD8(sums[$0..<$0 + 8]) }
  }
}

/// The seams of one direction, eight sums for each strip of each column, or row, of blocks.
///
/// What an earlier compression left is everywhere: it must stand out from strip to strip and from block to block. A line
/// that the picture itself has crosses all strips, but only one block.
private struct Axis {
  let strips: [[SIMD8<Float>]]

  /// How many standard errors a difference must be from 0, of many strips or blocks.
  private static let certainty = 3.5

  /// A class other than 0 whose seams stand out against their mirror image in the file's own blocks, whose
  /// quantisation is symmetric.
  ///
  /// - Parameter step: of the file's lowest frequencies: the coarser, the more its own blocks have a seam in the middle.
  func shifted(step: Double) -> Int? {
    let leastShare = 0.01
    let leastShareInTheMiddle = max(leastShare, 0.001 * step * step)
    return strongest(of: 1...7) { sums, place in
      guard place == 4 else { return (sums[place] - sums[8 - place], leastShare) }
      // The middle of a block is its own mirror image: held against its neighbours, of which it may differ a little.
      return (sums[4] - (sums[3] + sums[5]) / 2 - 0.02 * sums[4], leastShareInTheMiddle)
    }
  }

  /// The class whose seams stand out against those half a block away.
  func strongest() -> Int? {
    strongest(of: 0...7) { sums, place in
      (sums[place] - (sums[(place + 3) % 8] + sums[(place + 4) % 8] + sums[(place + 5) % 8]) / 3, 0.03)
    }
  }

  /// Of the classes that surely stand out, the one that does so most.
  ///
  /// - Parameter difference: What a class has more than it would have by itself, and the share of the mean of all seams
  ///   below which that is too small to matter.
  private func strongest(
    of places: ClosedRange<Int>, _ difference: (SIMD8<Float>, Int) -> (excess: Float, leastShare: Double)
  ) -> Int? {
    guard let first = strips.first, strips.count > 1, first.count > 1 else { return nil }
    let ofStrips = strips.map { $0.reduce(.zero, +) }
    let ofBlocks = first.indices.map { block in strips.reduce(.zero) { $0 + $1[block] } }
    let level = ofStrips.reduce(0) { $0 + Double($1.sum()) } / Double(8 * strips.count)
    var best: (place: Int, mean: Double)?
    for place in places {
      let values = ofStrips.map { Double(difference($0, place).excess) }
      let mean = values.reduce(0, +) / Double(values.count)
      guard mean > difference(ofStrips[0], place).leastShare * level, mean > best?.mean ?? 0,
        Self.isCertain(values), Self.isCertain(ofBlocks.map { Double(difference($0, place).excess) })
      else { continue }
      best = (place, mean)
    }
    return best?.place
  }

  /// Whether the mean of some values is surely above 0; of few ones the spread itself isn't sure.
  private static func isCertain(_ values: [Double]) -> Bool {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    return mean > certainty * (1 + 2 / (count - 1)) * (variance / count).squareRoot()
  }
}
