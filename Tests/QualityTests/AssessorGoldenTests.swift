import Imaging
import Quality
import Testing

@Suite struct AssessorGoldenTests {
  @Test func scoresEqualAnIndependentImplementation() throws {
    let cases = try Fixture.cases()
    #expect(cases.count >= 60)
    for item in cases {
      let variant = try #require(Assessor.Variant(rawValue: item.variant))
      let size = try #require(Assessor.BlockSize(rawValue: item.block))
      let result = Assessor(variant: variant, blockSize: size).assess(try Fixture.plane(item.image))
      let label = Comment("\(item.image), \(item.variant), block \(item.block): \(result)")
      #expect(abs(result.score - item.expected.score) < 1e-4, label)
      #expect(abs(result.smoothMean - item.expected.smoothMean) < 1e-5, label)
      #expect(abs(result.texturedMean - item.expected.texturedMean) < 1e-5, label)
      #expect(result.texturedShare == item.expected.texturedShare, label)
      #expect(result.smoothBlocks == item.expected.smoothBlocks, label)
      #expect(result.texturedBlocks == item.expected.texturedBlocks, label)
      #expect(result.omittedBlocks == item.expected.omittedBlocks, label)
    }
  }

  @Test(arguments: Assessor.Variant.allCases)
  func blockinessLowersTheScore(variant: Assessor.Variant) throws {
    let results = try ["scene-96x72", "scene-coarse-96x72", "scene-coarser-96x72"].map {
      Assessor(variant: variant).assess(try Fixture.plane($0))
    }
    #expect(results[0].score > results[1].score)
    #expect(results[1].score > results[2].score)
    #expect(results[0].smoothMean > results[2].smoothMean + 0.05)
  }
}
