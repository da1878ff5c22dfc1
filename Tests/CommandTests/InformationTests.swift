import Foundation
import Imaging
import Testing

/// Commands that only tell.
@Suite struct InformationTests {
  @Test func assessPrintsATable() async throws {
    let scratch = try Scratch()
    let input = try scratch.write(TestImages.jpeg(quality: 37), to: "a.jpg")
    let result = try await Tool.run("assess", input)
    #expect(result.status == 0)
    let rows = result.text.split(separator: "\n")
    #expect(rows.count == 3)
    #expect(rows[1].contains(" 37 ") && rows[1].contains("4:4:4") && rows[1].hasSuffix(input))
    #expect(rows[2].contains("because"))
  }

  /// Two megapixels and more: after the first stage the exit is forecast.
  @Test func assessTellsWhatIsForecast() async throws {
    let scratch = try Scratch()
    let photograph = try TestImages.photograph()
    let planes = photograph.planes().map { plane in
      let places = (0..<1500 * 1400).map { $0 / 1500 % plane.height * plane.width + $0 % 1500 % plane.width }
      return Plane(width: 1500, height: 1400, samples: places.map { plane.samples[$0] })
    }
    let large = try ImageEncoder.encode(
      Image(planes: planes, colorModel: .ycbcr), as: .jpeg(JPEGOptions(quality: 10, sampling: .s420)))
    let result = try await Tool.run("assess", try scratch.write(large, to: "a.jpg"))
    #expect(result.text.contains("after exit 1 the gate expected enough of the rest, and exit "), "\(result.text)")
  }

  /// Of a fine file the gate may expect something, and compressing it again takes it away.
  @Test func assessTellsWhatCompressingAgainLoses() async throws {
    let scratch = try Scratch()
    let fine = try ImageEncoder.encode(TestImages.photograph(), as: .jpeg(JPEGOptions(quality: 99, sampling: .s444)))
    let result = try await Tool.run("assess", try scratch.write(fine, to: "a.jpg"))
    #expect(result.text.contains("for compressing the result again: too little to go on"), "\(result.text)")
    let lossless = try await Tool.run("assess", "-", input: TestImages.png())
    #expect(!lossless.text.contains("compressing"), "\(lossless.text)")
  }

  @Test func assessPrintsJSON() async throws {
    let result = try await Tool.run(
      "assess", "-", "--json", "--variant", "paper", "--block", "4", input: TestImages.png())
    let object = try #require(try JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any])
    #expect(object["v"] as? Int == 1)
    #expect(object["estimated_quality"] == nil)
    #expect(object["compressed_before"] as? Bool == false && object["reason"] is String)
    let score = try #require(object["score"] as? Double)
    #expect((0...1).contains(score))
  }

