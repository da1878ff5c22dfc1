import Batch
import Foundation
import Reporting
import SystemPackage
import Testing

/// What the journal makes of a second run.
@Suite struct ResumeTests {
  let scratch: Scratch
  let journal = "out/.rbqe.jsonl"

  init() throws {
    scratch = try Scratch()
    for name in ["a", "b", "c"] { try scratch.write(SampleFile.jpeg(), to: "in/\(name).jpg") }
  }

  private var fresh: BatchRun { BatchRun(destination: .directory(scratch("out"))) }

  private func resume(exit: Int = 1, existing: OutputPlan.Existing = .skip) throws -> [String] {
    var run = fresh
    run.exit = exit
    run.existing = existing
    run.isResuming = true
    return try run(scratch("in")).outcomes
  }

  private func edit(_ name: String, _ body: (inout [String]) -> Void) throws {
    var lines = String(decoding: try scratch.bytes(of: name), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    body(&lines)
    try scratch.write(Array(lines.joined(separator: "\n").utf8), to: name)
  }

  /// Enhances everything, and lets the journal look as after a kill.
  ///
  /// - Returns: The run's identifier.
  private func killed() throws -> String {
    _ = try fresh(scratch("in"))
    var dead: String?
    try edit(journal) { lines in
      lines.removeAll { $0.contains("\"end\"") }
      let header = try? JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any]
      dead = header?["run_id"] as? String
    }
    return try #require(dead)
  }

  @Test func nothingIsDoneTwice() throws {
    _ = try fresh(scratch("in"))
    let before = try FileManager.default.attributesOfItem(atPath: scratch("out/a.jpg").string)
    #expect(try resume(existing: .overwrite) == ["a.jpg skipped", "b.jpg skipped", "c.jpg skipped"])
    let after = try FileManager.default.attributesOfItem(atPath: scratch("out/a.jpg").string)
    #expect(before[.systemFileNumber] as? Int == after[.systemFileNumber] as? Int)
  }

  @Test func otherInputsAndLostOutputsAreDoneAgain() throws {
    _ = try fresh(scratch("in"))
    try scratch.write(SampleFile.jpeg(quality: 70), to: "in/a.jpg")
    try FileManager.default.removeItem(atPath: scratch("out/b.jpg").string)
    #expect(try resume() == ["a.jpg enhanced", "b.jpg enhanced", "c.jpg skipped"])
    #expect(try resume() == ["a.jpg skipped", "b.jpg skipped", "c.jpg skipped"])
  }

  @Test func otherOptionsDoAllAgain() throws {
    _ = try fresh(scratch("in"))
    #expect(try resume(exit: 2) == ["a.jpg enhanced", "b.jpg enhanced", "c.jpg enhanced"])
  }

  @Test func failuresAreTriedAgain() throws {
    try scratch.write(Array(SampleFile.jpeg().prefix(250)), to: "in/b.jpg")
    #expect(try fresh(scratch("in")).outcomes == ["a.jpg enhanced", "b.jpg failed", "c.jpg enhanced"])
    #expect(try resume() == ["a.jpg skipped", "b.jpg failed", "c.jpg skipped"])
    try scratch.write(SampleFile.jpeg(), to: "in/b.jpg")
    #expect(try resume() == ["a.jpg skipped", "b.jpg enhanced", "c.jpg skipped"])
  }

  @Test func outputsThatTheJournalDoesNotListAreLeftToTheOtherOption() throws {
    try scratch.write(Array("precious".utf8), to: "out/a.jpg")
    #expect(try resume() == ["a.jpg skipped", "b.jpg enhanced", "c.jpg enhanced"])
    // That it was skipped before doesn't make it a result.
    #expect(try resume() == ["a.jpg skipped", "b.jpg skipped", "c.jpg skipped"])
    #expect(try scratch.bytes(of: "out/a.jpg") == Array("precious".utf8))
    #expect(try resume(existing: .overwrite)[0] == "a.jpg enhanced")
  }

  @Test func aRunKilledBeforeItsLastRecordIsUnderstood() throws {
    _ = try fresh(scratch("in"))
    // The result of c had appeared, its record was cut short, whichever image was the last to end.
    try edit(journal) { lines in
      let record = lines.first { $0.contains("\"image\"") && $0.contains("\"c.jpg\"") } ?? ""
      lines.removeAll { $0 == record || $0.contains("\"end\"") || $0.isEmpty }
      lines.append(String(record.prefix(40)))
    }
    #expect(try resume(existing: .overwrite) == ["a.jpg skipped", "b.jpg skipped", "c.jpg skipped"])
    // The line feed that was missing has been made up for.
    #expect(try resume() == ["a.jpg skipped", "b.jpg skipped", "c.jpg skipped"])
  }

