import Batch
import Foundation
import Imaging
import Synchronization
import SystemPackage
import Testing

/// Results that take the place of their inputs.
@Suite struct InPlaceTests {
  let scratch: Scratch
  let originals = "in/.rbqe-originals"

  init() throws {
    scratch = try Scratch()
  }

  private func run(exit: Int = 1, keepsOriginals: Bool = true) throws -> [String] {
    let options = BatchOptions(jobs: 2, keepsOriginals: keepsOriginals)
    return try BatchRun(exit: exit, destination: .inPlace, options: options)(scratch("in")).outcomes
  }

  @Test func inputsAreReplacedAndKept() throws {
    let bytes = try SampleFile.jpeg()
    try scratch.write(bytes, to: "in/deep/a.jpg")
    #expect(try run() == ["deep/a.jpg enhanced"])
    #expect(try scratch.bytes(of: "in/deep/a.jpg") != bytes)
    #expect(try ImageDecoder.decode(scratch.bytes(of: "in/deep/a.jpg")).width == 24)
    #expect(try scratch.bytes(of: "\(originals)/deep/a.jpg") == bytes)
    #expect(scratch.files() == ["in/.rbqe-originals/deep/a.jpg", "in/.rbqe.jsonl", "in/deep/a.jpg"])
  }

  @Test("A picture stays its owner's, whoever runs the program", .enabled(if: geteuid() == 0))
  func ownerIsKept() throws {
    let path = try scratch.write(SampleFile.jpeg(), to: "in/a.jpg")
    #expect(chown(path.string, 4321, 1234) == 0)
    #expect(try run() == ["a.jpg enhanced"])
    let attributes = try FileManager.default.attributesOfItem(atPath: path.string)
    #expect(attributes[.ownerAccountID] as? Int == 4321 && attributes[.groupOwnerAccountID] as? Int == 1234)
  }

