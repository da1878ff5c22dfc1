import Foundation
import Imaging
import Reporting
import Testing

@Suite struct HTMLReportTests {
  private static let hostile = [
    "<script>alert(1)</script>.jpg", "\"><img src=x onerror=alert(1)>.png", "javascript:alert(1).jpg", "a'b&c.jpg",
    "{{title}}{{{style}}}.jpg", "line\nfeed.jpg", "</title></details>.jpg",
    // With a combining accent, or behind a sign that joins what follows, marks are other characters.
    "a\"\u{301} onload=alert(1) x=.jpg", "b\u{600}<img src=x onerror=alert(2)>.jpg",
  ]

  /// Nine: the marks, and every policy.
  @Test func allCurvesOfAnEvaluationHaveAColourOfTheirOwn() throws {
    let names = [
      "random mix of exits", "known quality", "assessor", "assessor-paper", "gate", "window", "saturation", "budget",
      "oracle",
    ]
    var report = try Report([])
    report.curves = names.map { GainCurve(name: $0, points: [.init(share: 0, ms: 0, gain: 0)]) }
    let page = try Self.page(report) { _ in .init(pictures: nil, links: []) }
    let classes = Set(page.matches(of: /class="(s[0-9]+) point/).map { String($0.1) })
    #expect(classes.count == names.count)
    for name in classes { #expect(page.contains(".\(name) {") && page.contains(".line.\(name) {"), "\(name)") }
  }

  private static func page(
    _ runs: [RecordedRun],
    _ exhibit: @Sendable @escaping (ReportRow) -> HTMLReport.Exhibit = { row in
      .init(pictures: nil, links: [("input", row.path)])
    }
  ) throws -> String {
    try page(Report(runs), exhibit)
  }

  private static func page(
    _ report: Report, _ exhibit: @Sendable @escaping (ReportRow) -> HTMLReport.Exhibit
  ) throws -> String {
    var bytes: [UInt8] = []
    try HTMLReport(report).write(jobs: 2, exhibit: exhibit) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func picture(_ offset: Int) -> Image {
    let samples = (0..<700 * 500 * 3).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13 &+ offset) }
    return Image(width: 700, height: 500, colorModel: .rgb, samples: .eight(samples))
  }

  @Test func namesNeverBecomeMarkup() throws {
    var run = RecordedRun(name: Self.hostile[0])
    run.images = Self.hostile.map { name in
      var record = Sample.image(name)
      record.warnings = [name]
      record.status = name.contains("feed") ? .failed : .enhanced
      record.error = name
      return record
    }
    let page = try Self.page([run])
    #expect(page.components(separatedBy: "<script").count == 2)
    #expect(!page.contains("<img src=x"))
    #expect(!page.contains("href=\"javascript:"))
    #expect(page.components(separatedBy: "</details>").count == 2 * Self.hostile.count + 1)
    #expect(page.components(separatedBy: "<tr data-status").count == Self.hostile.count + 1)
    #expect(page.contains("{{title}}{{{style}}}.jpg"))
    #expect(page.contains("href=\"./javascript%3Aalert%281%29.jpg\""))
    #expect(page.contains("a&#39;b&amp;c.jpg"))
    #expect(page.contains("a&quot;\u{301} onload=alert(1) x=.jpg"))
    let scalars = Array(page.unicodeScalars)
    for (first, second) in zip(scalars, scalars.dropFirst()) where second == "\u{301}" { #expect(first == ";") }
    let text = MarkdownReport(try Report([run])).text
    #expect(!text.contains("<script>") && !text.contains("line\nfeed"))
  }

  @Test func failuresThatAreNotListedAreCounted() throws {
    var run = RecordedRun(name: "many")
    run.images = (0..<205).map { number in
      var record = Sample.image("\(number).jpg")
      record.status = .failed
      record.error = "broken"
      return record
    }
    #expect(try Self.page([run]).contains("and 5 more"))
    run.images.removeLast(5)
    #expect(try !Self.page([run]).contains(" more"))
  }

  @Test func theMemoryOfThePartsIsKnownBeforehand() {
    // Every part as samples, and the largest one in floating point too.
    let (width, height) = (700, 500)
    let most = PicturePair.memoryForParts(width: width, height: height, budget: 1 << 30)
    let sides = [1024, 768, 512, 384, 256, 192, 128, 96, 64, 48, 32]
    #expect(most >= sides.reduce(0) { $0 + 3 * min($1, width) * min($1, height) } + 12 * width * height)
    #expect(most < 40 * width * height)
    let least = PicturePair.memoryForParts(width: width, height: height, budget: 10_000)
    #expect(least < most / 4 && least > 0)
    #expect(PicturePair.memoryForParts(width: 65_500, height: 65_500, budget: 1 << 30) < 40_000_000)
  }

  @Test func nothingIsLoadedFromElsewhere() throws {
    var run = RecordedRun(name: "r")
    run.images = [Sample.image("a.jpg")]
    let page = try Self.page([run])
    for word in ["http:", "https:", "src=\"//", "@import", "url("] { #expect(!page.contains(word), "\(word)") }
    #expect(page.contains("default-src 'none'"))
  }

  @Test func whereTilesLeftIsATableThatReadsAsAMap() throws {
    var run = RecordedRun(name: "r")
    run.images = [Sample.tiles("a.jpg"), Sample.image("b.jpg")]
    let page = try Self.page([run])
    #expect(page.components(separatedBy: "<figure class=\"exits\">").count == 2)
    #expect(
      page.contains(
        "<tr><td style=\"--depth: 0%\">0</td><td style=\"--depth: 50%\">1</td></tr>"
          + "<tr><td style=\"--depth: 100%\">2</td><td style=\"--depth: 50%\">1</td></tr>"))
    let words = "of 4 tiles 1 was left alone, 2 left at exit 1, 1 left at exit 2"
    #expect(page.contains("Tiles of 64 x 64 pixels, and the exit that each left at: \(words)."))
    #expect(page.contains("Decided tile by tile, \(words)."))
    #expect(MarkdownReport(try Report([run])).text.contains(words))
  }

  @Test func everyRunHasItsPlace() throws {
    var first = RecordedRun(name: "before")
    var second = RecordedRun(name: "after")
    first.images = [Sample.image("a.jpg"), Sample.image("b.jpg", exit: 0)]
    second.images = [Sample.image("a.jpg", exit: 2)]
    second.evaluations = [Sample.evaluation("e.png", quality: 10, psnr: [30, 31], policy: 1)]
    let page = try Self.page([first, second])
    #expect(page.contains("data-run=\"before\"") && page.contains("data-run=\"after\""))
    #expect(page.contains("<option>after</option>"))
    #expect(page.contains("e.png at quality 10") && page.contains("JPEG quality 10, luma, 1 image"))
    #expect(page.components(separatedBy: "<details id=\"i").count == 5)
  }

  /// Where something else decided, a lower score is no worse picture, and would only alarm.
  @Test func theScoreIsToldWhereItDecides() throws {
    var run = RecordedRun(name: "r")
    for policy in ["gate", "assessor"] {
      var record = Sample.image("a.jpg")
      (record.policy, record.scoreBefore, record.scoreAfter) = (policy, 0.9, 0.7)
      run.images = [record]
      let page = try Self.page([run])
      for words in ["The score that decides", "mean change of the score"] {
        #expect(page.contains(words) == (policy == "assessor"), "\(policy): \(words)")
      }
    }
  }

  @Test func policiesAreDrawnByCostAndByTime() throws {
    var report = try Report([])
    report.curves = [
      GainCurve(
        name: "gate", points: [.init(share: 0, ms: 0.5, gain: 0), .init(share: 0.25, ms: 40, gain: 1.2)])
    ]
    let page = try Self.page(report) { _ in .init(pictures: nil, links: []) }
    #expect(page.contains("gate: +1.200 dB at 0.250 of the last exit&#39;s cost"))
    #expect(page.contains("gate: +1.200 dB at 40.0 ms an image"))
    #expect(try !Self.page([]).contains("ms an image"))
  }

  /// A name that stood right of the last exit was cut off at the edge.
  @Test func namesStayWithinTheChart() throws {
    var run = RecordedRun(name: "r")
    run.images = [1, 2].map { exit in
      var record = Sample.image("\(exit).jpg", exit: exit)
      record.macsPerPixel = exit == 1 ? 20_000 : 150_000
      return record
    }
    let page = try Self.page([run])
    let names = page.matches(of: #/text-anchor="(\w+)" x="([\d.]+)"[^>]*>exit (\d)</#)
    let placed = Dictionary(names.map { (String($0.3), (String($0.1), Double($0.2) ?? 0)) }) { first, _ in first }
    #expect(placed["1"].map { $0.0 == "start" && $0.1 < 300 } == true)
    #expect(placed["2"].map { $0.0 == "end" && $0.1 > 400 && $0.1 < 560 } == true)
  }

  /// Names of policies that stop at the same place lay on one another.
  @Test func namesDoNotLieOnEachOther() throws {
    func names(_ macs: [Double]) throws -> Int {
      var run = RecordedRun(name: "r")
      run.images = macs.enumerated().map { index, macs in
        var record = Sample.image("\(index).jpg", exit: index + 1)
        record.macsPerPixel = macs
        return record
      }
      return try Self.page([run]).matches(of: #/<text class="tick"[^>]*>exit \d</#).count
    }
    #expect(try names([20_000, 150_000]) == 2)
    #expect(try names([20_000, 20_001, 150_000]) == 2)
  }

  @Test func aReportOfNothingIsAPage() throws {
    let page = try Self.page([RecordedRun(name: "empty")])
    #expect(page.contains("There is nothing in these records yet.") && page.hasSuffix("</html>\n"))
  }

  @Test func picturesStayWithinTheirBudget() throws {
    let before = Self.picture(0)
    let after = Self.picture(3)
    for count in [1, 100, 1000] {
      let budget = HTMLReport.pictureBudget(imageCount: count)
      #expect(budget * count <= 16_000_000)
      let pair = try PicturePair(before: before, after: after, budget: budget)
      let size = pair.before.count + (pair.after?.count ?? 0) + (pair.map?.count ?? 0)
      #expect(size <= budget, "\(count) images: \(size) bytes of \(budget)")
      let part = try ImageDecoder.decode(pair.before)
      #expect(part.width == pair.partWidth && part.height == pair.partHeight)
    }
    let same = try PicturePair(before: before, after: before, budget: 1_000_000)
    #expect(same.after == nil && same.map == nil)
    #expect(throws: PictureError.sizes) {
      try PicturePair(
        before: before, after: Image(width: 1, height: 1, colorModel: .gray, samples: .eight([1])), budget: 9)
    }
  }

  /// Reports are shown to others: of what a photograph tells besides its pixels, only how to look at it goes in.
  @Test func picturesTellHowToLookAtThemAndNothingElse() throws {
    let secret = Array("A secret place".utf8)
    let exif: [UInt8] =
      [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 2, 0] + [0x0F, 0x01, 2, 0, UInt8(secret.count), 0, 0, 0, 38, 0, 0, 0]
      + [0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0] + [0, 0, 0, 0] + secret
    func pair(profile: [UInt8]) throws -> PicturePair {
      var pictures = [Self.picture(0), Self.picture(3)]
      for place in pictures.indices { pictures[place].metadata = Metadata(iccProfile: profile, exif: exif) }
      return try PicturePair(before: pictures[0], after: pictures[1], budget: 30_000)
    }
    let small = [UInt8](repeating: 7, count: 600)
    let shown = try pair(profile: small)
    for file in [shown.before, try #require(shown.after), try #require(shown.map)] {
      #expect(file.firstRange(of: secret) == nil)
      #expect(try ImageDecoder.decode(file).metadata.orientation == 6)
    }
    #expect(try ImageDecoder.decode(shown.before).metadata.iccProfile == small)
    #expect(try ImageDecoder.decode(shown.after ?? []).metadata.iccProfile == small)
    #expect(try ImageDecoder.decode(shown.map ?? []).metadata.iccProfile == nil)
    let large = try pair(profile: [UInt8](repeating: 7, count: 100_000))
    #expect(try ImageDecoder.decode(large.before).metadata.iccProfile == nil)
  }

  /// Of large pictures, before and after are never in memory together.
  @Test func picturesAreDecodedOneAfterTheOther() throws {
    var order: [String] = []
    let pair = try PicturePair(budget: 16_000) {
      order.append("before")
      return Self.picture(0)
    } after: {
      order.append("after")
      return Self.picture(3)
    }
    let held = try PicturePair(before: Self.picture(0), after: Self.picture(3), budget: 16_000)
    #expect(order == ["before", "after", "before"])
    #expect(pair.before == held.before && pair.after == held.after && pair.map == held.map)
  }

  @Test func thePartShownIsTheOneThatChangedMost() throws {
    var samples = [UInt8](repeating: 100, count: 900 * 600)
    let before = Image(width: 900, height: 600, colorModel: .gray, samples: .eight(samples))
    for y in 400..<440 {
      for x in 700..<740 { samples[y * 900 + x] = 140 }
    }
    let after = Image(width: 900, height: 600, colorModel: .gray, samples: .eight(samples))
    let pair = try PicturePair(before: before, after: after, budget: 3000)
    #expect(pair.partWidth < 900)
    #expect(pair.x <= 700 && pair.x + pair.partWidth >= 740)
    #expect(pair.y <= 400 && pair.y + pair.partHeight >= 440)
    #expect(pair.largestDifference == 40)
    #expect(abs(pair.meanDifference - 40.0 * 1600 / 540_000) < 1e-9)
  }
}
