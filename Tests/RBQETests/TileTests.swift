import Imaging
import Inference
import Quality
import Synchronization
import Testing

@testable import RBQE

/// Images that are decided about tile by tile.
@Suite struct TileTests {
  let model: Model

  init() throws {
    model = try ModelFile(shipped: .fast).load()
  }

  /// Sends tiles to exits in turn, in the order of the grid.
  private final class Assigning: ExitPolicy {
    let name = "assigning"
    let exits: [Int]
    private let next = Mutex(0)

    init(_ exits: [Int]) {
      self.exits = exits
    }

    func decide(_ evidence: ExitEvidence) -> ExitDecision {
      let place = next.withLock { next in
        defer { next += 1 }
        return next
      }
      return .finish(at: exits[place % exits.count])
    }
  }

  private func enhancer(
    _ policy: any ExitPolicy, _ granularity: Granularity = .tile, strength: Float = 1, scorer: Assessor? = nil
  ) -> Enhancer {
    Enhancer(model: model, policy: policy, strength: strength, scorer: scorer, granularity: granularity)
  }

  private func whole(_ image: Image, exit: Int, strength: Float = 1) throws -> [Plane] {
    try enhancer(FixedPolicy(exit: exit), .image, strength: strength).enhance(image)
      .image(for: .png, depth: .sixteen).planes()
  }

  private static let side = TileGrid.side
  /// A tile and a quarter by a tile and a bit.
  private static let (width, height) = (side + side / 4 + 3, side + 9)

  // MARK: - What comes out

  @Test(arguments: [(ColorModel.gray, Float(1)), (.rgb, 0.5)])
  func everyTileIsWhatItsExitGivesForTheWholeImage(colorModel: ColorModel, strength: Float) throws {
    let picture = testPicture(width: Self.width, height: Self.height, colorModel: colorModel)
    for input in [picture, try compressed(picture, quality: 40)] {
      let exits = [0, 4, 1, 3]
      let rendering = try enhancer(Assigning(exits), strength: strength).enhance(input)
        .render(for: .png, depth: .sixteen)
      #expect(rendering.tiles?.rows == [[0, 4], [1, 3]] && rendering.exit == 4)
      let result = rendering.image.planes()
      let expected = try (0...4).map { try whole(input, exit: $0, strength: strength) }
      for (tile, exit) in zip(TileGrid(try partition(input)).tiles, exits) {
        for (plane, reference) in zip(result, expected[exit]) {
          #expect(largestDifference(plane.cropped(to: tile), reference.cropped(to: tile)) < 3.1e-5, "exit \(exit)")
        }
      }
    }
  }

  private func partition(_ image: Image) throws -> Partition {
    Partition(width: image.width, height: image.height, reach: model.reach, stride: model.information.stride)
  }

  @Test func noBorderShowsMoreThanTwoExitsDifferBy() throws {
    let input = try compressed(testPicture(width: Self.width, height: Self.height, colorModel: .gray))
    let exits = [1, 4, 0, 2]
    let result = try enhancer(Assigning(exits)).enhance(input).image(for: .png, depth: .sixteen).planes()[0]
    let images = try (0...4).map { try whole(input, exit: $0)[0] }
    var largest: Float = 0
    for y in 0..<Self.height {
      let row = y / Self.side * 2
      let (left, right) = (images[exits[row]], images[exits[row + 1]])
      let place = y * Self.width + Self.side
      let step = result.samples[place] - result.samples[place - 1]
      let own = left.samples[place] - left.samples[place - 1]
      let difference = abs(right.samples[place] - left.samples[place])
      largest = max(largest, abs(step - own) - difference)
    }
    #expect(largest < 6.2e-5)
  }

  @Test func oneTileIsTheImage() throws {
    let input = try compressed(testPicture(width: 150, height: 90))
    let policies: [any ExitPolicy] = [
      try PolicyChoice.gate().policy(for: model), GatePolicy(thresholds: [-9, 0.1]), AssessorPolicy(thresholds: [0.9]),
      SaturationPolicy(epsilon: 0.3), WindowPolicy(thresholds: [0.2], halfWidth: 0.1),
    ]
    for policy in policies {
      let image = try enhancer(policy, .image).enhance(input)
      let tile = try enhancer(policy).enhance(input).render(for: .png)
      #expect(tile.exit == image.choice.exit && tile.tiles?.exits == [tile.exit], "\(policy)")
      #expect(try tile.image == image.image(for: .png), "\(policy)")
    }
  }

  @Test func threadsHaveNoInfluence() throws {
    let input = try compressed(testPicture(width: Self.width, height: Self.height))
    let enhancer = enhancer(try PolicyChoice.gate(tau: 0.2).policy(for: model))
    let first = try enhancer.enhance(input, threads: 1).render(for: .png)
    for threads in [2, 3] {
      let other = try enhancer.enhance(input, threads: threads).render(for: .png)
      #expect(other.image == first.image && other.tiles == first.tiles && other.macsPerPixel == first.macsPerPixel)
    }
  }

