import CKernels
import Imaging

/// The JPEG compression that a picture went through before it was saved without loss, as its pixels tell it.
///
/// What a decoder gives back, its rounding apart, has coefficients that are multiples of the file's quantisation steps.
/// Where they are, on the block grid that begins in the picture's corner, steps and coefficients are known nearly as well
/// as from the file; the picture must not have been cropped (but by whole blocks), scaled or changed otherwise since.
///
/// Looked at is a part of at most 512 by 512 pixels in the middle.
///
///     if let found = FoundCompression(in: image) { print("was a JPEG file of quality \(found.quality)") }
public struct FoundCompression: Sendable, Equatable {
  /// The IJG quality whose luma table is nearest to the steps found, 1...100.
  public let quality: Int
  /// Of each component of grey or YCbCr, in rows; 0 where nothing is known.
  let steps: [[UInt16]]
  /// Pixels that a sample of chroma covers.
  let across, down: Int
  /// Whether all components are known, or what isn't is empty.
  ///
  /// Otherwise results are held to luma alone, and gain less than those of a file of the same quality.
  public let isComplete: Bool

  /// Whether the decoder rounded its samples before it made colours of them.
  let isWhole: Bool

  private static let side = 512
  /// Between what luma is from whole numbers if it was rounded, and if not.
  private static let wholeFraction: Float = 0.2
  /// Pixels of the largest picture whose coefficients are held besides its samples.
  private static let mostPixels = 48_000_000
  /// Standard deviations of what rounding makes of coefficients, in levels: of samples and colours, and of chroma that
  /// was widened besides.
  private static let noise: (luma: Float, chroma: Float) = (0.35, 0.5)
  /// What must speak for the steps: of a standard table, of another, and of chroma, once luma is certain.
  ///
  /// Other photographs stay below 15, compressed ones reach hundreds.
  private static let proof = (standard: 60.0, other: 300.0, chroma: 30.0)
  /// Frequencies whose steps it takes.
  private static let fewestSteps = 5
  /// Share of the blocks that aren't flat that must agree with the steps: of drawings on a lattice of levels, few do.
  private static let leastExplained = 0.5
  /// Share of all blocks of chroma that must agree with the usual steps where nearly all is flat, and nothing is proof;
  /// and how coarse these must be, so that none agrees by chance.
  private static let coarse = (explained: 0.98, step: UInt16(24))
  /// Of the steps found, how many must be those of a standard table to take it for granted; how many of another must be
  /// about as large.
  private static let agreement = 0.85

  /// Whether a picture is looked at.
  package static func isPossible(in image: Image) -> Bool {
    image.jpeg == nil && image.width * image.height <= mostPixels && image.bitDepth == .eight && image.width >= 16
      && image.height >= 16 && (image.colorModel == .gray || image.colorModel == .rgb)
  }

  /// - Returns: Nil where there are no traces, and for pictures that come from a JPEG file, aren't grey or colour of
  ///   eight bits, are smaller than 16 by 16 pixels or have more than 48 millions of them.
  public init?(in image: Image) {
    self.init(in: image, left: 0, top: 0)
  }

  /// The same of a picture whose first columns and rows, up to 16, say nothing, and aren't looked at unless it is small.
  package init?(in image: Image, left: Int, top: Int) {
    guard Self.isPossible(in: image) else { return nil }
    func middle(_ size: Int, after margin: Int) -> Range<Int> {
      let first = margin > 0 && size >= 32 ? 16 : 0
      let length = min(size - first, Self.side) / 16 * 16
      let start = first + (size - first - length) / 32 * 16
      return start..<start + length
    }
    let (x, y) = (middle(image.width, after: left), middle(image.height, after: top))
    let native = NativeSamples(of: image, x: x, y: y)
    let usable = UsableBlocks(of: image, x: x, y: y)

    let isWhole = image.colorModel == .gray || native.lumaFraction < Self.wholeFraction
    self.isWhole = isWhole
    let lumaBlocks = usable.coefficients(
      of: native.component(0, across: 1, down: 1, isWhole: isWhole).narrowed(), across: 1, down: 1)
    let luma = StepSearch(lumaBlocks, noise: Self.noise.luma, countsEven: false)
    guard luma.evidence > Self.proof.standard, luma.steps.count >= Self.fewestSteps else { return nil }
    let quality = JPEGTables.nearestQuality(toLuma: luma.steps)
    let standard = JPEGTables.luma(quality: quality)
    let isStandard = luma.agreement(with: standard) >= Self.agreement
    // Steps of quite different coarseness are those of several compressions.
    guard isStandard || luma.evidence > Self.proof.other && luma.likeness(to: standard) >= Self.agreement else {
      return nil
    }
    self.quality = quality
    let lumaSteps = isStandard ? standard : luma.table
    guard Self.shareExplained(of: lumaBlocks, by: lumaSteps, tolerance: Self.tolerance.luma) >= Self.leastExplained
    else { return nil }
    guard image.colorModel == .rgb else {
      (steps, across, down, isComplete) = ([lumaSteps], 1, 1, true)
      return
    }

    let usual = JPEGTables.chroma(quality: quality)
    var best: (steps: [UInt16], across: Int, down: Int, evidence: Double)?
    for (across, down) in [(2, 2), (1, 1), (2, 1), (1, 2)] {
      let blocks = [1, 2].flatMap { index in
        usable.coefficients(
          of: native.component(index, across: across, down: down, isWhole: isWhole).narrowed(), across: across,
          down: down)
      }
      let noise = across * down == 1 ? Self.noise.luma : Self.noise.chroma
      func isExplained(_ table: [UInt16]) -> Bool {
        Self.shareExplained(of: blocks, by: table, tolerance: Self.tolerance.chroma) >= Self.leastExplained
      }
      // Few values are near multiples of many steps: so those that go with luma's are tried before others.
      let evidence = isStandard ? StepSearch.evidence(for: usual, behind: blocks, noise: noise) : 0
      let isCoarse = isStandard && usual.allSatisfy { $0 >= Self.coarse.step }
      if evidence > Self.proof.chroma && isExplained(usual)
        || isCoarse
          && Self.shareExplained(of: blocks, by: usual, tolerance: Self.tolerance.chroma, countsFlat: true)
            >= Self.coarse.explained
      {
        best = (usual, across, down, evidence)
        break
      }
      let chroma = StepSearch(blocks, noise: noise, countsEven: true)
      guard chroma.evidence > max(Self.proof.other, best?.evidence ?? 0), chroma.steps.count >= Self.fewestSteps,
        chroma.likeness(to: usual) >= Self.agreement, isExplained(chroma.table)
      else { continue }
      best = (chroma.table, across, down, chroma.evidence)
    }
    let chroma = best?.steps ?? [UInt16](repeating: 0, count: 64)
    steps = [lumaSteps, chroma, chroma]
    (across, down) = (best?.across ?? 1, best?.down ?? 1)
    isComplete = best != nil || native.isGrey
  }

