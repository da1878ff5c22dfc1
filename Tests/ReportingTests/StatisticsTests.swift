import Reporting
import Testing

@Suite struct StatisticsTests {
  @Test func quantilesInterpolateBetweenNeighbours() throws {
    let values = try #require(Distribution([4, 1, 3, 2, .nan]))
    #expect(values.count == 4)
    #expect(values.median == 2.5)
    #expect(values.quantile(0) == 1 && values.quantile(1) == 4)
    #expect(abs(values.quantile(0.9) - 3.7) < 1e-12)
    #expect(values.mean == 2.5)
    #expect(abs(try #require(Distribution([2, 8])?.geometricMean) - 4) < 1e-12)
    #expect(Distribution([0, 1])?.geometricMean == nil)
    #expect(Distribution([Double]()) == nil)
  }

  @Test(arguments: [
    (1.005, 2, "1.00"), (-0.0004, 3, "0.000"), (-1.25, 1, "-1.3"), (12, 0, "12"), (0.05, 1, "0.1"),
    (1e300, 1, "1e+300"), (-1e300, 4, "-1e+300"), (-0.05, 4, "-0.0500"), (9e18, 0, "9000000000000000000"),
  ])
  func numbersHaveFixedDecimals(value: Double, decimals: Int, text: String) {
    #expect(NumberText.fixed(value, decimals) == text)
  }

  @Test func gainsAreSignedAndMissingOnesMarked() {
    #expect(NumberText.fixed(1.25, 2, signed: true) == "+1.25")
    #expect(NumberText.fixed(-1.25, 2, signed: true) == "-1.25")
    #expect(NumberText.fixed(nil, 2) == "-")
    #expect(NumberText.fixed(.infinity, 2) == "-")
  }

  @Test func hostileCellsStayCells() {
    var table = TextTable(["image", "n|m"])
    table.add(["a|b\n<script>*x*`", "1"])
    #expect(table.markdown.split(separator: "\n").count == 3)
    #expect(table.markdown.contains(#"a\|b \<script\>\*x\*\`"#))
    #expect(table.plain.hasSuffix(" 1\n"))
    var joined = TextTable(["image"])
    joined.add(["x|\u{301}\u{600}<b>\r\n"])
    let escaped = Array(#"x\|"#.unicodeScalars) + ["\u{301}", "\u{600}"] + Array(#"\<b\>"#.unicodeScalars)
    #expect(Array(joined.markdown.unicodeScalars).contains(escaped))
  }
}
