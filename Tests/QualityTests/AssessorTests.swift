import CKernels
import Imaging
import Quality
import Testing

@Suite struct AssessorTests {
  /// A soft picture of whole levels, different for each seed.
  private static func picture(width: Int, height: Int, seed: UInt64 = 1) -> Plane {
    var state = seed
    let samples = (0..<(width * height)).map { i -> Float in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let level = 60 + i % width + i / width / 2 + Int(state >> 61)
      return Float(min(level, 255)) / 255
    }
    return Plane(width: width, height: height, samples: samples)
  }

  private static let all = Assessor.Variant.allCases.flatMap { variant in
    Assessor.BlockSize.allCases.map { Assessor(variant: variant, blockSize: $0) }
  }

  @Test("Every instruction set judges blocks alike, to the last bit", arguments: [8, 4])
  func kernelsAgree(size: Int) throws {
    let plane = Self.picture(width: 301, height: 40)
    // Any polynomials will do, symmetric and antisymmetric in turn.
    let polynomials = (0..<size * size).map { place -> Float in
      let (degree, x) = (place / size, place % size)
      let value = Float(min(x, size - 1 - x) + degree + 1) / 9
      return degree % 2 == 1 && x >= size / 2 ? -value : value
    }
    let count = plane.width / size - 1
    let results = try (0..<rbqe_kernel_table_count()).map { index in
      let table = try #require(rbqe_kernel_table_at(index)).pointee
      var verdicts = [rbqe_block_verdict](repeating: rbqe_block_verdict(), count: count)
      polynomials.withUnsafeBufferPointer { polynomials in
        plane.samples.withUnsafeBufferPointer { samples in
          var assessor = rbqe_assessor(
            size: size, polynomials: polynomials.baseAddress, blurred_polynomials: polynomials.baseAddress,
            textured_above: 0.004, steadier: 1e-5, highest_share: 10)
          table.assess(samples.baseAddress, plane.width, count, &assessor, &verdicts)
        }
      }
      return verdicts.map { "\($0.kind) \($0.value.bitPattern)" }
    }
    #expect(Set(results[0]).count > count / 2)
    for result in results { #expect(result == results[0]) }
  }

  @Test func defaultsAreTheProducts() {
    #expect(Assessor() == Assessor(variant: .evidence, blockSize: .eight))
  }

  @Test(arguments: [1, 100, 255])
  func aConstantImageHasNoEvidenceAndThePapersWorstScore(level: Int) {
    let plane = Plane(width: 48, height: 40, filledWith: Float(level) / 255)
    for size in Assessor.BlockSize.allCases {
      let blocks = (48 / size.rawValue - 1) * (40 / size.rawValue - 1)
      let evidence = Assessor(variant: .evidence, blockSize: size).assess(plane)
      #expect(evidence.score == 1)
      #expect(evidence.omittedBlocks == blocks)
      let paper = Assessor(variant: .paper, blockSize: size).assess(plane)
      #expect(paper.score == 0)
      #expect(paper.smoothBlocks == blocks)
      #expect(paper.omittedBlocks == 0)
    }
  }

  @Test func aBlackImageScoresOne() {
    let plane = Plane(width: 32, height: 32, filledWith: 0)
    for assessor in Self.all { #expect(assessor.assess(plane).score == 1) }
  }

  @Test(arguments: [(0, 0), (0, 9), (1, 1), (7, 100), (100, 7)])
  func anImageWithoutBlocksScoresOne(width: Int, height: Int) {
    for assessor in Self.all {
      let result = assessor.assess(Plane(width: width, height: height, filledWith: 0.5))
      #expect(result.score == 1)
      #expect(result.blockCount == 0)
      #expect(result.texturedShare == 0)
    }
  }

  @Test func blocksAreCountedForEverySize() {
    for assessor in Self.all {
      let size = assessor.blockSize.rawValue
      for side in 1...36 {
        let result = assessor.assess(Self.picture(width: side, height: side + 3))
        #expect(result.blockCount == max(side / size - 1, 0) * max((side + 3) / size - 1, 0))
      }
    }
  }

  @Test func theResultIsTheSameEveryTime() {
    let plane = Self.picture(width: 150, height: 131)
    for assessor in Self.all {
      let first = assessor.assess(plane)
      for _ in 0..<20 { #expect(assessor.assess(plane) == first) }
    }
  }

  @Test func samplesOutsideTheBlocksDoNotCount() {
    let plane = Self.picture(width: 70, height: 53)
    var other = plane
    // Blocks of eight lie at 4 ..< 60 across and 4 ..< 44 down.
    for y in 0..<53 {
      for x in 0..<70 where !(4..<60).contains(x) || !(4..<44).contains(y) { other.samples[y * 70 + x] = 0.9 }
    }
    #expect(Assessor().assess(other) == Assessor().assess(plane))
  }

  @Test func onlyThe8BitLevelsCount() {
    let plane = Self.picture(width: 64, height: 48)
    var near = plane
    for i in near.samples.indices { near.samples[i] += (i % 2 == 0 ? 0.4 : -0.4) / 255 }
    for assessor in Self.all { #expect(assessor.assess(near) == assessor.assess(plane)) }
  }

  @Test func strangeSamplesAreClamped() {
    let plane = Self.picture(width: 48, height: 48)
    var strange = plane
    var tame = plane
    let values: [(Float, Float)] = [
      (.nan, 0), (.signalingNaN, 0), (.infinity, 1), (-.infinity, 0), (3e38, 1), (-1, 0), (-0.0, 0), (1.5, 1),
    ]
    for (i, value) in values.enumerated() {
      for j in 0..<9 {
        strange.samples[300 + 97 * i + 7 * j] = value.0
        tame.samples[300 + 97 * i + 7 * j] = value.1
      }
    }
    for assessor in Self.all { #expect(assessor.assess(strange) == assessor.assess(tame)) }
  }

  @Test func transposingChangesNothing() {
    let plane = Self.picture(width: 72, height: 56)
    var samples = plane.samples
    for y in 0..<56 {
      for x in 0..<72 { samples[x * 56 + y] = plane.samples[y * 72 + x] }
    }
    let turned = Plane(width: 56, height: 72, samples: samples)
    for assessor in Self.all {
      #expect(abs(assessor.assess(turned).score - assessor.assess(plane).score) < 1e-6)
    }
  }
}
