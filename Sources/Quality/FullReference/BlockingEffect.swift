#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How much the seams of an 8x8 block codec stand out of a picture (Yim and Bovik, "Quality Assessment of Deblocked
/// Images", IEEE TIP 2011, equations 9 to 14).
///
/// The mean squared step across the seams, less that between all other neighbours, weighed by log2(8) / log2(shorter
/// side); 0 where seams don't stand out. Only whole seams inside the picture count, so its size needn't be a multiple
/// of 8.
public struct BlockingEffect: Sendable, Equatable {
  /// What PSNR-B adds to the mean squared error, in squared 8-bit levels; 0 or more.
  public let factor: Double

  private static let block = 8

  /// Measures one channel; one without a seam, no side above 8, has no blocking effect.
  public init(_ levels: Levels) {
    let width = levels.width
    let height = levels.height
    var across = SeamSums()
    var down = SeamSums()
    levels.values.withUnsafeBufferPointer { values in
      for y in 0..<height {
        for x in 0..<max(0, width - 1) {
          across.add(values[y * width + x], values[y * width + x + 1], isSeam: (x + 1) % Self.block == 0)
        }
      }
      for y in 0..<max(0, height - 1) {
        let isSeam = (y + 1) % Self.block == 0
        for x in 0..<width { down.add(values[y * width + x], values[(y + 1) * width + x], isSeam: isSeam) }
      }
    }
    let seams = across.seamCount + down.seamCount
    let others = across.otherCount + down.otherCount
    guard seams > 0, others > 0 else {
      factor = 0
      return
    }
    let onSeams = Double(across.seam + down.seam) / Double(seams)
    let elsewhere = Double(across.other + down.other) / Double(others)
    guard onSeams > elsewhere, min(width, height) > 1 else {
      factor = 0
      return
    }
    factor = log2(Double(Self.block)) / log2(Double(min(width, height))) * (onSeams - elsewhere)
  }
}

/// Sums of squared steps between neighbours, on the codec's seams and elsewhere.
private struct SeamSums {
  var seam = 0
  var seamCount = 0
  var other = 0
  var otherCount = 0

  @inline(__always)
  mutating func add(_ a: UInt8, _ b: UInt8, isSeam: Bool) {
    let difference = Int(a) - Int(b)
    if isSeam {
      seam += difference * difference
      seamCount += 1
    } else {
      other += difference * difference
      otherCount += 1
    }
  }
}
