import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Structural similarity of one channel (Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment: From Error
/// Visibility to Structural Similarity", IEEE TIP 2004, equation 13), and over scales (Wang, Simoncelli and Bovik,
/// "Multi-Scale Structural Similarity", Asilomar 2003, equation 7).
///
/// The window is a Gaussian of 11 by 11, sigma 1.5; K1 = 0.01, K2 = 0.03, L = 255; means run over the places where the
/// window lies wholly inside the picture. These are the figures of the authors' MATLAB code and of scikit-image with
/// `gaussian_weights=True, sigma=1.5, use_sample_covariance=False`.
struct StructuralSimilarity {
  /// The mean over the picture, at most 1; nil if a side is below 11.
  let mean: Double?
  /// Over five scales, each half of the one before; nil if a side is below 161, so that the smallest has no window.
  ///
  /// Negative factors count as 0: their fractional power has no meaning.
  let multiScale: Double?

  /// Exponents of the scales, the finest first: the paper's, found by experiment.
  private static let exponents = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]

  /// Compares two channels of one size.
  init(_ a: Levels, _ b: Levels) {
    var scale = Scale(a, b)
    var result = scale.similarity()
    mean = result?.mean
    var product = 1.0
    for (index, exponent) in Self.exponents.enumerated() {
      if index > 0 {
        scale = scale.halved()
        result = scale.similarity()
      }
      guard let result else {
        multiScale = nil
        return
      }
      let factor = index == Self.exponents.count - 1 ? result.mean : result.contrastStructure
      product *= pow(max(0, factor), exponent)
    }
    multiScale = product
  }
}

/// Two pictures at one scale, in levels less 128.
private struct Scale {
  let width: Int
  let height: Int
  let a: [Float]
  let b: [Float]

  private static let centre: Float = 128
  private static let c1: Float = 0.01 * 255 * 0.01 * 255
  private static let c2: Float = 0.03 * 255 * 0.03 * 255

  /// The Gaussian along one axis, of sum 1.
  private static let window: [Float] = {
    let half = RBQE_SSIM_TAPS / 2
    let values = (-half...half).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
    return values.map { Float($0 / values.reduce(0, +)) }
  }()

  init(_ a: Levels, _ b: Levels) {
    self.init(
      width: a.width, height: a.height, a: a.values.map { Float($0) - Self.centre },
      b: b.values.map { Float($0) - Self.centre })
  }

  private init(width: Int, height: Int, a: [Float], b: [Float]) {
    self.width = width
    self.height = height
    self.a = a
    self.b = b
  }

  /// Means of the similarity and of its second factor; nil where the window doesn't fit in.
  func similarity() -> (mean: Double, contrastStructure: Double)? {
    let taps = Self.window.count
    guard width >= taps, height >= taps else { return nil }
    var mean = 0.0
    var structure = 0.0
    withUnsafeTemporaryAllocation(of: Float.self, capacity: rbqe_ssim_scratch(width)) { scratch in
      rbqe_ssim(
        a, b, height, width, Self.centre, Self.window, Self.c1, Self.c2, scratch.baseAddress, &mean, &structure)
    }
    let places = Double((width - taps + 1) * (height - taps + 1))
    return (mean / places, structure / places)
  }

  /// The next coarser scale.
  func halved() -> Scale {
    func halve(_ values: [Float]) -> [Float] {
      let count = ((width + 1) / 2) * ((height + 1) / 2)
      return [Float](unsafeUninitializedCapacity: count) { buffer, filled in
        if count > 0 { rbqe_halve(values, height, width, buffer.baseAddress) }
        filled = count
      }
    }
    return Scale(width: (width + 1) / 2, height: (height + 1) / 2, a: halve(a), b: halve(b))
  }
}
