import Imaging
import Inference
import Synchronization
import Testing

@testable import RBQE

/// What policies learn on the way.
@Suite struct EvidenceTests {
  let model: Model

  init() throws {
    model = try ModelFile(shipped: .fast).load()
  }

  /// Goes to the last exit, and notes what it could know.
  private final class Listening: ExitPolicy {
    struct Heard: Sendable {
      var exit: Int
      var quality: Int?
      var isColor: Bool
      var gains: [Double]
    }

    let name = "listening"
    let heard = Mutex<[Heard]>([])

    func decide(_ evidence: ExitEvidence) throws -> ExitDecision {
      let heard = Heard(
        exit: evidence.exit, quality: evidence.quality, isColor: evidence.isColor,
        gains: try evidence.estimatedGains())
      self.heard.withLock { $0.append(heard) }
      return .advance
    }
  }

  private func heard(
    _ image: Image, _ granularity: Granularity = .image, constraint: ConstraintMode = .auto
  ) throws -> [Listening.Heard] {
    let policy = Listening()
    let enhancer = Enhancer(model: model, policy: policy, constraint: constraint, granularity: granularity)
    _ = try enhancer.enhance(image).render(for: image.colorModel == .cmyk ? .jpeg : .png)
    return policy.heard.withLock { $0 }
  }

  @Test(arguments: [(96, 64, ColorModel.rgb), (1600, 1400, .gray), (64, 48, .cmyk)])
  func qualitiesAndAllEstimatesReachADecision(width: Int, height: Int, colorModel: ColorModel) throws {
    let picture = testPicture(width: width, height: height, colorModel: colorModel)
    let exits = Array(0..<model.information.exitCount)
    let told = try heard(compressed(picture, quality: 35))
    #expect(told.map(\.exit) == exits && told.allSatisfy { $0.quality == 35 })
    // Each has what those before it had, and its own.
    for (before, after) in zip(told, told.dropFirst()) { #expect(Array(after.gains.dropLast()) == before.gains) }
    #expect(told.last?.gains.count == exits.count)
    #expect(told.allSatisfy { $0.isColor == (colorModel == .rgb) })
    #expect(try heard(picture).allSatisfy { $0.quality == nil })
  }

  @Test func tilesKnowWhatWasSaidOfThemBefore() throws {
    let picture = testPicture(width: TileGrid.side + 40, height: 48)
    let told = try heard(compressed(picture, quality: 60), .tile)
    // First all tiles at exit 0, then each to its end.
    #expect(told.map(\.exit) == [0, 0, 1, 2, 3, 1, 2, 3])
    #expect(told.allSatisfy { $0.quality == 60 && $0.isColor })
    for (tile, last) in [(0, 4), (1, 7)] {
      #expect(told[last].gains.count == 4 && told[last].gains[0] == told[tile].gains[0])
    }
    #expect(told[0].gains != told[1].gains)
  }

  @Test func whereNothingHoldsResultsQualitiesSayNothing() throws {
    let input = try compressed(testPicture(width: 96, height: 64), quality: 35)
    #expect(try heard(input, constraint: .off).allSatisfy { $0.quality == nil })
    #expect(try heard(input, .tile, constraint: .off).allSatisfy { $0.quality == nil })
    // Nor are the gates told.
    #expect(try heard(input, constraint: .off)[0].gains != heard(input)[0].gains)
  }
}
