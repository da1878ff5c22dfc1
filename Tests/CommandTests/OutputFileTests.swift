import Foundation
import Testing

/// Records, reports and tables: what they replace, what they keep, and what goes wrong with them.
@Suite struct OutputFileTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write(TestImages.jpeg(), to: "in/a.jpg")
  }

  private func enhance(_ options: String...) async throws -> Tool.Result {
    try await Tool.run(Tool.path, ["enhance", scratch("in"), "-o", scratch("out"), "--exit", "1"] + options)
  }

  private func evaluate(_ options: String...) async throws -> Tool.Result {
    try scratch.write(TestImages.png(), to: "ref/a.png")
    return try await Tool.run(
      Tool.path, ["evaluate", "--reference", scratch("ref"), "--qualities", "10", "--policy", "oracle"] + options)
  }

  private func kinds(_ name: String) throws -> [String?] {
    try scratch.bytes(of: name).split(separator: 10).map {
      (try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])?["kind"] as? String
    }
  }

  @Test func recordsNeverReplaceAJournal() async throws {
    #expect(try await enhance().status == 0)
    let journal = try scratch.bytes(of: "out/.rbqe.jsonl")
    for name in ["out/.rbqe.jsonl", ".rbqe-1-of-2.jsonl"] {
      for result in [
        try await enhance("--records", scratch(name)), try await enhance("--records", scratch(name), "--resume"),
        try await evaluate("--records", scratch(name)),
      ] {
        #expect(result.status == 64 && result.error.contains("name of a journal"), "\(result.error)")
      }
    }
    #expect(try scratch.bytes(of: "out/.rbqe.jsonl") == journal)
    #expect(try !scratch.names().contains(".rbqe-1-of-2.jsonl"))
  }

  @Test func recordsReplaceNoFileThatBeginsWithAnEmptyLine() async throws {
    let notes = Array("\nprecious notes\n".utf8)
    try scratch.write(notes, to: "notes.txt")
    for result in [
      try await enhance("--records", scratch("notes.txt")), try await evaluate("--records", scratch("notes.txt")),
    ] {
      #expect(result.status == 73, "\(result.error)")
    }
    #expect(try scratch.bytes(of: "notes.txt") == notes)
    try scratch.write([], to: "empty.txt")
    #expect(try await enhance("--records", scratch("empty.txt")).status == 0)
  }

  @Test func noTwoThingsAreWrittenToOneFile() async throws {
    for result in [
      try await enhance("--records", scratch("x.md"), "--report", scratch("in/../x.md")),
      try await enhance("--records", scratch("out/a.jpg")),
      try await evaluate("--csv", scratch("x.csv"), "--records", scratch("x.csv")),
      try await evaluate("--csv", scratch("x.csv"), "--report", scratch("x.csv")),
    ] {
      #expect(result.status == 64, "\(result.error)")
    }
    #expect(try scratch.names().filter { $0.hasPrefix("x.") }.isEmpty)
  }

  @Test func recordsOfAPipeAreNotItsResult() async throws {
    let input = try TestImages.jpeg()
    for options in [["--records", scratch("x.jpg")], ["--records", scratch("x.jpg"), "--existing", "overwrite"]] {
      let result = try await Tool.run(
        Tool.path, ["enhance", "-", "-o", scratch("x.jpg"), "--exit", "1"] + options, input: input)
      #expect(result.status == 64, "\(result.error)")
    }
    #expect(try !scratch.names().contains("x.jpg"))
  }

  private func references(in report: String) throws -> [String] {
    String(decoding: try scratch.bytes(of: report), as: UTF8.self).split(separator: "href=\"").dropFirst()
      .compactMap { $0.split(separator: "\"").first.map(String.init) }.filter { $0.hasSuffix(".jpg") }
  }

  @Test func reportsOfRunsInPlaceShowWhatWasThere() async throws {
    try scratch.write(TestImages.jpeg(), to: "bare/b.jpg")
    func report(_ directory: String, _ options: String...) async throws -> String {
      let result = try await Tool.run(
        Tool.path,
        [
          "enhance", scratch(directory), "--in-place", "--exit", "1", "--report", scratch("\(directory).html"),
          "--records", scratch("\(directory).jsonl"),
        ] + options)
      #expect(result.status == 0, "\(result.error)")
      return String(decoding: try scratch.bytes(of: "\(directory).html"), as: UTF8.self)
    }
    #expect(try await !report("in").contains("Nothing was changed"))
    #expect(try references(in: "in.html") == ["in/.rbqe-originals/a.jpg", "in/a.jpg"].map { "./" + $0 })
    let later = try await Tool.run("report", scratch("in.jsonl"), "-o", scratch("later.html"))
    #expect(later.status == 0)
    #expect(try references(in: "later.html") == references(in: "in.html"))
    // An earlier run did it, and there is nothing to compare with.
    let again = try await report("in")
    #expect(!again.contains("Nothing was changed") && again.contains("took the place of the input"))
    let bare = try await report("bare", "--no-backup")
    #expect(!bare.contains("Nothing was changed") && bare.contains("took the place of the input"))
  }

  /// A file of the same name in the working directory has nothing to do with it.
  @Test func reportsLinkToTheirOwnPicturesWhereverTheyLie() async throws {
    try scratch.write(TestImages.png(), to: "a.jpg")
    try scratch.write([], to: "reports/x")
    let result = try await Tool.run(
      "/bin/sh",
      [
        "-c",
        "cd '\(scratch("."))' && '\(Tool.path)' enhance in -o out --exit 1 --report '\(scratch("reports/r.html"))'",
      ])
    #expect(result.status == 0, "\(result.error)")
    #expect(try references(in: "reports/r.html") == ["../in/a.jpg", "../out/a.jpg"])
  }

  @Test func tornRecordsAreToldOf() async throws {
    #expect(try await enhance("--records", scratch("r.jsonl")).status == 0)
    try scratch.write(scratch.bytes(of: "r.jsonl").dropLast(20), to: "torn.jsonl")
    let result = try await Tool.run("report", scratch("torn.jsonl"), "-o", scratch("t.md"))
    #expect(result.status == 0 && result.error.contains("line 2 was cut off"), "\(result.error)")
  }

  @Test func aRunThatIsResumedLosesNoRecords() async throws {
    #expect(try await enhance("--records", scratch("r.jsonl")).status == 0)
    let whole = try scratch.bytes(of: "r.jsonl")
    // As a run leaves it that was killed while it wrote a line.
    try scratch.write(whole + whole.prefix(30), to: "r.jsonl")
    try scratch.write(TestImages.jpeg(quality: 40), to: "in/b.jpg")
    #expect(try await enhance("--records", scratch("r.jsonl"), "--resume").status == 0)
    #expect(try scratch.bytes(of: "r.jsonl").starts(with: whole))
    #expect(try kinds("r.jsonl") == ["run", "image", "run", "image", "image"])
    let report = try await Tool.run("report", scratch("r.jsonl"), "-o", scratch("r.csv"))
    #expect(report.status == 0, "\(report.error)")
    // Otherwise a run begins anew.
    #expect(try await enhance("--records", scratch("r.jsonl")).status == 0)
    #expect(try kinds("r.jsonl") == ["run", "image", "image"])
  }

  @Test func standardOutputIsNoNameOfAFile() async throws {
    let records = try await enhance("--records", "-")
    #expect(records.status == 64 && records.error.contains("--json"), "\(records.error)")
    let table = try await evaluate("--csv", "-")
    #expect(table.status == 64 && table.output.isEmpty, "\(table.error)")
  }

  @Test func reportsNeverReplaceAnythingElse() async throws {
    try scratch.write(Array(#"{"v":1,"kind":"image","path":"a.jpg","status":"failed"}"#.utf8) + [10], to: "r.jsonl")
    let photo = try TestImages.jpeg()
    let others = [("a.html", photo), ("b.md", Array("# Notes\n".utf8)), ("c.csv", Array("name,size\n".utf8))]
    for (name, content) in others {
      let path = try scratch.write(content, to: name)
      for result in [
        try await enhance("--report", path, "--records", scratch("new.jsonl")), try await evaluate("--csv", path),
        try await Tool.run("report", scratch("r.jsonl"), "-o", path),
      ] {
        #expect(result.status == 73 && result.error.contains("remove this one"), "\(result.error)")
        #expect(result.error.contains(path) && result.error.contains("a JPEG picture") == (content == photo))
      }
      #expect(try scratch.bytes(of: name) == content)
    }
    // All that was before any work.
    #expect(try scratch.names() == ["a.html", "b.md", "c.csv", "in", "r.jsonl", "ref"])
  }

  @Test(arguments: ["html", "md", "csv"]) func reportsReplaceReports(format: String) async throws {
    let path = try scratch.write([], to: "deep/r.\(format)")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    try FileManager.default.createSymbolicLink(atPath: scratch("r.\(format)"), withDestinationPath: path)
    for _ in 0..<2 {
      let result = try await enhance("--report", scratch("r.\(format)"))
      #expect(result.status == 0, "\(result.error)")
      #expect(try !scratch.bytes(of: "deep/r.\(format)").isEmpty)
    }
    // A link stays one, permissions stay, and nothing else appears.
    let directory = try FileManager.default.contentsOfDirectory(atPath: scratch("deep"))
    #expect(directory == ["r.\(format)"])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch("r.\(format)")) == path)
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
  }

  @Test func whereNoReportCanBeMadeNoWorkIsDone() async throws {
    for path in [scratch("missing/r.html"), scratch("in/a.jpg/r.html")] {
      let result = try await enhance("--report", path)
      #expect(result.status == 73 && result.error.contains(path), "\(result.error)")
    }
    #expect(try scratch.names() == ["in"])
  }

  #if os(Linux)
    @Test func recordsThatCannotBeWrittenKeepNothingElseFromBeingSaid() async throws {
      let result = try await enhance("--records", "/dev/full", "--report", scratch("r.html"))
      #expect(result.status == 74)
      #expect(result.error.contains("/dev/full: cannot write the records") && result.error.contains("1 enhanced"))
      #expect(try String(decoding: scratch.bytes(of: "r.html"), as: UTF8.self).contains("</html>"))
    }

    @Test func aTableThatCannotBeWrittenKeepsNothingElseFromBeingSaid() async throws {
      let result = try await evaluate("--csv", "/dev/full", "--records", scratch("r.jsonl"))
      #expect(result.status == 74 && result.error.contains("/dev/full"), "\(result.error)")
      #expect(result.text.contains("JPEG quality 10"))
      #expect(try kinds("r.jsonl") == ["run", "evaluation", "end"])
    }
  #endif

  @Test func journalsCanBeReportedEvenAfterACrash() async throws {
    try scratch.write(TestImages.jpeg(quality: 40), to: "in/b.jpg")
    func report() async throws -> Tool.Result {
      try await Tool.run("report", scratch("out/.rbqe.jsonl"), "-o", scratch("r.csv"))
    }
    #expect(try await enhance().status == 0)
    let whole = try await report()
    #expect(whole.status == 0 && whole.error.isEmpty, "\(whole.error)")
    // The end of the run is gone, and the last record is cut.
    try scratch.write(Array(scratch.bytes(of: "out/.rbqe.jsonl").dropLast(200)), to: "out/.rbqe.jsonl")
    #expect(try await enhance("--resume").status == 0)
    let cut = try await report()
    #expect(cut.status == 0 && cut.error.contains("was cut off"), "\(cut.error)")
    let table = String(decoding: try scratch.bytes(of: "r.csv"), as: UTF8.self)
    // The line that was cut was the last one's, whichever that was.
    #expect(table.contains("a.jpg") != table.contains("b.jpg"))
  }

  @Test func recordsThatAreNotThereAreNamed() async throws {
    let result = try await Tool.run("report", scratch("nope.jsonl"), "-o", scratch("r.html"))
    #expect(result.status == 74 && result.error.contains(scratch("nope.jsonl") + ": cannot read"), "\(result.error)")
    #expect(try scratch.names() == ["in"])
  }
}
