import Batch
import Foundation
import Imaging
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

  @Test func nothingIsEnhancedTwiceWhateverTheOptions() throws {
    try scratch.write(SampleFile.jpeg(), to: "in/a.jpg")
    try scratch.write(SampleFile.png(), to: "in/b.png")
    _ = try run()
    let once = try scratch.bytes(of: "in/a.jpg")
    #expect(try run(exit: 2) == ["a.jpg skipped", "b.png skipped"])
    #expect(try scratch.bytes(of: "in/a.jpg") == once)
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
    #expect(try scratch.bytes(of: "\(originals)/a.jpg.2") == second)
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
    #expect(try run() == ["a.jpg skipped"])
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