  @Test func assessTellsWhatAFileWentThrough() async throws {
    let original = try TestImages.photograph()
    func jpeg(_ image: Image, _ quality: Int) throws -> [UInt8] {
      try ImageEncoder.encode(image, as: .jpeg(JPEGOptions(quality: quality, sampling: .s420)))
    }
    let once = try jpeg(original, 30)
    // One step of the luma table is another.
    var strange = once
    let table = try #require(strange.indices.first { strange[$0...].starts(with: [0xFF, 0xDB]) })
    strange[table + 5] += 7
    let files = [
      "grey": try jpeg(Image(planes: [original.planes()[0]], colorModel: .gray), 60), "once": once, "strange": strange,
      "twice": try jpeg(try ImageDecoder.decode(once).converted(to: .png), 92),
    ]
    let scratch = try Scratch()
    var found: [String: [String: Any]] = [:]
    for (name, bytes) in files {
      let result = try await Tool.run("assess", "--json", try scratch.write(bytes, to: "\(name).jpg"))
      found[name] = try JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any]
      let table = try await Tool.run("assess", scratch("\(name).jpg")).text
      #expect(table.contains("non-std. 30") == (name == "strange") && table.contains(" grey ") == (name == "grey"))
      #expect(table.contains("about ") == (name == "twice"))
    }
    #expect(found["grey"]?["estimated_quality"] as? Int == 60 && found["grey"]?["sampling"] as? String == "grey")
    #expect(found["once"]?["compressed_before"] as? Bool == false && found["once"]?["sampling"] as? String == "4:2:0")
    #expect(found["strange"]?["standard_tables"] as? Bool == false)
    let png = try ImageEncoder.encode(
      try ImageDecoder.decode(once).converted(to: .png), as: .png(PNGOptions(level: 1)))
    let text = try await Tool.run("assess", try scratch.write(png, to: "once.png")).text
    #expect(text.contains(" found 30 "))
    let earlier = try #require(found["twice"]?["earlier_quality"] as? Int)
    #expect(abs(earlier - 30) <= 3 && found["twice"]?["estimated_quality"] as? Int == 92)
  }

  @Test func assessGoesOnAfterABrokenFile() async throws {
    let scratch = try Scratch()
    try scratch.write([], to: "a.jpg")
    try scratch.write(TestImages.png(), to: "b.png")
    let result = try await Tool.run("assess", scratch.url.path)
    #expect(result.text.contains("b.png") && result.error.contains("a.jpg"))
    #expect(result.status == 1)
  }

  @Test func doctorNamesEverythingThatMatters() async throws {
    let result = try await Tool.run("doctor")
    #expect(result.status == 0)
    // Multiply-accumulates a pixel of the shipped network and its gates, as docs/model.md has them.
    #expect(result.text.contains("each exit alone: 18993 71805 106821 145221\n"))
    #expect(result.text.contains("gates up to each: 180 18481 71037 106085\n"))
    #expect(result.text.components(separatedBy: "runs on the fast engine").count == 3)
    for word in ["processor", "libjpeg", "libpng", "OpenBLAS", "model fast", "sha256"] {
      #expect(result.text.contains(word), "\(word)")
    }
  }

  @Test func doctorTellsWhichInstructionSetTheEnvironmentGot() async throws {
    func doctor(_ wish: String) async throws -> String {
      try await Tool.run("/usr/bin/env", ["RBQE_CPU=\(wish)", Tool.path, "doctor"]).text
    }
    let missing = "is not one of what this processor has"
    let scalar = try await doctor("scalar")
    #expect(scalar.contains("scalar") && !scalar.contains(missing))
    let strange = try await doctor("6502")
    #expect(strange.contains("RBQE_CPU=6502 \(missing)"))
    #expect(!(try await doctor("").contains(missing)))
  }

  @Test func aWishThatIsNotFollowedIsToldOnce() async throws {
    let scratch = try Scratch()
    let input = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    func errors(_ arguments: String...) async throws -> String {
      try await Tool.run("/usr/bin/env", ["RBQE_CPU=6502", Tool.path] + arguments).error
    }
    let warning = "warning: RBQE_CPU=6502 is not one of what this processor has"
    for text in [try await errors("enhance", input), try await errors("assess", input), try await errors("doctor")] {
      #expect(text.components(separatedBy: warning).count == 2, "\(text)")
    }
    #expect(try await errors("enhance", input, "-o", scratch("b.jpg"), "-q").isEmpty)
  }

  @Test(arguments: ["enhance", "assess", "evaluate", "bench", "report", "doctor"]) func helpIsAsRecorded(
    command: String
  ) async throws {
    let result = try await Tool.run("help", command)
    let snapshot = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots/\(command).txt")
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
      try Data(result.output).write(to: snapshot)
    }
    #expect(result.text == (try String(contentsOf: snapshot, encoding: .utf8)))
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func completionsAreThere(shell: String) async throws {
    let result = try await Tool.run("--generate-completion-script", shell)
    // Names of files are what is typed most.
    let files = ["bash": "_add_completions -f", "zsh": "_files", "fish": "-F"][shell] ?? ""
    #expect(result.text.contains(files), "\(shell)")
    #expect(result.status == 0 && result.text.contains("enhance"))
  }
}
