import Batch
import Foundation
import SystemPackage
import Testing

@Suite struct OutputPlanTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  private func plan(
    _ inputs: [FilePath], output: String?, format: String? = nil, existing: OutputPlan.Existing = .skip
  ) throws -> OutputPlan {
    let destination = try OutputPlan.Destination(output: output, inputs: inputs)
    var options = Discovery.Options()
    options.excluding = destination.directory
    let discovery = Discovery(inputs: inputs, options: options)
    return try OutputPlan(
      sources: discovery.sources, destination: destination,
      format: format.flatMap { .init(rawValue: $0) } ?? destination.impliedFormat()?.format, existing: existing)
  }

  @Test func aSingleFileGoesBesideItself() throws {
    let input = try scratch.write(SampleFile.jpeg(), to: "photo.JPEG")
    #expect(try plan([input], output: nil).items.map(\.output) == [scratch("photo.enhanced.JPEG")])
    #expect(try plan([input], output: nil, format: "png").items.map(\.output) == [scratch("photo.enhanced.png")])
  }

  @Test func aDirectoryIsMirrored() throws {
    try scratch.write(SampleFile.jpeg(), to: "in/x/a.jpg")
    try scratch.write(SampleFile.png(), to: "in/b.png")
    let out = scratch("out").string
    #expect(
      try plan([scratch("in")], output: out, format: "png").items.map(\.output)
        == [scratch("out/b.png"), scratch("out/x/a.png")])
    #expect(
      try plan([scratch("in")], output: out).items.map(\.output) == [scratch("out/b.png"), scratch("out/x/a.jpg")])
    #expect(throws: DestinationError.directoryWithoutOutput(scratch("in"))) { try plan([scratch("in")], output: nil) }
  }

  @Test func anOutputFileSetsTheFormatByItsExtension() throws {
    let input = try scratch.write(SampleFile.jpeg(), to: "a.jpg")
    let item = try #require(try plan([input], output: scratch("b.PNG").string).items.first)
    #expect(item.format == .png && item.output == scratch("b.PNG"))
    #expect(throws: DestinationError.unknownExtension(scratch("b.webp"))) {
      try plan([input], output: scratch("b.webp").string)
    }
  }

  @Test func aSlashOrSeveralInputsMeanADirectory() throws {
    let first = try scratch.write(SampleFile.jpeg(), to: "a.jpg")
    let second = try scratch.write(SampleFile.jpeg(), to: "b.jpg")
    #expect(try plan([first], output: scratch("new").string + "/").items.map(\.output) == [scratch("new/a.jpg")])
    #expect(
      try plan([first, second], output: scratch("new").string).items.map(\.output)
        == [scratch("new/a.jpg"), scratch("new/b.jpg")])
    #expect(throws: DestinationError.notADirectory(second)) { try plan([first, second], output: second.string) }
  }

  @Test func twoInputsNeverShareAnOutput() throws {
    try scratch.write(SampleFile.jpeg(), to: "in/a.jpg")
    try scratch.write(SampleFile.png(), to: "in/a.png")
    #expect(
      throws: OutputPlanError.sharedOutput(scratch("in/a.jpg"), scratch("in/a.png"), output: scratch("out/a.png"))
    ) { try plan([scratch("in")], output: scratch("out").string, format: "png") }
    #expect(try plan([scratch("in")], output: scratch("out").string).items.count == 2)
  }

  @Test func whatIsNamedTwiceIsOneInput() throws {
    let input = try scratch.write(SampleFile.jpeg(), to: "in/a.jpg")
    let twice = [input, scratch("in/../in/a.jpg")]
    #expect(try plan(twice, output: scratch("out").string).items.map(\.output) == [scratch("out/a.jpg")])
    #expect(try plan(twice, output: nil).items.count == 1)
  }

  @Test func resultsBesideTheirInputsAreNoInputsTheSecondTime() throws {
    let input = try scratch.write(SampleFile.jpeg(), to: "a.jpg")
    let result = try scratch.write(SampleFile.jpeg(), to: "a.enhanced.jpg")
    let items = try plan([result, input], output: nil).items
    #expect(items.map(\.action) == [.leaveDone, .leaveExisting])
    // A name that was asked for says nothing of what it stands for, and no file is its own result.
    for name in ["{stem}.{ext}", "{stem}.enhanced.{ext}"] {
      #expect(throws: OutputPlanError.self) {
        try OutputPlan(
          sources: Discovery(inputs: [result, input]).sources, destination: .besideInput, format: nil, existing: .skip,
          naming: NameTemplate(name, model: "fast"))
      }
    }
    #expect(throws: OutputPlanError.self) { try plan([result, input], output: nil, existing: .overwrite) }
  }

  @Test func aResultIsNoDirectoryOfOthers() throws {
    let first = try scratch.write(SampleFile.jpeg(), to: "x/a.jpg")
    try scratch.write(SampleFile.jpeg(), to: "y/a.jpg/b.jpg")
    #expect(
      throws: OutputPlanError.outputIsDirectory(first, scratch("y/a.jpg/b.jpg"), output: scratch("out/a.jpg"))
    ) { try plan([scratch("x"), scratch("y")], output: scratch("out").string) }
  }

  @Test func allCollisionsAreSaidAtOnce() throws {
    for name in (1...30).map({ "in/\($0)" }) {
      try scratch.write(SampleFile.jpeg(), to: name + ".jpg")
      try scratch.write(SampleFile.png(), to: name + ".png")
    }
    do {
      _ = try plan([scratch("in")], output: scratch("out").string, format: "png")
      Issue.record("a plan with collisions")
    } catch let error as OutputPlanError {
      let lines = "\(error)".split(separator: "\n")
      #expect(lines.count == 21 && lines.last == "and 10 more such collisions")
    }
  }

  @Test func namesThatDifferOnlyInCaseAreOne() throws {
    try scratch.write(SampleFile.jpeg(), to: "in/A.jpg")
    try scratch.write(SampleFile.jpeg(), to: "in/a.JPG")
    guard Discovery(inputs: [scratch("in")]).sources.count == 2 else { return }  // a file system that agrees
    #expect(throws: OutputPlanError.self) { try plan([scratch("in")], output: scratch("out").string) }
  }

  @Test func anOutputIsNeverAnInput() throws {
    let input = try scratch.write(SampleFile.jpeg(), to: "in/a.jpg")
    #expect(throws: OutputPlanError.self) { try plan([input], output: input.string, existing: .overwrite) }
    try FileManager.default.createSymbolicLink(
      atPath: scratch("alias").string, withDestinationPath: scratch("in").string)
    #expect(throws: OutputPlanError.self) {
      try plan([input], output: scratch("alias/a.jpg").string, existing: .overwrite)
    }
  }

  @Test func existingOutputsAreSkippedReplacedOrReplacedWhenOlder() throws {
    let input = try scratch.write(SampleFile.jpeg(), to: "a.jpg")
    let output = try scratch.write(SampleFile.jpeg(), to: "out/a.jpg")
    func isSkipped(_ existing: OutputPlan.Existing) throws -> Bool? {
      try plan([input], output: scratch("out").string, existing: existing).items.first?.isSkipped
    }
    #expect(try isSkipped(.skip) == true)
    #expect(try isSkipped(.overwrite) == false)
    #expect(try isSkipped(.older) == true)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: output.string)
    #expect(try isSkipped(.older) == false)
    #expect(try isSkipped(.skip) == true)
  }
}
