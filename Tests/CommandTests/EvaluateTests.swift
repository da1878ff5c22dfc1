import Foundation
import Imaging
import Testing

/// Commands that measure and report.
@Suite struct EvaluateTests {
  private static func reference(_ scratch: Scratch, _ names: [String] = ["a.png", "deep/b.png"]) throws -> String {
    for name in names { try scratch.write(TestImages.png(), to: "ref/" + name) }
    return scratch("ref")
  }

  private static func objects(_ bytes: [UInt8]) throws -> [[String: Any]] {
    try bytes.split(separator: 10).map {
      try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
    }
  }

  @Test func everyQualityExitAndPolicyHasItsFigures() async throws {
    let scratch = try Scratch()
    let result = try await Tool.run(
      "evaluate", "--reference", try Self.reference(scratch), "--qualities", "10,60", "--json")
    #expect(result.status == 0, "\(result.error)")
    let records = try Self.objects(result.output)
    let kinds = records.map { $0["kind"] as? String }
    #expect(kinds == ["run"] + Array(repeating: "evaluation", count: 4) + ["end"])
    #expect(records.compactMap { $0["path"] as? String } == ["a.png", "a.png", "deep/b.png", "deep/b.png"])
    for record in records where record["kind"] as? String == "evaluation" {
      let exits = try #require(record["exits"] as? Int)
      for name in ["psnr", "psnr_b", "ssim", "scores", "paper_scores", "macs_per_pixel", "ms"] {
        #expect((record[name] as? [Any])?.count == exits + 1, "\(name)")
      }
      let policies = try #require(record["policies"] as? [String: [String: Any]])
      #expect(policies.keys.sorted() == ["assessor", "assessor-paper", "gate", "oracle", "saturation", "window"])
    }
  }