  @Test func aResultThatNeverAppearedIsMadeAgain() throws {
    try scratch.write(Array("an older one".utf8), to: "out/c.jpg")
    var run = fresh
    run.existing = .overwrite
    _ = try run(scratch("in"))
    try edit(journal) { lines in lines.removeAll { $0.contains("\"image\"") && $0.contains("\"c.jpg\"") } }
    try scratch.write(Array("an older one".utf8), to: "out/c.jpg")
    // It was no result, and may be precious.
    #expect(try resume() == ["a.jpg skipped", "b.jpg skipped", "c.jpg skipped"])
    #expect(try resume(existing: .overwrite) == ["a.jpg skipped", "b.jpg skipped", "c.jpg enhanced"])
  }

  /// Two memory cards with pictures of the same names, one after the other.
  @Test func resultsOfOtherSourcesStay() throws {
    _ = try fresh(scratch("in"))
    let first = try scratch.bytes(of: "out/a.jpg")
    try scratch.write(SampleFile.jpeg(quality: 70), to: "other/a.jpg")
    var run = fresh
    run.exit = 1
    run.isResuming = true
    #expect(try run(scratch("other")).outcomes == ["a.jpg skipped"])
    #expect(try scratch.bytes(of: "out/a.jpg") == first)
    // Journals of older versions don't tell sources apart.
    try edit(journal) { lines in lines = lines.map { $0.replacing(#/"source_id":"[0-9a-f]*",?/#, with: "") } }
    #expect(try run(scratch("other")).outcomes == ["a.jpg enhanced"])
  }

  @Test func whatBecameOfAResultStays() throws {
    _ = try fresh(scratch("in"))
    try scratch.write(Array("drawn upon".utf8), to: "out/a.jpg")
    try scratch.write(Array("drawn upon".utf8), to: "out/b.jpg")
    try scratch.write(SampleFile.jpeg(quality: 70), to: "in/a.jpg")
    #expect(try resume(exit: 2) == ["a.jpg skipped", "b.jpg skipped", "c.jpg enhanced"])
    #expect(try scratch.bytes(of: "out/a.jpg") == Array("drawn upon".utf8))
    #expect(try resume(exit: 2, existing: .overwrite) == ["a.jpg enhanced", "b.jpg enhanced", "c.jpg skipped"])
  }

  /// A result that a killed run was about to replace is still a result.
  @Test func aResultOfAnEarlierRunIsMadeAgainAfterAKill() throws {
    _ = try fresh(scratch("in"))
    // The file that the second run replaces, times and all.
    try FileManager.default.linkItem(atPath: scratch("out/c.jpg").string, toPath: scratch("kept").string)
    #expect(try resume(exit: 2)[2] == "c.jpg enhanced")
    try edit(journal) { lines in
      let last = lines.lastIndex { $0.contains("\"image\"") && $0.contains("\"c.jpg\"") }
      if let last { lines.remove(at: last) }
    }
    try FileManager.default.removeItem(atPath: scratch("out/c.jpg").string)
    try FileManager.default.moveItem(atPath: scratch("kept").string, toPath: scratch("out/c.jpg").string)
    #expect(try resume(exit: 2) == ["a.jpg skipped", "b.jpg skipped", "c.jpg enhanced"])
  }

  /// With `--preserve` a result has its input's time, and keeps it where a tool puts it back after a change.
  @Test func contentsTellWhatBecameOfAPreservedResult() throws {
    var run = fresh
    run.options.keepsTimes = true
    _ = try run(scratch("in"))
    func touch(_ name: String, like model: String) throws {
      try Process.run(
        URL(filePath: "/usr/bin/env"), arguments: ["touch", "-r", scratch(model).string, scratch(name).string]
      ).waitUntilExit()
    }
    try scratch.write([], to: "time")
    try touch("time", like: "out/a.jpg")
    var bytes = try scratch.bytes(of: "out/a.jpg")
    bytes[bytes.count - 3] ^= 1
    try scratch.write(bytes, to: "out/a.jpg")
    try touch("out/a.jpg", like: "time")
    run.isResuming = true
    run.exit = 2
    #expect(try run(scratch("in")).outcomes == ["a.jpg skipped", "b.jpg enhanced", "c.jpg enhanced"])
    #expect(try scratch.bytes(of: "out/a.jpg") == bytes)
  }

  /// Where an output has gone meanwhile, nothing is lost by making it.
  @Test func whatVanishesDuringARunIsMade() throws {
    for name in ["d", "e", "f", "g", "h"] { try scratch.write(SampleFile.jpeg(), to: "in/\(name).jpg") }
    _ = try fresh(scratch("in"))
    var run = fresh
    run.options = BatchOptions(jobs: 1)
    run.isResuming = true
    run.exit = 2
    let place = scratch("out/h.jpg").string
    run.note = { outcome in
      if outcome.record.path == "a.jpg" { try? FileManager.default.removeItem(atPath: place) }
    }
    #expect(try run(scratch("in")).allSatisfy { $0.status == .enhanced })
  }

  /// As `--watch` does: a new picture under the name of one that is gone.
  @Test func changedSourcesCanBeLeftToTheOtherOption() throws {
    _ = try fresh(scratch("in"))
    try scratch.write(SampleFile.jpeg(quality: 70), to: "in/a.jpg")
    var run = fresh
    run.isResuming = true
    run.changing = []
    #expect(try run(scratch("in")).outcomes == ["a.jpg skipped", "b.jpg skipped", "c.jpg skipped"])
    run.existing = .older
    #expect(try run(scratch("in")).outcomes == ["a.jpg enhanced", "b.jpg skipped", "c.jpg skipped"])
  }

  @Test(arguments: [OutputPlan.Existing.skip, .older]) func whatAppearsDuringARunStays(
    existing: OutputPlan.Existing
  ) throws {
    for name in ["d", "e", "f", "g", "h"] { try scratch.write(SampleFile.jpeg(), to: "in/\(name).jpg") }
    var run = fresh
    run.options = BatchOptions(jobs: 1)
    run.existing = existing
    let (place, theirs) = (scratch("out/h.jpg").string, Array("theirs".utf8))
    run.note = { outcome in
      if outcome.record.path == "a.jpg" { _ = FileManager.default.createFile(atPath: place, contents: Data(theirs)) }
    }
    let last = try #require(try run(scratch("in")).last)
    #expect(last.status == .failed && last.error?.contains("left as it is") == true)
    #expect(try scratch.bytes(of: "out/h.jpg") == theirs)
    run.existing = .overwrite
    #expect(try run(scratch("in")).last?.status == .enhanced)
  }

  @Test func temporariesOfDeadRunsGoAndNoOthers() throws {
    let run = try killed()
    try scratch.write([1], to: "out/deep/er/.rbqe-\(run)-3.tmp")
    try scratch.write([1], to: "out/.rbqe-\(run)-0.tmp")
    try scratch.write([1], to: "out/.rbqe-1xother-0.tmp")
    _ = try resume()
    #expect(scratch.files().filter { $0.hasSuffix(".tmp") } == ["out/.rbqe-1xother-0.tmp"])
  }

  @Test func temporariesBehindLinksGoToo() throws {
    try scratch.write(SampleFile.jpeg(), to: "in/sub/d.jpg")
    try FileManager.default.createDirectory(atPath: scratch("elsewhere").string, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: scratch("out").string, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: scratch("out/sub").string, withDestinationPath: scratch("elsewhere").string)
    try scratch.write([1], to: "elsewhere/.rbqe-\(try killed())-3.tmp")
    _ = try resume()
    #expect(scratch.files().filter { $0.hasSuffix(".tmp") }.isEmpty)
  }

  @Test(
    "A directory that can be written to and not read takes results; root may read all", .enabled(if: geteuid() != 0))
  func unreadableDirectories() throws {
    try FileManager.default.createDirectory(atPath: scratch("drop").string, withIntermediateDirectories: true)
    #expect(chmod(scratch("drop").string, 0o300) == 0)
    defer { _ = chmod(scratch("drop").string, 0o700) }
    let run = BatchRun(destination: .file(scratch("drop/a.jpg")))
    #expect(try run(scratch("in/a.jpg")).map(\.status) == [.enhanced])
  }

  /// Where results go among the inputs, they are no inputs.
  @Test func resultsAmongTheInputsAreNoInputs() throws {
    let destination = OutputPlan.Destination.directory(scratch("in"))
    let naming = try NameTemplate("{stem}-e.{ext}", model: "fast")
    func inputs(_ destination: OutputPlan.Destination) throws -> [String] {
      let sources = Discovery(inputs: [scratch("in")]).sources
      let plan = try OutputPlan(
        sources: sources, destination: destination, format: nil, existing: .skip, naming: naming,
        results: try destination.results(among: sources))
      // Results are there, and done.
      #expect(plan.items.count == sources.count)
      return plan.items.filter { $0.output != $0.source.path }.map(\.source.relativePath.string)
    }
    var first = BatchRun(destination: destination)
    first.naming = naming
    #expect(try first(scratch("in")).map(\.status) == [.enhanced, .enhanced, .enhanced])
    #expect(try inputs(destination) == ["a.jpg", "b.jpg", "c.jpg"])
    // What merely lies there is an input, also under the name of a result.
    try scratch.write(SampleFile.jpeg(quality: 33), to: "in/d-e.jpg")
    try scratch.write(SampleFile.jpeg(quality: 34), to: "in/c-e.jpg")
    try FileManager.default.removeItem(atPath: scratch("in/c.jpg").string)
    #expect(try inputs(destination) == ["a.jpg", "b.jpg", "c-e.jpg", "d-e.jpg"])
    #expect(try inputs(.directory(scratch("other"))).count == 6)
  }

  /// What was left alone in place is no result.
  @Test func whatStayedAsItWasIsAnInput() throws {
    #expect(
      try BatchRun(exit: 0, destination: .inPlace)(scratch("in")).map(\.status) == [.unchanged, .unchanged, .unchanged])
    let sources = Discovery(inputs: [scratch("in")]).sources
    #expect(try OutputPlan.Destination.directory(scratch("in")).results(among: sources).isEmpty)
  }

  @Test func resultsBehindLinksAreResults() throws {
    try scratch.write(SampleFile.jpeg(), to: "elsewhere/x.jpg")
    try FileManager.default.createSymbolicLink(
      atPath: scratch("in/sub").string, withDestinationPath: scratch("elsewhere").string)
    let destination = OutputPlan.Destination.directory(scratch("in"))
    var run = BatchRun(destination: destination, followsLinks: true)
    run.naming = try NameTemplate("{dir}/{stem}-e.{ext}", model: "fast")
    #expect(try run(scratch("in")).count == 4)
    var options = Discovery.Options()
    options.followsLinks = true
    let sources = Discovery(inputs: [scratch("in")], options: options).sources
    #expect(sources.count == 8)
    #expect(try destination.results(among: sources).count == 4)
  }

  @Test func withoutAJournalLocksTellWhatIsDead() throws {
    try scratch.write([1], to: "in/.rbqe-1xdead-0.tmp")
    let alive = try scratch.write([1], to: "in/.rbqe-2xalive-0.tmp")
    let descriptor = try FileDescriptor.open(alive, .writeOnly)
    #expect(flock(descriptor.rawValue, LOCK_EX) == 0)
    let run = BatchRun(destination: .besideInput)
    #expect(try run(scratch("in/a.jpg")).map(\.status) == [.enhanced])
    #expect(scratch.files().filter { $0.hasSuffix(".tmp") } == ["in/.rbqe-2xalive-0.tmp"])
    try descriptor.close()
  }

  @Test func twoRunsAtOnceAreRefused() throws {
    let run = RunRecord(
      version: "", options: [:], model: "", modelHash: "", cpu: "", instructionSet: "", jobs: 1, threads: 1,
      libraries: [:], start: "")
    let path = Journal.path(in: scratch("out"), shard: nil)
    do {
      let other = try Journal(at: path, run: run, temporaries: Temporaries())
      #expect(throws: JournalError.inUse(path)) { try fresh(scratch("in")) }
      var shard = fresh
      shard.shard = Shard(index: 1, count: 1)
      #expect(try shard(scratch("in")).count == 3)
      try other.finish()
    }
    #expect(try fresh(scratch("in")).count == 3)
  }

  @Test func directoriesCanBeMoved() throws {
    _ = try fresh(scratch("in"))
    try FileManager.default.moveItem(atPath: scratch("out").string, toPath: scratch("moved").string)
    var run = BatchRun(destination: .directory(scratch("moved")))
    run.isResuming = true
    run.existing = .overwrite
    #expect(try run(scratch("in")).allSatisfy { $0.status == .skipped })
  }

  @Test func aStoppedRunBeginsNothing() throws {
    let run = fresh
    run.stop.stop(.interruption)
    #expect(try run(scratch("in")).isEmpty)
    #expect(scratch.files().filter { $0.hasPrefix("out/") } == [journal])
  }

  @Test func aJournalIsARecordsFile() throws {
    _ = try fresh(scratch("in"))
    let lines = try scratch.bytes(of: journal).split(separator: UInt8(ascii: "\n")).map { Data($0) }
    #expect(try JSONDecoder().decode(RunRecord.self, from: lines[0]).modelHash == "0")
    let images = lines.compactMap { try? JSONDecoder().decode(ImageRecord.self, from: $0) }
      .filter { $0.kind == "image" }
    #expect(images.map(\.path).sorted() == ["a.jpg", "b.jpg", "c.jpg"])
    #expect(images.allSatisfy { $0.width == 24 && $0.ms?.total != nil })
  }
}