  /// About how many bytes it takes to find the coefficients of a picture, and to hold them.
  package static func bytes(width: Int, height: Int, channels: Int, threads: Int) -> Int {
    guard width * height <= mostPixels else { return 0 }
    let channels = min(3, channels)
    let work = min(threads, (height + stripRows - 1) / stripRows)
    return width * height * channels * MemoryLayout<Int16>.size + work * stripBytes(width: width, channels: channels)
  }

  /// Of the blocks that aren't flat the share in which rounding explains all coefficients; 1 if all are flat.
  ///
  /// - Parameter countsFlat: whether flat blocks count, too; they are explained.
  private static func shareExplained(
    of blocks: [Float], by steps: [UInt16], tolerance: Float, countsFlat: Bool = false
  ) -> Double {
    var (explained, all) = (0, 0)
    for start in stride(from: 0, to: blocks.count, by: 64) {
      let block = blocks[start..<start + 64]
      let isFlat = !block.dropFirst().contains { abs($0) >= 1 }
      if isFlat && !countsFlat { continue }
      all += 1
      explained += isFlat || isExplained(block, by: steps, tolerance: tolerance) ? 1 : 0
    }
    return all == 0 ? 1 : Double(explained) / Double(all)
  }
}

/// Blocks of a part of a picture that say something: none that a clipped sample may have changed, as long as there are
/// others, and of those that repeat one.
private struct UsableBlocks {
  /// Pixels in a row, a multiple of 16.
  private let width: Int
  /// Whether each block of luma has no sample at either end of the range.
  private let isUnclipped: [Bool]

  /// Fewer blocks than this are too few to do without the others.
  private static let fewest = 16

  init(of image: Image, x: Range<Int>, y: Range<Int>) {
    width = x.count
    let channels = image.colorModel.channels
    var isUnclipped = [Bool](repeating: true, count: x.count / 8 * (y.count / 8))
    if case .eight(let samples) = image.samples {
      for row in 0..<y.count {
        let start = ((y.lowerBound + row) * image.width + x.lowerBound) * channels
        let blocks = row / 8 * (x.count / 8)
        for place in 0..<x.count * channels where samples[start + place] == 0 || samples[start + place] == .max {
          isUnclipped[blocks + place / channels / 8] = false
        }
      }
    }
    self.isUnclipped = isUnclipped.count(where: \.self) >= Self.fewest ? isUnclipped : isUnclipped.map { _ in true }
  }

  /// 64 of each block, in rows, in levels of 0...255.
  func coefficients(
    of component: (samples: [Float], width: Int, height: Int), across: Int, down: Int
  ) -> [Float] {
    let kernels = BlockKernels.inUse
    var known: Set<UInt64> = []
    var coefficients: [Float] = []
    let count = component.width / 8
    for row in 0..<component.height / 8 {
      let line = kernels.coefficients(of: component.samples, from: row * 8 * component.width, width: component.width)
      for block in 0..<count where isUnclipped(block * across, row * down, across, down) {
        let own = line[64 * block..<64 * (block + 1)]
        // Fowler, Noll and Vo's hash.
        let hash = own.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3 }
        if known.insert(hash).inserted { coefficients += own }
      }
    }
    return coefficients
  }

  private func isUnclipped(_ column: Int, _ row: Int, _ across: Int, _ down: Int) -> Bool {
    (0..<down).allSatisfy { y in (0..<across).allSatisfy { x in isUnclipped[(row + y) * (width / 8) + column + x] } }
  }
}

extension BlockKernels {
  /// Coefficients of a row of blocks of samples in levels of 0...255, as many whole ones as the width has.
  func coefficients(of samples: [Float], from start: Int, width: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: width / 8 * 64) { out, count in
      samples.withUnsafeBufferPointer { samples in
        guard let first = samples.baseAddress, let out = out.baseAddress, width >= 8 else { return }
        table.pointee.transform_blocks(first + start, width, width / 8, 128, out)
      }
      count = width / 8 * 64
    }
  }
}