  @Test func tablesShowTheExitsThatAreAskedFor() async throws {
    let scratch = try Scratch()
    let reference = try Self.reference(scratch, ["a.png"])
    func evaluate(_ exits: String) async throws -> Tool.Result {
      try await Tool.run(
        "evaluate", "--reference", reference, "--qualities", "10", "--policy", "gate", "--exit", exits, "--records",
        scratch("r.jsonl"), "--report", scratch("r.md"))
    }
    let result = try await evaluate("1,last")
    let report = String(decoding: try scratch.bytes(of: "r.md"), as: UTF8.self)
    for text in [result.text, report] {
      for name in ["input", "exit 1", "exit 4", "gate"] { #expect(text.contains(name), "\(name): \(text)") }
      for name in ["exit 2", "exit 3"] { #expect(!text.contains(name), "\(name): \(text)") }
    }
    let records = try Self.objects(try scratch.bytes(of: "r.jsonl"))
    #expect((records[1]["psnr"] as? [Any])?.count == 5)
    for exits in ["5", "auto", "1,,2", ""] { #expect(try await evaluate(exits).status == 64, "\(exits)") }
  }

  @Test func tablesAndFilesAreWritten() async throws {
    let scratch = try Scratch()
    let result = try await Tool.run(
      "evaluate", "--reference", try Self.reference(scratch), "--qualities", "10", "--csv", scratch("t.csv"),
      "--report",
      scratch("r.html"), "--policy", "oracle")
    #expect(result.status == 0, "\(result.error)")
    #expect(result.text.contains("JPEG quality 10, luma, 2 images") && result.text.contains("oracle"))
    #expect(!result.text.contains("assessor"))
    let table = String(decoding: try scratch.bytes(of: "t.csv"), as: UTF8.self)
    #expect(table.split(separator: "\r\n").count == 3 && table.contains("psnr_0"))
    let page = String(decoding: try scratch.bytes(of: "r.html"), as: UTF8.self)
    #expect(page.contains("href=\"./ref/deep/b.png\"") && page.contains("data:image/jpeg;base64,"))
  }

  @Test func whatWasMeasuredIsNotMeasuredAgain() async throws {
    let scratch = try Scratch()
    let reference = try Self.reference(scratch)
    let records = scratch("r.jsonl")
    let arguments = ["evaluate", "--reference", reference, "--records", records, "--qualities"]
    #expect(try await Tool.run(Tool.path, arguments + ["10,60"]).status == 0)
    let whole = try scratch.bytes(of: "r.jsonl")
    // As a run leaves it that was killed in the middle of its third image.
    let ends = whole.indices.filter { whole[$0] == 10 }
    try scratch.write(Array(whole[...(ends[2] + 30)]), to: "r.jsonl")
    let second = try await Tool.run(Tool.path, arguments + ["10,60", "--resume"])
    #expect(second.status == 0, "\(second.error)")
    let after = try scratch.bytes(of: "r.jsonl")
    #expect(after.starts(with: whole[...ends[2]]))
    let kinds = try Self.objects(after).map { $0["kind"] as? String }
    #expect(kinds == ["run"] + Array(repeating: "evaluation", count: 4) + ["end"])
    let other = try await Tool.run(Tool.path, arguments + ["20", "--resume"])
    #expect(other.status == 64 && other.error.contains("other options"))
  }

  @Test func exitsForKnownQualitiesCanBeChosenByOtherPictures() async throws {
    let scratch = try Scratch()
    let reference = try Self.reference(scratch, ["a.png"])
    func measure(_ options: String...) async throws -> (status: Int32, text: String, error: String) {
      let result = try await Tool.run(Tool.path, ["evaluate", "--reference", reference] + options)
      return (result.status, result.text, result.error)
    }
    #expect(try await measure("--qualities", "10,60", "--records", scratch("r.jsonl")).status == 0)
    // Chosen by the same pictures, it is what it is without the option.
    let own = try await measure("--qualities", "10,60")
    let same = try await measure("--qualities", "10,60", "--known-from", scratch("r.jsonl"))
    func known(_ text: String) -> Substring? { text.split(separator: "\n").first { $0.contains("known quality") } }
    #expect(same.status == 0 && known(own.text) != nil && known(same.text) == known(own.text), "\(same.error)")

    // Pictures that every exit harms say that nothing is to be enhanced.
    let lines = String(decoding: try scratch.bytes(of: "r.jsonl"), as: UTF8.self)
    let harmed = lines.replacing(/"psnr":\[([0-9.]+)[^\]]*\]/) { "\"psnr\":[\($0.1),1,1,1,1]" }
    try scratch.write(Array(harmed.utf8), to: "harmed.jsonl")
    let none = try await measure("--qualities", "10,60", "--known-from", scratch("harmed.jsonl"))
    #expect(none.status == 0 && known(none.text)?.contains("+0.000") == true, "\(none.error)")

    let lacking = try await measure("--qualities", "10,20", "--known-from", scratch("r.jsonl"))
    #expect(lacking.status == 64 && lacking.error.contains("holds no picture of quality 20"), "\(lacking.error)")
    let other = try await measure("--qualities", "10", "--as-png", "--known-from", scratch("r.jsonl"))
    #expect(other.status == 64 && other.error.contains("--as-png"), "\(other.error)")
    let degraded = try await measure("--degraded", scratch("ref"), "--known-from", scratch("r.jsonl"))
    #expect(degraded.status == 64 && degraded.error.contains("--known-from"), "\(degraded.error)")
  }

  @Test func degradedFilesArePairedByPath() async throws {
    let scratch = try Scratch()
    let reference = try Self.reference(scratch)
    try scratch.write(TestImages.jpeg(quality: 12), to: "low/a.jpg")
    try scratch.write(TestImages.jpeg(quality: 12), to: "low/c.jpg")
    let result = try await Tool.run("evaluate", "--reference", reference, "--degraded", scratch("low"), "--json")
    #expect(result.status == 0)
    let records = try Self.objects(result.output)
    #expect(records.count == 3 && records[1]["degraded"] as? String == "a.jpg")
    #expect(result.error.contains("deep/b.png") && result.error.contains("c.jpg"))
  }

  /// Every command shows the same kind of line, and none with `--quiet`.
  @Test(arguments: ["", "-q"]) func terminalsGetALineThatFits(option: String) async throws {
    let scratch = try Scratch()
    for index in 0..<4 { try scratch.write(TestImages.png(scale: 8), to: "ref/a rather long name \(index).png") }
    let command = """
      stty cols 60; env -u NO_COLOR TERM=xterm \
      '\(Tool.path)' evaluate --reference '\(scratch("ref"))' --jobs 1 \(option) >/dev/null
      """
    let result = try await Tool.run("/usr/bin/script", ["-qec", command, "/dev/null"])
    #expect(result.status == 0)
    #expect(result.text.contains("/16 measurements  ") == option.isEmpty)
    for line in result.text.split(separator: "\r") where line.contains("measurements") {
      #expect(line.count < 60 + "\u{1B}[K".count, "\(line)")
    }
  }

  @Test func aBrokenReferenceIsAFailureAmongOthers() async throws {
    let scratch = try Scratch()
    let reference = try Self.reference(scratch)
    try scratch.write(Array(try TestImages.png().prefix(200)), to: "ref/broken.png")
    let result = try await Tool.run("evaluate", "--reference", reference, "--qualities", "10")
    #expect(result.status == 1)
    #expect(result.error.contains("broken.png") && result.text.contains("2 images"))
  }

  @Test(arguments: [
    ["--qualities", "0"], ["--qualities", "10,10"], ["--policy", "fixed"], ["--resume"], ["--report", "x.doc"],
  ])
  func whatHasNoMeaningIsRefused(options: [String]) async throws {
    let scratch = try Scratch()
    let result = try await Tool.run(
      Tool.path, ["evaluate", "--reference", try Self.reference(scratch)] + options)
    #expect(result.status == 64)
  }
}

@Suite struct ReportTests {
  @Test(arguments: ["html", "md", "csv"]) func aRunBecomesAReport(format: String) async throws {
    let scratch = try Scratch()
    try scratch.write(TestImages.jpeg(quality: 10), to: "in/<b>&'.jpg")
    try scratch.write([], to: "in/empty.jpg")
    let run = try await Tool.run(
      "enhance", scratch("in"), "-o", scratch("out"), "--exit", "1", "--records", scratch("r.jsonl"), "--report",
      scratch("direct." + format))
    #expect(run.status == 1)
    let later = try await Tool.run(
      "report", scratch("r.jsonl"), "-o", scratch("later." + format), "--images", scratch("in"))
    #expect(later.status == 0, "\(later.error)")
    for name in ["direct.", "later."] {
      let text = String(decoding: try scratch.bytes(of: name + format), as: UTF8.self)
      #expect(text.contains("empty.jpg"))
      switch format {
      case "html":
        #expect(text.contains("&lt;b&gt;&amp;&#39;.jpg") && !text.contains("<b>&"))
        #expect(text.contains("class=\"after\"") && text.contains("href=\"./in/%3Cb%3E%26%27.jpg\""))
      case "md": #expect(text.contains("## Time by stage") && !text.contains("<b>"))
      default: #expect(text.contains("ms_infer_0"))
      }
    }
  }

  @Test func whatIsNoRecordIsRefused() async throws {
    let scratch = try Scratch()
    try scratch.write(Array("hello\n".utf8), to: "r.jsonl")
    let result = try await Tool.run("report", scratch("r.jsonl"), "-o", scratch("r.html"))
    #expect(result.status == 65 && result.error.contains("line 1"))
    #expect(try !scratch.names().contains("r.html"))
  }
}

@Suite struct BenchTests {
  @Test func whatCannotBeTimedIsToldOf() async throws {
    let scratch = try Scratch()
    let good = try scratch.write(TestImages.jpeg(), to: "good.jpg")
    let cut = try scratch.write(Array(TestImages.jpeg().dropLast(200)), to: "cut.jpg")
    let both = try await Tool.run("bench", good, cut, "--repeat", "1", "--warm-up", "0")
    #expect(both.status == 1 && both.error.contains("cut.jpg") && both.text.contains("1 image,"), "\(both.error)")
    #expect(both.error.components(separatedBy: "cut.jpg").count == 2)
    #expect(try await Tool.run("bench", cut, "--repeat", "1", "--warm-up", "0").status == 65)
    #expect(try await Tool.run("bench", good, scratch("missing.jpg"), "--repeat", "1", "--warm-up", "0").status == 1)
    #expect(try await Tool.run("bench", scratch("missing.jpg")).status == 74)
  }

  @Test func imagesOfOneNameAreTimedApart() async throws {
    let scratch = try Scratch()
    let files = try ["a/img.jpg", "b/img.jpg"].map { try scratch.write(TestImages.jpeg(), to: $0) }
    let result = try await Tool.run("bench", files[0], files[1])
    #expect(result.status == 64 && result.error.contains("time them in separate runs"), "\(result.error)")
  }

  @Test func whatCannotBeMeasuredChangesTheStatus() async throws {
    let scratch = try Scratch()
    try scratch.write(TestImages.png(), to: "mixed/good.png")
    try scratch.write([], to: "mixed/empty.png")
    let result = try await Tool.run(
      "evaluate", "--reference", scratch("mixed"), "--qualities", "10", "--policy", "oracle")
    #expect(result.status == 1 && result.error.contains("empty.png"), "\(result.error)")
    let both = try await Tool.run(
      "evaluate", "--reference", scratch("mixed"), "--degraded", scratch("mixed"), "--qualities", "10")
    #expect(both.status == 64)
  }

  @Test func namesDoNotSteerTheTerminalFromTables() async throws {
    let scratch = try Scratch()
    try scratch.write(TestImages.png(), to: "odd/x\u{1b}[31mred.png")
    let result = try await Tool.run("evaluate", "--reference", scratch("odd"), "--qualities", "10", "--policy", "gate")
    #expect(result.status == 0 && !result.text.contains("\u{1b}") && result.text.contains("red.png"))
  }

  @Test func everyExitIsTimedAndRunsAreCompared() async throws {
    let scratch = try Scratch()
    let image = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    for name in ["a", "b"] {
      let result = try await Tool.run(
        "bench", image, "--repeat", "2", "--warm-up", "0", "--records", scratch(name + ".jsonl"))
      #expect(result.status == 0, "\(result.error)")
      for word in ["exit 1", "gate", "decode", "constrain", "MP/s", "peak memory", "p99"] {
        #expect(result.text.contains(word), "\(word)")
      }
    }
    let result = try await Tool.run("bench", "--compare", scratch("a.jsonl"), scratch("b.jsonl"))
    #expect(result.status == 0, "\(result.error)")
    #expect(result.text.contains("exit 1, infer ms") && result.text.contains("ratio"))
  }

  /// It lies somewhere else each time.
  @Test func theBuiltInPictureIsComparedWithItself() async throws {
    let scratch = try Scratch()
    for name in ["first", "second"] {
      let result = try await Tool.run(
        "bench", "--repeat", "1", "--warm-up", "0", "--records", scratch(name + ".jsonl"))
      #expect(result.status == 0)
    }
    let result = try await Tool.run("bench", "--compare", scratch("first.jsonl"), scratch("second.jsonl"))
    #expect(result.status == 0 && result.text.contains("exit 1"), "\(result.error)")
  }

  @Test func anEmptyFileHoldsNoRecords() async throws {
    let scratch = try Scratch()
    try scratch.write([], to: "empty.jsonl")
    let result = try await Tool.run("report", scratch("empty.jsonl"), "-o", scratch("r.html"))
    #expect(result.status == 65 && result.error.contains("holds no records"))
    #expect(!FileManager.default.fileExists(atPath: scratch("r.html")))
  }

  @Test func runsWithNothingInCommonAreNotCompared() async throws {
    let scratch = try Scratch()
    for name in ["a", "b"] {
      let image = try scratch.write(TestImages.jpeg(), to: name + ".jpg")
      _ = try await Tool.run("enhance", image, "--records", scratch(name + ".jsonl"))
    }
    let result = try await Tool.run("bench", "--compare", scratch("a.jsonl"), scratch("b.jsonl"))
    #expect(result.status == 64 && result.error.contains("in common"))
  }
}
