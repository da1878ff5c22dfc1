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

  /// How many standard errors a difference must be from 0, and how large it must be beside the mean of all seams.
  private static let certainty = 5.0

  /// A class other than 0 whose seams stand out against their mirror image in the file's own blocks, whose
  /// quantisation is symmetric.
  func shifted() -> Int? {
    let candidates = (1...7).map { place in
      (
        place,
        contrast(leastShare: 0.012) { sums in
          place == 4 ? sums[4] - (sums[3] + sums[5]) / 2 : sums[place] - sums[8 - place]
        }
      )
    }
    return Self.best(candidates)
  }

  /// The class whose seams stand out against those half a block away.
  func strongest() -> Int? {
    let candidates = (0...7).map { place in
      (
        place,
        contrast(leastShare: 0.03) { sums in
          sums[place] - (sums[(place + 3) % 8] + sums[(place + 4) % 8] + sums[(place + 5) % 8]) / 3
        }
      )
    }
    return Self.best(candidates)
  }

  private static func best(_ candidates: [(place: Int, certainty: Double)]) -> Int? {
    guard let best = candidates.max(by: { $0.certainty < $1.certainty }), best.certainty > certainty else { return nil }
    return best.place
  }

  /// Standard errors by which a difference is above 0; 0 where it is too small to matter.
  private func contrast(leastShare: Double, _ difference: ([Float]) -> Float) -> Double {
    let values = strips.map { Double(difference($0)) }
    let count = Double(values.count)
    guard count > 1 else { return 0 }
    let mean = values.reduce(0, +) / count
    let level = strips.reduce(0) { $0 + Double($1.reduce(0, +)) } / (8 * count)
    guard mean > leastShare * level else { return 0 }
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    return mean / (variance / count + 1e-12).squareRoot()
  }
}
