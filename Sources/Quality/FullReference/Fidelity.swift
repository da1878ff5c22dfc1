import Imaging

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How close a picture is to a reference of the same size, by the metrics of the field.
///
/// Several channels count as one picture: squared errors are averaged over all of them, similarities are averaged.
public struct Fidelity: Sendable, Equatable {
  /// Peak signal-to-noise ratio in dB; nil where the pictures are identical, and it is infinite.
  public let psnr: Double?
  /// PSNR-B in dB, which counts visible block edges as errors too (``BlockingEffect``); nil where neither is there.
  public let psnrB: Double?
  /// Structural similarity, at most 1; nil for pictures smaller than the window of 11 by 11.
  public let ssim: Double?
  /// Multi-scale structural similarity, 0...1; nil for pictures with a side below 161.
  public let msSSIM: Double?

  /// Compares a picture with its reference; nil if their sizes or channels differ, or there are none.
  public init?(of picture: [Levels], to reference: [Levels]) {
    guard let first = reference.first, first.width > 0, first.height > 0, picture.count == reference.count,
      zip(picture, reference).allSatisfy({ $0.width == $1.width && $0.height == $1.height })
    else { return nil }
    let channels = Double(reference.count)
    let error = zip(picture, reference).reduce(0) { $0 + meanSquaredError($1.0, $1.1) } / channels
    psnr = decibels(ofError: error)
    psnrB = decibels(ofError: error + picture.reduce(0) { $0 + BlockingEffect($1).factor } / channels)
    let similarities = zip(picture, reference).map { StructuralSimilarity($0, $1) }
    func mean(_ value: (StructuralSimilarity) -> Double?) -> Double? {
      let known = similarities.compactMap(value)
      return known.count == similarities.count ? known.reduce(0, +) / channels : nil
    }
    ssim = mean(\.mean)
    msSSIM = mean(\.multiScale)
  }
}

/// PSNR of 8-bit levels: 10 log10(255^2 / error); nil for no error.
private func decibels(ofError error: Double) -> Double? {
  error > 0 ? 10 * log10(255 * 255 / error) : nil
}

private func meanSquaredError(_ a: Levels, _ b: Levels) -> Double {
  a.values.withUnsafeBufferPointer { a in
    b.values.withUnsafeBufferPointer { b in
      var sum = 0
      // Short runs of 32-bit sums, which the compiler turns into vector code.
      for start in stride(from: 0, to: a.count, by: 1 << 12) {
        var part: Int32 = 0
        for index in start..<min(start + 1 << 12, a.count) {
          let difference = Int32(a[index]) &- Int32(b[index])
          part &+= difference &* difference
        }
        sum += Int(part)
      }
      return Double(sum) / Double(a.count)
    }
  }
}