  @Test func depthAlphaAndCMYKArriveAsTheyLeft() throws {
    let (width, height) = (Self.side + 37, 51)
    let alpha = (0..<width * height).map { UInt16(truncatingIfNeeded: $0 &* 31) }
    let samples = (0..<width * height * 3).map { UInt16(truncatingIfNeeded: $0 &* 97) }
    let deep = Image(
      width: width, height: height, colorModel: .rgb, samples: .sixteen(samples), alpha: .sixteen(alpha))
    let result = try enhancer(Assigning([2, 0])).enhance(deep).image(for: .png)
    #expect(result.bitDepth == .sixteen && result.alpha == .sixteen(alpha))
    let cmyk = testPicture(width: width, height: height, colorModel: .cmyk)
    let planes = try enhancer(Assigning([0, 1])).enhance(cmyk).image(for: .jpeg).planes()
    let expected = try enhancer(FixedPolicy(exit: 1), .image).enhance(cmyk).image(for: .jpeg).planes()
    for (index, tile) in TileGrid(try partition(cmyk)).tiles.enumerated() {
      for (plane, reference) in zip(planes, index == 0 ? cmyk.planes() : expected) {
        #expect(largestDifference(plane.cropped(to: tile), reference.cropped(to: tile)) < 0.004)
      }
    }
  }

  // MARK: - How it is decided

  @Test func tilesThatAreGoodAreLeftAloneBesideOthers() throws {
    // The left tile is as it was made, the right one was harmed by JPEG.
    let (width, height) = (2 * Self.side, Self.side)
    let original = testPicture(width: width, height: height, colorModel: .gray)
    let harmed = try compressed(original).planes()[0].samples
    let good = original.planes()[0].samples
    let samples = (0..<width * height).map { place in
      UInt8(((place % width < Self.side ? good : harmed)[place] * 255).rounded())
    }
    let input = Image(width: width, height: height, colorModel: .gray, samples: .eight(samples))
    let gains = try enhancer(GatePolicy(thresholds: [.infinity])).enhance(input).tiles?.estimatedGains.map { $0[0] }
    let (left, right) = (try #require(gains?[0]), try #require(gains?[1]))
    #expect(left < right)
    let policy = GatePolicy(thresholds: [(left + right) / 2, 0])
    let rendering = try enhancer(policy).enhance(input).render(for: .png)
    let tiles = try #require(rendering.tiles)
    #expect(tiles.exits[0] == 0 && tiles.exits[1] > 0)
    guard case .eight(let result) = rendering.image.samples else {
      Issue.record("a grey picture of 8 bits came back otherwise")
      return
    }
    #expect((0..<width * height).allSatisfy { $0 % width >= Self.side || result[$0] == samples[$0] })
    // The same exit for the whole picture costs more.
    let whole = try enhancer(FixedPolicy(exit: rendering.exit), .image).enhance(input)
    #expect(rendering.macsPerPixel < whole.macsPerPixel)
  }

  @Test func tilesThatAreLeftAloneCostTheirGateOnly() throws {
    let input = testPicture(width: Self.width, height: Self.height)
    let result = try enhancer(GatePolicy(thresholds: [.infinity]), scorer: Assessor()).enhance(input)
    #expect(result.choice.exit == 0 && result.tiles?.exits == Array(repeating: 0, count: 4))
    #expect(result.macsPerPixel > 0 && result.macsPerPixel < 0.02 * model.information.macsPerPixel[0])
    #expect(result.tiles?.estimatedGains.allSatisfy { $0[0] != nil && $0[1] == nil } == true)
    #expect(try result.image(for: .png) == input)
    let scored = try result.render(for: .png)
    #expect(scored.score == result.choice.scores[0] && scored.score != nil)
  }

  @Test func coefficientsAreHeldTileByTile() throws {
    let input = try compressed(testPicture(width: Self.width, height: Self.height), quality: 80)
    let rendering = try enhancer(Assigning([0, 3])).enhance(input).render(for: .png)
    let report = try #require(rendering.constraint)
    let clamped = try #require(report.clamped)
    let all = try enhancer(FixedPolicy(exit: 3), .image).enhance(input).constraint?.clamped
    #expect(clamped > 0 && clamped < all ?? 0)
  }

  @Test func cancellationEndsTheCall() throws {
    let input = testPicture(width: Self.width, height: 64)
    #expect(throws: SessionError.cancelled) {
      try enhancer(Assigning([1])).enhance(input, isCancelled: { true }).image(for: .png)
    }
  }

  @Test func memoryDoesNotGrowWithTheImage() {
    func besidesSamples(_ side: Int) -> Int {
      enhancer(FixedPolicy(exit: 4)).memoryEstimate(
        width: side, height: side, channels: 3, depth: .eight, isJPEG: true)
        - 2 * 3 * side * side
    }
    #expect(besidesSamples(20_000) == besidesSamples(2000))
    #expect(besidesSamples(2000) < 150_000_000)
  }
}