  /// What is kept for the owner must be there for the owner, and putting it back must take nothing away.
  @Test("Originals and journals belong to whom the pictures do", .enabled(if: geteuid() == 0))
  func ownerOfOriginalsIsKept() throws {
    try scratch.write(SampleFile.jpeg(), to: "in/deep/a.jpg")
    for name in ["in", "in/deep", "in/deep/a.jpg"] { #expect(chown(scratch(name).string, 4321, 1234) == 0) }
    #expect(chmod(scratch("in/deep").string, 0o700) == 0)
    #expect(try run() == ["deep/a.jpg enhanced"])
    for name in ["in/.rbqe.jsonl", originals, "\(originals)/deep", "\(originals)/deep/a.jpg"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: scratch(name).string)
      #expect(
        attributes[.ownerAccountID] as? Int == 4321 && attributes[.groupOwnerAccountID] as? Int == 1234, "\(name)")
    }
  }

  /// Who owns a directory must not get what the process may create elsewhere.
  @Test func aJournalBehindALinkIsRefused() throws {
    let bytes = try SampleFile.jpeg()
    try scratch.write(bytes, to: "in/a.jpg")
    try FileManager.default.createSymbolicLink(
      atPath: scratch("in/.rbqe.jsonl").string, withDestinationPath: scratch("elsewhere").string)
    #expect(throws: (any Error).self) { try run() }
    #expect(!FileManager.default.fileExists(atPath: scratch("elsewhere").string))
    #expect(try scratch.bytes(of: "in/a.jpg") == bytes)
  }

  @Test("Nor what it may keep behind somebody else's link", .enabled(if: geteuid() == 0))
  func originalsBehindALinkAreRefused() throws {
    let bytes = try SampleFile.jpeg()
    try scratch.write(bytes, to: "in/a.jpg")
    try FileManager.default.createDirectory(atPath: scratch("elsewhere").string, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: scratch(originals).string, withDestinationPath: scratch("elsewhere").string)
    #expect(lchown(scratch(originals).string, 4321, 1234) == 0)
    #expect(try run() == ["a.jpg failed"])
    #expect(try scratch.bytes(of: "in/a.jpg") == bytes)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch("elsewhere").string).isEmpty)
    #expect(lchown(scratch(originals).string, geteuid(), getegid()) == 0)
    #expect(try run() == ["a.jpg enhanced"])
  }

  @Test func nothingIsEnhancedTwiceWhateverTheOptions() throws {
    try scratch.write(SampleFile.jpeg(), to: "in/a.jpg")
    try scratch.write(SampleFile.png(), to: "in/b.png")
    _ = try run()
    let once = try scratch.bytes(of: "in/a.jpg")
    #expect(try run(exit: 2) == ["a.jpg skipped", "b.png skipped"])
    #expect(try scratch.bytes(of: "in/a.jpg") == once)
  }

  @Test func whatAnotherRunEnhancedIsDoneWhereverItsJournalLies() throws {
    for name in ["in/a.jpg", "in/deep/b.jpg", "in/deep/er/c.jpg"] { try scratch.write(SampleFile.jpeg(), to: name) }
    for index in 1...2 {
      let shard = try #require(Shard(index: index, count: 2))
      _ = try BatchRun(destination: .inPlace, shard: shard)(scratch("in"))
    }
    let done = ["a.jpg skipped", "deep/b.jpg skipped", "deep/er/c.jpg skipped"]
    #expect(try run(exit: 2) == done)
    // Of a part of the tree, and of the whole after a part.
    #expect(try BatchRun(exit: 2, destination: .inPlace)(scratch("in/deep")).outcomes.count == 2)
    #expect(try BatchRun(exit: 2, destination: .inPlace)(scratch("in/deep/b.jpg")).map(\.status) == [.skipped])
    try scratch.write(SampleFile.jpeg(quality: 30), to: "in/deep/er/d.jpg")
    #expect(
      try BatchRun(destination: .inPlace)(scratch("in/deep/er")).outcomes == ["c.jpg skipped", "d.jpg enhanced"])
    #expect(try run(exit: 2) == done + ["deep/er/d.jpg skipped"])
  }

  @Test func whatWasMovedOrCopiedIsStillDone() throws {
    try scratch.write(SampleFile.jpeg(), to: "in/deep/a.jpg")
    _ = try run()
    try FileManager.default.moveItem(atPath: scratch("in/deep").string, toPath: scratch("in/other").string)
    try scratch.write(scratch.bytes(of: "in/other/a.jpg"), to: "in/copy of a.jpg")
    try scratch.write(SampleFile.jpeg(quality: 30), to: "in/new.jpg")
    #expect(try run() == ["copy of a.jpg skipped", "new.jpg enhanced", "other/a.jpg skipped"])
  }

  @Test func aFileThatLinksLeadToIsOneFile() throws {
    try scratch.write(SampleFile.jpeg(), to: "in/2019/a.jpg")
    for (link, target) in [("in/best", "2019"), ("in/z.jpg", "2019/a.jpg")] {
      try FileManager.default.createSymbolicLink(atPath: scratch(link).string, withDestinationPath: target)
    }
    let run = BatchRun(destination: .inPlace, followsLinks: true)
    #expect(try run(scratch("in")).outcomes == ["2019/a.jpg enhanced"])
    let once = try scratch.bytes(of: "in/2019/a.jpg")
    #expect(try run(scratch("in")).outcomes == ["2019/a.jpg skipped"])
    #expect(try run(scratch("in/best")).outcomes == ["a.jpg skipped"])
    #expect(try scratch.bytes(of: "in/2019/a.jpg") == once)
  }

  @Test func aDirectoryThatIsSpelledTwoWaysHasOneJournal() throws {
    let first = try scratch.write(SampleFile.jpeg(), to: "in/a.jpg")
    try scratch.write(SampleFile.jpeg(quality: 30), to: "in/b.jpg")
    let second = scratch("in/../in/b.jpg")
    let outcomes = try BatchRun(destination: .inPlace)(first, second, scratch("in/../in/a.jpg")).map(\.status)
    #expect(outcomes == [.enhanced, .enhanced])
    #expect(try run() == ["a.jpg skipped", "b.jpg skipped"])
  }

  @Test func namesThatDifferOnlyInCaseHaveTheirOwnPlaces() throws {
    try scratch.write(SampleFile.jpeg(), to: "in/A.jpg")
    try scratch.write(SampleFile.jpeg(quality: 30), to: "in/a.jpg")
    guard Discovery(inputs: [scratch("in")]).sources.count == 2 else { return }  // a file system that agrees
    #expect(try run() == ["A.jpg enhanced", "a.jpg enhanced"])
  }

  @Test func namesThatDifferOnlyInTheirEncodingHaveTheirOwnPlaces() throws {
    let names = ["caf\u{e9}.jpg", "cafe\u{301}.jpg"]
    for name in names { try scratch.write(SampleFile.jpeg(), to: "names/\(name)") }
    guard Discovery(inputs: [scratch("names")]).sources.count == 2 else { return }  // a file system that agrees
    #expect(try BatchRun(destination: .inPlace)(scratch("names")).map(\.status) == [.enhanced, .enhanced])
  }

  #if os(Linux)
    @Test func aJournalThatCannotBeReadStopsEverything() throws {
      let original = try SampleFile.jpeg()
      try scratch.write(original, to: "in/deep/a.jpg")
      // Whoever the tests run as, reading this fails.
      try FileManager.default.createSymbolicLink(
        atPath: scratch("in/.rbqe.jsonl").string, withDestinationPath: "/proc/self/mem")
      #expect(throws: FileError.self) { try BatchRun(destination: .inPlace)(scratch("in/deep")) }
      #expect(try scratch.bytes(of: "in/deep/a.jpg") == original)
    }
  #endif

  @Test func originalsThatWereCopiedElsewhereOrPutBackAreStillEnhanced() throws {
    let original = try SampleFile.jpeg()
    try scratch.write(original, to: "in/deep/a.jpg")
    // Copies as they are, into a directory above.
    _ = try BatchRun(exit: 0, destination: .directory(scratch("in")), options: BatchOptions(keepsTimes: true))(
      scratch("in/deep"))
    #expect(try scratch.bytes(of: "in/a.jpg") == original)
    #expect(try BatchRun(destination: .inPlace)(scratch("in/deep")).outcomes == ["a.jpg enhanced"])
    try scratch.write(original, to: "in/deep/a.jpg")
    #expect(try BatchRun(destination: .inPlace)(scratch("in/deep")).outcomes == ["a.jpg enhanced"])
  }

  @Test func whatChangedSinceItWasFoundIsNotTouched() throws {
    try scratch.write(SampleFile.png(), to: "in/a.png")
    let plan = try OutputPlan(
      sources: Discovery(inputs: [scratch("in")]).sources, destination: .inPlace, format: nil, existing: .skip)
    // Such as another run's result.
    _ = try run()
    let result = try scratch.bytes(of: "in/a.png")
    let outcomes = Mutex<[ImageOutcome]>([])
    BatchRunner(processor: try processor(exit: 2), options: BatchOptions(jobs: 1)).run(plan) { outcome in
      outcomes.withLock { $0.append(outcome) }
    }
    #expect(outcomes.withLock { $0.map(\.record.status) } == [.failed])
    #expect(try scratch.bytes(of: "in/a.png") == result)
  }

  @Test func aNewOriginalComesAfterTheOlderOnesThatAreLeft() throws {
    for quality in [20, 30] {
      try scratch.write(SampleFile.jpeg(quality: quality), to: "in/a.jpg")
      _ = try run()
    }
    try FileManager.default.removeItem(atPath: scratch(originals).string)
    let third = try SampleFile.jpeg(quality: 40)
    try scratch.write(third, to: "in/a.jpg")
    _ = try run()
    #expect(try scratch.bytes(of: "\(originals).3/a.jpg") == third)
  }

  @Test("Pictures that nobody else may read stay so, and so do their directories")
  func privatePicturesStayPrivate() throws {
    func mode(_ name: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: scratch(name).string)[.posixPermissions] as? Int
    }
    let path = try scratch.write(SampleFile.jpeg(), to: "in/private/a.jpg")
    #expect(chmod(path.string, 0o600) == 0 && chmod(path.removingLastComponent().string, 0o700) == 0)
    _ = try BatchRun(destination: .directory(scratch("out")))(scratch("in"))
    #expect(try mode("out/private") == 0o700 && mode("out/private/a.jpg") == 0o600)
    _ = try run()
    #expect(try mode("\(originals)/private") == 0o700 && mode("in/private/a.jpg") == 0o600)
  }

  @Test func aKillBetweenReplacingAndRecordingDoesNotEnhanceTwice() throws {
    try scratch.write(SampleFile.jpeg(), to: "in/a.jpg")
    _ = try run()
    let lines = String(decoding: try scratch.bytes(of: "in/.rbqe.jsonl"), as: UTF8.self).split(separator: "\n")
    let upToRename = lines.prefix { !$0.contains("\"image\"") }
    try scratch.write(Array((upToRename.joined(separator: "\n") + "\n").utf8), to: "in/.rbqe.jsonl")
    #expect(try run() == ["a.jpg skipped"])
  }

  @Test func aNewPictureUnderAnOldNameIsEnhancedAndBothOriginalsStay() throws {
    let first = try scratch.write(SampleFile.jpeg(), to: "in/a.jpg")
    let firstBytes = try FileContents.read(first)
    _ = try run()
    let second = try SampleFile.jpeg(quality: 60)
    try scratch.write(second, to: "in/a.jpg")
    #expect(try run() == ["a.jpg enhanced"])
    #expect(try scratch.bytes(of: "\(originals)/a.jpg") == firstBytes)
    // What is copied back from one tree after the other ends as the newest original.
    #expect(try scratch.bytes(of: "\(originals).2/a.jpg") == second)
    #expect(try run(exit: 2) == ["a.jpg skipped"])
  }

  @Test func originalsAreOnlyGivenUpOnRequest() throws {
    try scratch.write(SampleFile.jpeg(), to: "in/a.jpg")
    _ = try run(keepsOriginals: false)
    #expect(scratch.files() == ["in/.rbqe.jsonl", "in/a.jpg"])
  }

  @Test func aPictureThatIsGoodAsItIsIsNotTouched() throws {
    let path = try scratch.write(SampleFile.jpeg(), to: "in/a.jpg")
    let before = try FileManager.default.attributesOfItem(atPath: path.string)[.systemFileNumber] as? Int
    #expect(try run(exit: 0) == ["a.jpg unchanged"])
    let after = try FileManager.default.attributesOfItem(atPath: path.string)[.systemFileNumber] as? Int
    #expect(before == after)
    #expect(scratch.files() == ["in/.rbqe.jsonl", "in/a.jpg"])
    #expect(try run(exit: 0) == ["a.jpg skipped"])
    // Other options may find otherwise.
    #expect(try run() == ["a.jpg enhanced"])
  }

  @Test func aBrokenPictureStaysAsItIs() throws {
    let broken = Array(try SampleFile.jpeg().prefix(250))
    try scratch.write(broken, to: "in/a.jpg")
    #expect(try run() == ["a.jpg failed"])
    #expect(try scratch.bytes(of: "in/a.jpg") == broken)
  }

  @Test func aLinkStaysALink() throws {
    let target = try scratch.write(SampleFile.jpeg(), to: "elsewhere/a.jpg")
    let link = scratch("link.jpg")
    try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: target.string)
    _ = try BatchRun(destination: .inPlace)(link)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.string) == target.string)
    #expect(try FileContents.read(target) != SampleFile.jpeg())
  }
}
