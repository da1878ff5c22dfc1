import Reporting
import Testing

@Suite struct ReportSignatureTests {
  private static func matches(_ text: String) -> Bool {
    ReportSignature.matches(Array(text.utf8.prefix(ReportSignature.length)))
  }

  @Test func reportsAndTablesAreKnownByTheirBeginning() throws {
    var images = RecordedRun(name: "a_run", header: Sample.header)
    images.images = [Sample.image("a.jpg")]
    var evaluations = RecordedRun(name: "b")
    evaluations.evaluations = [Sample.evaluation("b.png", quality: 10, psnr: [30, 31, 32], policy: 2)]
    for runs in [[images], [evaluations], [images, evaluations], [RecordedRun(name: "empty")]] {
      let report = try Report(runs)
      var page: [UInt8] = []
      try HTMLReport(report).write(jobs: 1, exhibit: { _ in .init(pictures: nil, links: []) }) { page += $0 }
      #expect(ReportSignature.matches(Array(page.prefix(ReportSignature.length))))
      #expect(Self.matches(MarkdownReport(report).text))
      #expect(try Self.matches(CSVTable(runs).text))
    }
  }

  @Test(arguments: [
    "hello", "# A heading\n", "<!DOCTYPE html>\n<title>rbqe</title>", "{\"v\":1,\"kind\":\"run\"}", "name,size\n",
    "rbqe report: x",
  ])
  func othersAreNot(text: String) {
    #expect(!Self.matches(text))
  }
}
