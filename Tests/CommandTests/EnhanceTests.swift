import Foundation
import Imaging
import Reporting
import Testing

/// Files and directories on the command line.
@Suite struct EnhanceTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  @Test func aSingleFileGetsItsResultBesideIt() async throws {
    let input = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    let result = try await Tool.run("enhance", input)
    #expect(result.status == 0)
    #expect(result.output.isEmpty)
    #expect(try scratch.names() == ["a.enhanced.jpg", "a.jpg"])
    #expect(try scratch.bytes(of: "a.jpg") == TestImages.jpeg())
  }

  @Test func oneBrokenFileNeverStopsABatch() async throws {
    try scratch.write(TestImages.jpeg(), to: "in/a.jpg")
    try scratch.write(Array(TestImages.jpeg().prefix(300)), to: "in/b-truncated.jpg")
    try scratch.write([], to: "in/c-empty.jpg")
    try scratch.write(TestImages.png(), to: "in/d.png")
    try scratch.write(Array("notes".utf8), to: "in/notes.txt")
    let result = try await Tool.run("enhance", scratch("in"), "-o", scratch("out"), "--exit", "1")
    #expect(result.status == 1)
    #expect(result.error.contains("b-truncated.jpg") && result.error.contains("c-empty.jpg"))
    #expect(result.error.contains("2 enhanced") && result.error.contains("2 failed"))
    let outputs = try FileManager.default.contentsOfDirectory(atPath: scratch("out")).sorted()
    #expect(outputs == [".rbqe.jsonl", "a.jpg", "d.png"])
  }

  @Test func statusesTellWhatWentWrong() async throws {
    try scratch.write(Array("notes".utf8), to: "empty/notes.txt")
    let image = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    let text = try scratch.write(Array("text".utf8), to: "text.jpg")
    #expect(try await Tool.run("enhance", scratch("empty"), "-o", scratch("out")).status == 2)
    #expect(try await Tool.run("enhance").status == 64)
    #expect(try await Tool.run("enhance", image, "--exit", "99").status == 64)
    #expect(try await Tool.run("enhance", image, "--quality", "0").status == 64)
    #expect(try await Tool.run("enhance", scratch("empty")).status == 64)
    #expect(try await Tool.run("enhance", image, "-o", image, "--existing", "overwrite").status == 64)
    #expect(try await Tool.run("enhance", text).status == 65)
    #expect(try await Tool.run("enhance", image, "--max-pixels", "1000").status == 65)
    #expect(try await Tool.run("enhance", image, "-o", image + "/b.jpg").status == 73)
    #expect(try await Tool.run("enhance", scratch("missing.jpg")).status == 74)
    #expect(try await Tool.run("enhance", image, "--model", text).status == 65)
    #expect(try await Tool.run("enhance", image, "--model", scratch("missing.onnx")).status == 74)
    #expect(try scratch.bytes(of: "a.jpg") == TestImages.jpeg())
  }

  @Test func existingResultsAreSkippedUnlessAskedOtherwise() async throws {
    let input = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    let output = try scratch.write(Array("precious".utf8), to: "b.jpg")
    let skipped = try await Tool.run("enhance", input, "-o", output)
    #expect(skipped.status == 0 && skipped.error.contains("skipped"))
    #expect(try scratch.bytes(of: "b.jpg") == Array("precious".utf8))
    #expect(try await Tool.run("enhance", input, "-o", output, "--existing", "overwrite").status == 0)
    #expect(ImageFormat.detect(try scratch.bytes(of: "b.jpg")) == .jpeg)
  }

  @Test func recordsDescribeTheRunAndEachImage() async throws {
    try scratch.write(TestImages.jpeg(quality: 30), to: "in/a.jpg")
    try scratch.write([], to: "in/b.jpg")
    let result = try await Tool.run(
      "enhance", scratch("in"), "-o", scratch("out"), "--records", scratch("r.jsonl"), "--json", "--exit", "last")
    #expect(result.output == (try scratch.bytes(of: "r.jsonl")))
    let lines = result.text.split(separator: "\n").map { Data($0.utf8) }
    #expect(lines.count == 3)
    let run = try JSONDecoder().decode(RunRecord.self, from: lines[0])
    #expect(run.kind == "run" && run.modelHash.count == 64 && run.options["exit"] == "last")
    let images = try lines[1...].map { try JSONDecoder().decode(ImageRecord.self, from: $0) }
    #expect(images.map(\.status) == [.failed, .enhanced])
    let image = try #require(images.last)
    #expect(image.estimatedQuality == 30 && image.width == 40 && image.channels == 3 && image.sourceFormat == "jpeg")
    #expect(image.exit == image.exits && image.scoreBefore != nil && image.scoreAfter != nil)
    #expect(image.ms?.infer?.count == image.exits && (image.macsPerPixel ?? 0) > 0 && (image.cpuMs ?? 0) > 0)
  }

  @Test func theConstraintIsChosenAndRecorded() async throws {
    let input = try scratch.write(TestImages.jpeg(quality: 30), to: "a.jpg")
    func record(_ options: String...) async throws -> ImageRecord {
      let result = try await Tool.run(
        Tool.path,
        ["enhance", input, "-o", scratch("b.jpg"), "--existing", "overwrite", "--json", "--exit", "1"] + options)
      let line = try #require(result.text.split(separator: "\n").last)
      return try JSONDecoder().decode(ImageRecord.self, from: Data(line.utf8))
    }
    let auto = try await record()
    #expect(auto.constraint == "auto" && auto.constraintDropped == nil)
    #expect(auto.clamped != nil && (auto.coefficients ?? 0) > 0 && auto.ms?.constrain != nil)
    #expect(try await record("--constraint", "strict").constraint == "strict")
    let off = try await record("--no-constraint")
    #expect(off.constraint == nil && off.clamped == nil && off.ms?.constrain == nil)
    #expect(try await Tool.run("enhance", input, "--no-constraint", "--constraint", "strict").status == 64)
  }

  @Test func tilesLeaveWhereTheyLike() async throws {
    try scratch.write(TestImages.jpeg(quality: 30, scale: 15), to: "in/a.jpg")
    try scratch.write(TestImages.jpeg(quality: 10, scale: 10), to: "in/b.jpg")
    let options = ["enhance", scratch("in"), "--granularity", "tile", "--format", "png"]
    var results: [[UInt8]] = []
    for (name, more) in [("1", ["--jobs", "1", "--threads", "1"]), ("2", ["--threads", "3", "--max-memory", "700M"])] {
      let run = try await Tool.run(
        Tool.path, options + ["-o", scratch(name) + "/", "--records", scratch(name + ".jsonl")] + more)
      #expect(run.status == 0, "\(run.error)")
      results.append(try scratch.bytes(of: name + "/a.png") + scratch.bytes(of: name + "/b.png"))
    }
    #expect(results[0] == results[1])
    let lines = try scratch.bytes(of: "1.jsonl").split(separator: UInt8(ascii: "\n")).map { Data($0) }
    #expect(try JSONDecoder().decode(RunRecord.self, from: lines[0]).options["granularity"] == "tile")
    let record = try JSONDecoder().decode(ImageRecord.self, from: lines[1])
    let exits = try #require(record.tileExits)
    #expect(exits[0].count > 1 && exits.joined().max() == record.exit)
    #expect(record.tileGainEstimates?.joined().allSatisfy { $0.count == record.exits } == true)
    #expect((record.macsPerPixel ?? 0) > 0 && record.scoreAfter != nil)
  }

  @Test func tilesThatAreAllGoodAreCopied() async throws {
    let bytes = try TestImages.jpeg(quality: 95, scale: 15)
    let input = try scratch.write(bytes, to: "a.jpg")
    let result = try await Tool.run(
      "enhance", input, "-o", scratch("b.jpg"), "--granularity", "tile", "--threshold", "20", "--json")
    let line = try #require(result.text.split(separator: "\n").last)
    let record = try JSONDecoder().decode(ImageRecord.self, from: Data(line.utf8))
    #expect(
      record.status == .unchanged && record.exit == 0 && record.tileExits?.joined().allSatisfy { $0 == 0 } == true)
    #expect(try scratch.bytes(of: "b.jpg") == bytes)
  }

  @Test(arguments: [["--exit", "1"], ["--exit", "last"], ["--policy", "fixed"], ["--budget", "0.5"]])
  func whatTilesGiveNoMeaningIsRefused(options: [String]) async throws {
    let input = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    let result = try await Tool.run(Tool.path, ["enhance", input, "--granularity", "tile"] + options)
    #expect(result.status == 64 && result.error.contains("--granularity tile") && result.error.contains("leave"))
  }

  @Test func qualityCanMatchTheInput() async throws {
    let input = try scratch.write(TestImages.jpeg(quality: 37), to: "a.jpg")
    let options = ["--quality", "match", "--exit", "1"]
    #expect(try await Tool.run(Tool.path, ["enhance", input, "-o", scratch("b.jpg")] + options).status == 0)
    #expect(try ImageDecoder.inspect(scratch.bytes(of: "b.jpg")).jpeg?.estimatedQuality == 37)
    let plain = try scratch.write(TestImages.png(), to: "c.png")
    #expect(try await Tool.run(Tool.path, ["enhance", plain, "-o", scratch("d.jpg")] + options).status == 0)
    #expect(try ImageDecoder.inspect(scratch.bytes(of: "d.jpg")).jpeg?.estimatedQuality == 95)
    #expect(try await Tool.run("enhance", input, "--quality", "101").status == 64)
  }

  @Test(arguments: ["name with space.jpg", "Grüße 漢字.jpg", "line\nbreak.jpg", "-dash.jpg", "quote\"'.jpg"])
  func anyNameWorks(name: String) async throws {
    try scratch.write(TestImages.jpeg(), to: "in/" + name)
    #expect(try await Tool.run("enhance", scratch("in"), "-o", scratch("out"), "--exit", "1").status == 0)
    let outputs = try FileManager.default.contentsOfDirectory(atPath: scratch("out"))
    #expect(Set(outputs) == [".rbqe.jsonl", name])
  }

  @Test func metadataIsDroppedOnRequestEvenAtExitZero() async throws {
    var image = try ImageDecoder.decode(TestImages.jpeg())
    image.metadata.xmp = Array("<x:xmpmeta/>".utf8)
    let input = try scratch.write(
      ImageEncoder.encode(image, as: .jpeg(JPEGOptions()), metadata: .all), to: "a.jpg")
    for exit in ["0", "1"] {
      _ = try await Tool.run(
        "enhance", input, "-o", scratch("b.jpg"), "--metadata", "none", "--exit", exit, "--existing", "overwrite")
      let result = try ImageDecoder.decode(try scratch.bytes(of: "b.jpg"))
      #expect(result.metadata.xmp == nil)
      if exit == "0" {
        #expect(result.samples == (try ImageDecoder.decode(scratch.bytes(of: "a.jpg")).samples))
      }
    }
  }

  @Test func recordsNeverReplaceAnythingButRecords() async throws {
    let input = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    let result = try await Tool.run("enhance", input, "-o", scratch("b.jpg"), "--records", input)
    #expect(result.status == 73 && result.error.contains("--records"))
    #expect(try scratch.bytes(of: "a.jpg") == TestImages.jpeg())
    #expect(try scratch.names() == ["a.jpg"])
    for _ in 0..<2 {
      let again = try await Tool.run(
        "enhance", input, "-o", scratch("b.jpg"), "--records", scratch("r.jsonl"), "--existing", "overwrite")
      #expect(again.status == 0)
    }
  }

  @Test func whatGoesToAClosedStreamIsAnErrorAndGoesNowhereElse() async throws {
    let input = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    func run(_ options: String) async throws -> Tool.Result {
      try await Tool.run("/bin/sh", ["-c", "'\(Tool.path)' enhance --exit 1 \(options)"])
    }
    let image = try await run("'\(input)' -o - --records '\(scratch("r.jsonl"))' >&-")
    #expect(image.status == 74 && image.error.contains("standard output is closed"), "\(image.error)")
    #expect(try scratch.bytes(of: "r.jsonl").first == UInt8(ascii: "{"))
    #expect(try scratch.bytes(of: "r.jsonl").allSatisfy { $0 < 128 })
    let records = try await run("'\(input)' -o '\(scratch("b.jpg"))' --json >&-")
    #expect(records.status == 74 && records.error.contains("standard output"), "\(records.error)")
    #expect(ImageFormat.detect(try scratch.bytes(of: "b.jpg")) == .jpeg)
    #expect(try await run("- -o '\(scratch("c.jpg"))' <&-").status == 74)
    // Where nothing is said, nobody need listen.
    #expect(try await run("'\(input)' -o '\(scratch("d.jpg"))' <&- >&- 2>&-").status == 0)
  }

  @Test func devicesAndDirectoriesAreNeverReplaced() async throws {
    let input = try scratch.write(TestImages.jpeg(), to: "in/a.jpg")
    try scratch.write([], to: "out/a.jpg/inside")
    let result = try await Tool.run("enhance", scratch("in"), "-o", scratch("out"), "--existing", "overwrite")
    #expect(result.status == 64)
    #expect(try await Tool.run("enhance", input, "-o", "/dev/null", "--format", "png").status == 64)
    #expect(try await Tool.run("enhance", "-", "-o", "/dev/null", input: TestImages.jpeg()).status != 0)
  }

  @Test func theFormatOptionOverridesAnyExtension() async throws {
    let input = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    let result = try await Tool.run("enhance", input, "-o", scratch("b.picture"), "--format", "png")
    #expect(result.status == 0)
    #expect(ImageFormat.detect(try scratch.bytes(of: "b.picture")) == .png)
    #expect(try await Tool.run("enhance", input, "-o", scratch("c.picture")).status == 64)
  }

  @Test func optionsWithoutMeaningAreRefused() async throws {
    let input = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    for options in [
      ["--exit", "1", "--threshold", "1"], ["--exit", "1", "--policy", "assessor"], ["-o", ""],
      ["--format", "jpeg", "--depth", "16"], ["-o", scratch("b.jpg"), "--depth", "16"],
      ["--policy", "assessor", "--threshold", "7"], ["--threshold=-1"],
    ] {
      #expect(try await Tool.run(Tool.path, ["enhance", input] + options).status == 64, "\(options)")
    }
    #expect(try scratch.names() == ["a.jpg"])
  }

  @Test func depthIsForPNGResultsWhateverTheInputs() async throws {
    let input = try scratch.write(TestImages.png(), to: "a.png")
    let options = ["--format", "same", "--depth", "16", "--exit", "1"]
    #expect(try await Tool.run(Tool.path, ["enhance", input, "-o", scratch("b.png")] + options).status == 0)
    #expect(try ImageDecoder.inspect(scratch.bytes(of: "b.png")).bitDepth == .sixteen)
  }

  @Test(arguments: [
    ["--exit", "99"], ["--policy", "assessor", "--threshold", "7"], ["--quality", "0"], ["--strength", "2"],
  ])
  func wrongUsageLooksLikeAnyErrorAndShowsTheRightOne(options: [String]) async throws {
    let input = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    let result = try await Tool.run(Tool.path, ["enhance", input] + options)
    #expect(result.status == 64 && result.error.hasPrefix("error: "), "\(result.error)")
    #expect(result.error.contains("\nUsage: rbqe enhance ") && result.error.contains("'rbqe enhance --help'"))
  }

  @Test func strengthZeroLeavesTheFileAlone() async throws {
    let input = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    #expect(try await Tool.run("enhance", input, "-o", scratch("b.jpg"), "--strength", "0").status == 0)
    #expect(try scratch.bytes(of: "b.jpg") == TestImages.jpeg())
  }
}
