import CKernels
import Imaging

/// Where the 8 by 8 blocks of an earlier compression begin in a picture.
public struct BlockGrid: Sendable, Equatable {
  /// The first column that begins a block, 0...7.
  public let x: Int
  /// The first row that does, 0...7.
  public let y: Int

  /// Finds the grid in the pixels; of a JPEG file one that isn't its own.
  ///
  /// - Returns: Nil where no seams stand out.
  init?(in image: Image) {
    guard let profile = SeamProfile(of: image) else { return nil }
    if image.coefficients != nil {
      // Along one axis the grids may agree.
      let (x, y) = (profile.across.shifted(), profile.down.shifted())
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
    var across: [[Float]] = []
    var down = [[Float]](repeating: [Float](repeating: 0, count: 8), count: width / Self.strip)
    luma.samples.withUnsafeBufferPointer { samples in
      guard let start = samples.baseAddress else { return }
      for first in stride(from: 0, to: height - Self.strip + 1, by: Self.strip) {
        var sums = [Float](repeating: 0, count: 8)
        for row in first..<first + Self.strip { table.seam_row(start + row * width, width, Self.limit, &sums) }
        across.append(sums)
      }
      for row in 8..<height - 8 {
        for column in down.indices {
          let rows = (-2...1).map { Optional(start + (row + $0) * width + column * Self.strip) }
          down[column][row % 8] += table.seam_rows(rows, Self.strip, Self.limit)
        }
      }
    }
    self.across = Axis(strips: across)
    self.down = Axis(strips: down)
  }
}

/// The seams of one direction: for each strip of the picture eight sums.
private struct Axis {
  let strips: [[Float]]

  /// How many standard errors a difference must be from 0; single compressions reach four.
  private static let certainty = 5.0

  /// A class other than 0 whose seams stand out against their mirror image in the file's own blocks, whose
  /// quantisation is symmetric.
  func shifted() -> Int? {
    strongest(of: 1...7, leastShare: 0.012) { sums, place in
      guard place == 4 else { return sums[place] - sums[8 - place] }
      // The middle of a block is its own mirror image: held against its neighbours, of which it may differ a little.
      return sums[4] - (sums[3] + sums[5]) / 2 - 0.02 * sums[4]
    }
  }

  /// The class whose seams stand out against those half a block away.
  func strongest() -> Int? {
    strongest(of: 0...7, leastShare: 0.03) { sums, place in
      sums[place] - (sums[(place + 3) % 8] + sums[(place + 4) % 8] + sums[(place + 5) % 8]) / 3
    }
  }

  /// Of the classes that surely stand out, the one that does so most.
  ///
  /// - Parameter leastShare: of the mean of all seams, below which a difference is too small to matter.
  private func strongest(
    of places: ClosedRange<Int>, leastShare: Double, _ difference: ([Float], Int) -> Float
  ) -> Int? {
    let count = Double(strips.count)
    guard count > 1 else { return nil }
    let level = strips.reduce(0) { $0 + Double($1.reduce(0, +)) } / (8 * count)
    var best: (place: Int, mean: Double)?
    for place in places {
      let values = strips.map { Double(difference($0, place)) }
      let mean = values.reduce(0, +) / count
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
      let error = (variance / count).squareRoot()
      if mean > leastShare * level, mean > Self.certainty * error, mean > best?.mean ?? 0 { best = (place, mean) }
    }
    return best?.place
  }
}
