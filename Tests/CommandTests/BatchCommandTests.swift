import CExtendedAttributes
import Foundation
import Imaging
import Testing

/// What `rbqe enhance` does with many files.
@Suite struct BatchCommandTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write(TestImages.jpeg(), to: "in/a.jpg")
    try scratch.write(TestImages.png(), to: "in/deep/b.png")
  }

  private func files() throws -> [String] {
    let all = FileManager.default.enumerator(atPath: scratch.url.path)?.compactMap { $0 as? String } ?? []
    return all.filter { !$0.hasSuffix("deep") && $0 != "in" && $0 != "out" }.sorted()
  }

  private func enhance(_ arguments: String...) async throws -> Tool.Result {
    try await Tool.run(Tool.path, ["enhance", "--exit", "1"] + arguments)
  }

  @Test func aDryRunTellsThePlanAndCreatesNothing() async throws {
    let result = try await enhance(scratch("in"), "-o", scratch("out"), "--dry-run")
    #expect(result.status == 0)
    #expect(
      result.text == """
        enhance   \(scratch("in/a.jpg")) -> \(scratch("out/a.jpg"))
        enhance   \(scratch("in/deep/b.png")) -> \(scratch("out/deep/b.png"))

        """)
    #expect(try files() == ["in/a.jpg", "in/deep/b.png"])
    _ = try await enhance(scratch("in"), "-o", scratch("out"))
    let before = try files()
    let json = try await enhance(scratch("in"), "-o", scratch("out"), "--dry-run", "--json", "--resume")
    let actions = try json.text.split(separator: "\n").map {
      (try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])?["action"] as? String
    }
    #expect(actions == ["done", "done"])
    #expect(try files() == before)
  }

  @Test func aDryRunEndsAsTheRunWould() async throws {
    // What a header tells is known before: here more pixels than allowed, and a kind that isn't done.
    try scratch.write(TestImages.claiming(width: 1200, height: 1000), to: "in/large.jpg")
    var deep = try TestImages.jpeg()
    let frame = try #require(deep.indices.first { deep[$0...].starts(with: [0xFF, 0xC0]) })
    deep[frame + 4] = 12
    try scratch.write(deep, to: "in/deep/twelve.jpg")
    try scratch.write([], to: "in/empty.jpg")
    let dry = try await enhance(
      scratch("in"), "-o", scratch("out"), "--max-pixels", "1000000", "--dry-run", "--json")
    let plan = try dry.text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let failing = plan.filter { $0["action"] as? String == "fail" }
    #expect(plan.count == 5 && failing.count == 3 && failing.allSatisfy { $0["error"] is String })
    #expect(plan.count(where: { $0["action"] as? String == "enhance" }) == 2)
    #expect(dry.error.contains("would enhance 2 images") && dry.error.contains("12-bit"), "\(dry.error)")
    let text = try await enhance(scratch("in"), "-o", scratch("out"), "--dry-run")
    #expect(text.text.contains("fail      \(scratch("in/empty.jpg"))\n"))
    #expect(try files().count == 5)

    try scratch.write(Array("text".utf8), to: "text.jpg")
    for (input, status) in [
      ("in", 1), ("in/a.jpg", 0), ("in/deep/twelve.jpg", 65), ("text.jpg", 65), ("missing.jpg", 74),
    ] as [(String, Int32)] {
      let arguments = [scratch(input), "-o", scratch("ends") + "/"]
      #expect(try await Tool.run(Tool.path, ["enhance", "--dry-run"] + arguments).status == status, "\(input)")
      #expect(try await Tool.run(Tool.path, ["enhance", "--exit", "1"] + arguments).status == status, "\(input)")
    }
  }

  @Test func whatNoPatternLetsPassIsNoImage() async throws {
    let result = try await enhance(scratch("in/a.jpg"), "--include", "*.png")
    #expect(result.status == 2 && result.error.contains("--include"), "\(result.error)")
  }

  @Test func whatWasOnlyRewrittenInPlaceIsLookedAtAgain() async throws {
    let scratch = try Scratch()
    try scratch.write(TestImages.png(), to: "in/a.png")
    func run(_ options: String...) async throws -> String {
      try await Tool.run(Tool.path, ["enhance", scratch("in"), "--in-place"] + options).error
    }
    #expect(try await run("--exit", "0", "--depth", "16").contains("1 left alone"))
    #expect(try await run("--exit", "0", "--depth", "16").contains("1 skipped"))
    #expect(try await run("--exit", "1").contains("1 enhanced"))
    #expect(try await run("--exit", "2").contains("1 skipped"))
  }

  @Test func patternsOfOtherBytesAreRefused() async throws {
    let scratch = try Scratch()
    try scratch.write(TestImages.jpeg(), to: "in/a.jpg")
    for option in ["--exclude", "--include", "--name"] {
      let result = try await Tool.run(
        "/bin/sh",
        ["-c", "'\(Tool.path)' enhance '\(scratch("in"))' -o '\(scratch("out"))' \(option) \"$(printf 'x\\377.jpg')\""])
      #expect(result.status == 64 && result.error.contains("UTF-8"), "\(result.error)")
    }
  }

  @Test func streamsAreNoFiles() async throws {
    let scratch = try Scratch()
    let input = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
      let result = try await Tool.run("enhance", input, "-o", name, "--existing", "overwrite", "--exit", "1")
      #expect(result.status == 64 && result.error.contains("-o -"), "\(result.error)")
    }
  }

  @Test func aListOfZeroTerminatedPathsIsKnown() async throws {
    let scratch = try Scratch()
    let list = try scratch.write(Array("a.jpg\0b.jpg\0".utf8), to: "list")
    let result = try await Tool.run("enhance", "--files-from", list, "-o", scratch("out"))
    #expect(result.status == 64 && result.error.contains("-0"), "\(result.error)")
  }

  @Test func watchingNothingEndsAtOnce() async throws {
    for input in [scratch("im"), scratch("in/a.jpg")] {
      let result = try await enhance("--watch", input, "-o", scratch("out") + "/")
      #expect(result.status == 74 && result.error.contains("\(input): cannot list"), "\(result.error)")
    }
    #expect(try files() == ["in/a.jpg", "in/deep/b.png"])
  }

  @Test func inPlaceKeepsOriginalsAndRunsOnce() async throws {
    #expect(try await enhance(scratch("in"), "--in-place").status == 0)
    #expect(try scratch.bytes(of: "in/.rbqe-originals/a.jpg") == TestImages.jpeg())
    #expect(try scratch.bytes(of: "in/a.jpg") != TestImages.jpeg())
    let second = try await enhance(scratch("in"), "--in-place", "-v").error
    #expect(second.contains("2 skipped") && second.contains("a.jpg: skipped, it was enhanced before"), "\(second)")
  }

  @Test func listsComeFromFilesAndPipes() async throws {
    let list = "\(scratch("in/a.jpg"))\0\(scratch("in/deep/b.png"))\0"
    let result = try await Tool.run(
      "enhance", "--exit", "1", "--files-from", "-", "-0", "-o", scratch("out"), input: Array(list.utf8))
    #expect(result.status == 0)
    #expect(FileManager.default.fileExists(atPath: scratch("out") + scratch("in/deep/b.png")))
    try scratch.write(Array("\(scratch("in/a.jpg"))\n".utf8), to: "list")
    #expect(try await enhance("--files-from", scratch("list")).status == 0)
    #expect(try files().contains("in/a.enhanced.jpg"))
  }

  @Test func namesFollowTheTemplate() async throws {
    _ = try await enhance(scratch("in"), "-o", scratch("out"), "--name", "{dir}/{stem}-{model}.{ext}")
    #expect(try files().contains("out/deep/b-fast.png"))
    #expect(try await enhance(scratch("in"), "-o", scratch("out"), "--name", "{size}").status == 64)
  }

  @Test func templatesMayNameTheFormat() async throws {
    for format in ["jpeg", "same"] {
      let refused = try await enhance(
        scratch("in"), "-o", scratch("out"), "--name", "{stem}.png", "--format", format)
      #expect(refused.status == 64 && refused.error.contains("{ext}"), "\(refused.error)")
    }
    #expect(try await enhance(scratch("in"), "-o", scratch("out"), "--name", "{dir}/{stem}.png").status == 0)
    #expect(ImageFormat.detect(try scratch.bytes(of: "out/a.png")) == .png)
    #expect(ImageFormat.detect(try scratch.bytes(of: "out/deep/b.png")) == .png)
  }

  @Test func timesAreKeptOnRequest() async throws {
    let time = Date(timeIntervalSince1970: 1_000_000_000)
    try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: scratch("in/a.jpg"))
    _ = try await enhance(scratch("in/a.jpg"), "-o", scratch("out") + "/", "--preserve")
    let attributes = try FileManager.default.attributesOfItem(atPath: scratch("out/a.jpg"))
    #expect(attributes[.modificationDate] as? Date == time)
  }

  @Test func shardsTogetherDoEverythingOnce() async throws {
    for index in 0..<6 { try scratch.write(TestImages.jpeg(), to: "in/\(index).jpg") }
    for shard in ["1/2", "2/2"] {
      #expect(try await enhance(scratch("in"), "-o", scratch("out"), "--shard", shard, "--resume").status == 0)
    }
    let outputs = try files().filter { $0.hasPrefix("out/") }
    #expect(outputs.count == 8 + 2)
    #expect(outputs.contains("out/.rbqe-1-of-2.jsonl") && outputs.contains("out/.rbqe-2-of-2.jsonl"))
    let again = try await enhance(scratch("in"), "-o", scratch("out"), "--shard", "1/2", "--resume")
    #expect(again.status == 0 && !again.error.contains("enhanced"))
    #expect(try await enhance(scratch("in"), "-o", scratch("out"), "--shard", "3/2").status == 64)
  }

  @Test func memoryThatIsTooLittleIsRefusedWithTheFigure() async throws {
    let refused = try await enhance(scratch("in"), "-o", scratch("out"), "--max-memory", "10M")
    #expect(refused.status == 64 && refused.error.contains("give at least"))
    #expect(try files() == ["in/a.jpg", "in/deep/b.png"])
    #expect(try await enhance(scratch("in"), "-o", scratch("out"), "--max-memory", "1.5GiB").status == 0)
    #expect(try await enhance(scratch("in"), "-o", scratch("out"), "--max-memory", "much").status == 64)
  }

  /// Files of some hundred bytes whose headers claim pictures of hundreds of megapixels.
  @Test func claimsOfManyPixelsAreAnsweredAndTheBatchGoesOn() async throws {
    try scratch.write(TestImages.claiming(width: 16_000, height: 16_000), to: "in/memory.jpg")
    try scratch.write(Array(TestImages.claiming(width: 8000, height: 7500).dropLast(200)), to: "in/truncated.jpg")
    let result = try await enhance(scratch("in"), "-o", scratch("out"), "--max-memory", "1G")
    #expect(result.status == 1 && result.error.contains("2 enhanced") && result.error.contains("2 failed"))
    // What was refused is no work done.
    #expect(result.error.contains("\n0.0 megapixels in "), "\(result.error)")
    let refusal = /memory.jpg: enhancing it takes about \d+ MB, and \d+ may be used; raise --max-memory/
    #expect(result.error.contains(refusal), "\(result.error)")
    let truncation = "truncated.jpg: the JPEG file is truncated: it ends at row 16 of 7500; copy it again"
    #expect(result.error.contains(truncation), "\(result.error)")
    #expect(try files().filter { $0.hasPrefix("out/") } == ["out/.rbqe.jsonl", "out/a.jpg", "out/deep/b.png"])
  }

  @Test func optionsThatExcludeEachOtherAreRefused() async throws {
    let input = scratch("in/a.jpg")
    for options in [
      ["--in-place", "-o", scratch("out")], ["--no-backup"], ["--in-place", "--format", "png"],
      ["--in-place", "--existing", "overwrite"], ["--resume"], ["--shard", "1/2"], ["-0"],
      ["-o", scratch("b.jpg"), "--name", "{stem}"],
    ] {
      let result = try await Tool.run(Tool.path, ["enhance", input] + options)
      #expect(result.status == 64, "\(options)")
    }
    #expect(try files() == ["in/a.jpg", "in/deep/b.png"])
  }

  /// A redo that fails doesn't make another input of what was the result.
  @Test func resultsAmongTheirInputsStayResultsAfterAFailure() async throws {
    func run() async throws -> Int32 {
      try await enhance(scratch("in"), "-o", scratch("in"), "--name", "{stem}-e.{ext}", "--resume").status
    }
    #expect(try await run() == 0)
    let whole = try scratch.bytes(of: "in/a.jpg")
    try scratch.write(Array(whole.prefix(whole.count / 2)), to: "in/a.jpg")
    #expect(try await run() == 1)
    #expect(try await run() == 1)
    try scratch.write(whole, to: "in/a.jpg")
    #expect(try await run() == 0)
    #expect(try files().filter { $0.contains("-e-e") }.isEmpty)
  }

  @Test func aDryRunSeesWhatIsNoDirectory() async throws {
    for options in [[], ["--dry-run"]] {
      let result = try await Tool.run(
        Tool.path, ["enhance", scratch("in"), "-o", scratch("in/a.jpg") + "/out"] + options)
      #expect(result.status == 73 && result.error.contains("Not a directory"), "\(options)")
    }
  }

  /// What is private stays private, the directory that was named included.
  @Test func newDirectoriesAreNoMoreOpenThanTheirInputs() async throws {
    #expect(chmod(scratch("in"), 0o750) == 0)
    #expect(try await enhance(scratch("in"), "-o", scratch("new/out")).status == 0)
    let mode = try FileManager.default.attributesOfItem(atPath: scratch("new/out"))[.posixPermissions] as? Int
    #expect(mode.map { $0 & 0o027 } == 0)
  }

  @Test func rightsToActAsTheOwnerAreNotCopied() async throws {
    #expect(chmod(scratch("in/a.jpg"), 0o6755) == 0)
    #expect(try await enhance(scratch("in/a.jpg"), "-o", scratch("single") + "/").status == 0)
    let mode = try FileManager.default.attributesOfItem(atPath: scratch("single/a.jpg"))[.posixPermissions] as? Int
    #expect(mode.map { $0 & 0o7777 } == 0o755)
  }

  /// The status of a dry run is that of the run, also where records and reports can't be written.
  @Test func aDryRunSeesWhatCannotBeWritten() async throws {
    for options in [
      ["--records", scratch("in/a.jpg")], ["--records", scratch("missing/x.jsonl")],
      ["--report", scratch("missing/x.html")],
    ] {
      let run = try await Tool.run(Tool.path, ["enhance", scratch("in"), "-o", scratch("none")] + options)
      let dry = try await Tool.run(
        Tool.path, ["enhance", scratch("in"), "-o", scratch("none"), "--dry-run"] + options)
      #expect(run.status == 73 && dry.status == 73, "\(options): \(run.status), \(dry.status)")
    }
    #expect(!FileManager.default.fileExists(atPath: scratch("none")))
    let free = ["--records", scratch("r.jsonl"), "--report", scratch("r.html")]
    let dry = try await Tool.run(
      Tool.path, ["enhance", scratch("in"), "-o", scratch("none"), "--exit", "1", "--dry-run"] + free)
    #expect(dry.status == 0)
    #expect(!FileManager.default.fileExists(atPath: scratch("r.jsonl")))
    #expect(!FileManager.default.fileExists(atPath: scratch("r.html")))
  }

  @Test("A directory where nothing may be created is found by a dry run, too", .enabled(if: geteuid() != 0))
  func aDryRunSeesReadOnlyDirectories() async throws {
    try FileManager.default.createDirectory(atPath: scratch("closed"), withIntermediateDirectories: true)
    #expect(chmod(scratch("closed"), 0o500) == 0)
    defer { _ = chmod(scratch("closed"), 0o700) }
    for options in [[], ["--dry-run"]] {
      let result = try await Tool.run(
        Tool.path, ["enhance", scratch("in"), "-o", scratch("closed/out")] + options)
      #expect(result.status == 73)
    }
  }

  @Test(.enabled(if: Tool.canMount, "this machine allows no file system of its own"))
  func aFullDiskStopsTheRunAndCanBeResumed() async throws {
    for index in 0..<40 { try scratch.write(TestImages.jpeg(quality: 90), to: "in/\(index).jpg") }
    try scratch.write([], to: "small/here")
    let command = """
      mount -t tmpfs -o size=64k tmpfs '\(scratch("small"))' && cd '\(scratch("small"))' &&
      '\(Tool.path)' enhance '\(scratch("in"))' -o out --exit 1; echo $?
      find . -name '*.tmp'
      mount -o remount,size=10m '\(scratch("small"))'
      '\(Tool.path)' enhance '\(scratch("in"))' -o out --exit 1 --resume; echo $?
      find out -name '*.jpg' | wc -l
      """
    let result = try await Tool.run("/usr/bin/unshare", ["-rm", "sh", "-c", command])
    #expect(result.text == "74\n0\n41\n")
    #expect(result.error.contains("No space left") && result.error.contains("not done"))
  }

  @Test(arguments: [
    ("-u NO_COLOR TERM=xterm", true, true), ("-u NO_COLOR TERM=dumb", false, false),
    ("NO_COLOR=1 TERM=xterm", true, false),
  ])
  func terminalsGetWhatTheyCanShow(environment: String, redraws: Bool, colors: Bool) async throws {
    try scratch.write([], to: "in/empty.jpg")
    // Enough work to outlast the moment after which progress is first shown.
    for index in 0..<12 { try scratch.write(TestImages.jpeg(scale: 12), to: "in/\(index).jpg") }
    let command = """
      stty cols 60; env \(environment) \
      '\(Tool.path)' enhance '\(scratch("in"))' -o '\(scratch("out"))' --exit last --jobs 1 --threads 1
      """
    let result = try await Tool.run("/usr/bin/script", ["-qec", command, "/dev/null"])
    #expect(result.status == 1)
    #expect(result.text.contains("files  ") == redraws)
    #expect(result.text.contains("\u{1B}[31merror: ") == colors)
    for line in result.output.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      let text = String(decoding: line, as: UTF8.self)
      if text.contains("files  ") { #expect(text.count < 60 + "\u{1B}[K".count, "\(text)") }
    }
  }

  @Test("A file system without extended attributes costs a note", .enabled(if: Tool.canMount))
  func whatCannotBeCarriedIsToldToThoseWhoAsk() async throws {
    let input = try scratch.write(TestImages.jpeg(), to: "tagged/a.jpg")
    #if canImport(Darwin)
      let result = setxattr(input, "user.a", [1], 1, 0, 0)
    #else
      let result = setxattr(input, "user.a", [1], 1, 0)
    #endif
    // Where the temporary directory's file system has none, there is nothing to lose.
    guard result == 0 else { return }
    let command = """
      cd '\(scratch(""))' && mkdir out && mount -t ramfs ramfs out && \
      '\(Tool.path)' enhance tagged -o out --exit 1 --preserve -v; echo $?; ls out
      """
    let run = try await Tool.run("/usr/bin/unshare", ["-rm", "sh", "-c", command])
    #expect(run.text == "0\na.jpg\n")
    #expect(run.error.contains("a.jpg: extended attributes were left behind"))
  }

  #if os(Linux)
    /// Names are bytes; these two read the same, and neither is UTF-8.
    @Test func filesAreNamedByTheirBytes() async throws {
      try scratch.write(TestImages.jpeg(), to: "a.jpg")
      let command = """
        cd '\(scratch(""))' && first=$(printf 'p\\377.jpg') && second=$(printf 'p\\376.jpg') && out=$(printf 'o\\375')
        mv a.jpg "$first" && cp "$first" "$second"
        '\(Tool.path)' enhance "$first" "$second" -o "$out/" --exit 1 -q; echo $?
        '\(Tool.path)' assess "$second" --json | wc -l
        '\(Tool.path)' enhance "$first" --output="$out/b.jpg" --exit 1 -q; echo $?
        ls "$out" | od -An -c | tr -d ' \\n'
        """
      let run = try await Tool.run("/bin/sh", ["-c", command])
      #expect(run.text == "0\n1\n0\nb.jpg\\np376.jpg\\np377.jpg\\n", "\(run.text) \(run.error)")
    }

    /// Where nothing tells which of two such names is meant, neither file may be written.
    @Test func namesThatReadAlikeAreNotMixedUp() async throws {
      try scratch.write(TestImages.jpeg(), to: "a.jpg")
      let command = """
        cd '\(scratch(""))' && first=$(printf 'p\\377.jpg') && second=$(printf 'p\\376.jpg')
        cp a.jpg "$first" && cp a.jpg "$second"
        '\(Tool.path)' enhance "$first" --records "$second" --exit 1 -q; [ $? -ne 0 ] && echo refused
        cmp a.jpg "$first" && cmp a.jpg "$second" && echo whole
        """
      let run = try await Tool.run("/bin/sh", ["-c", command])
      #expect(run.text == "refused\nwhole\n", "\(run.text) \(run.error)")
    }
  #endif
}
