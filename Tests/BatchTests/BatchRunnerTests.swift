import Batch
import Foundation
import Imaging
import Reporting
import Synchronization
import SystemPackage
import Testing

@Suite struct BatchRunnerTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  private func run(
    exit: Int = 1, jobs: Int = 2, format: ImageFormat? = nil, to output: String = "out", stopsAtFailure: Bool = false
  ) throws -> (summary: BatchSummary, records: [ImageRecord]) {
    let destination = OutputPlan.Destination.directory(scratch(output))
    let plan = try OutputPlan(
      sources: Discovery(inputs: [scratch("in")]).sources, destination: destination, format: format,
      existing: .overwrite)
    let records = Mutex<[ImageRecord]>([])
    let options = BatchOptions(jobs: jobs, stopsAtFailure: stopsAtFailure)
    let summary = try BatchRunner(processor: processor(exit: exit), options: options)
      .run(plan) { outcome in records.withLock { $0.append(outcome.record) } }
    return (summary, records.withLock { $0 })
  }

  @Test func everyImageHasItsOutputAndItsRecord() throws {
    try scratch.write(SampleFile.jpeg(), to: "in/a.jpg")
    try scratch.write(SampleFile.png(), to: "in/deep/er/b.png")
    let (summary, records) = try run()
    #expect(summary[.enhanced] == 2 && summary.exits == [1: 2])
    #expect(records.map(\.path) == ["a.jpg", "deep/er/b.png"])
    #expect(scratch.files() == ["in/a.jpg", "in/deep/er/b.png", "out/a.jpg", "out/deep/er/b.png"])
    for record in records {
      let output = try #require(record.output)
      let bytes = try FileContents.read(FilePath(output))
      #expect(record.bytesOut == bytes.count)
      #expect(try ImageDecoder.decode(bytes).width == record.width)
      let ms = try #require(record.ms)
      let stages = [ms.read, ms.decode, ms.encode, ms.write].compactMap(\.self)
      #expect(stages.count == 4 && stages.reduce(0, +) <= (ms.total ?? 0))
    }
  }

  @Test func brokenFilesNeverStopTheOthers() throws {
    for index in 0..<6 { try scratch.write(SampleFile.jpeg(), to: "in/\(index).jpg") }
    try scratch.write(Array(SampleFile.jpeg().prefix(200)), to: "in/3.jpg")
    try scratch.write(Array(SampleFile.png().prefix(60)), to: "in/7.png")
    let (summary, records) = try run()
    #expect(summary[.failed] == 2 && summary[.enhanced] == 5)
    #expect(records.filter { $0.status == .failed }.map(\.path) == ["3.jpg", "7.png"])
    #expect(records.allSatisfy { ($0.error != nil) == ($0.status == .failed) })
    let outputs = scratch.files().filter { $0.hasPrefix("out/") }
    #expect(outputs == [0, 1, 2, 4, 5].map { "out/\($0).jpg" })
  }

  /// As `--watch` does it: the same monitor is told of one plan after the other.
  @Test func aFileThatComesAgainCountsAsWhatBecameOfItLast() throws {
    let monitor = BatchMonitor()
    func runAgain() throws -> BatchSummary {
      let destination = OutputPlan.Destination.directory(scratch("out"))
      let plan = try OutputPlan(
        sources: Discovery(inputs: [scratch("in")]).sources, destination: destination, format: nil,
        existing: .overwrite)
      return try BatchRunner(processor: processor(exit: 1), options: BatchOptions(jobs: 1), monitor: monitor).run(plan)
    }
    let broken = Array(try SampleFile.jpeg().prefix(200))
    try scratch.write(broken, to: "in/a.jpg")
    try scratch.write(broken, to: "in/b.jpg")
    #expect(try runAgain()[.failed] == 2)
    try scratch.write(SampleFile.jpeg(), to: "in/a.jpg")
    var summary = try runAgain()
    #expect(summary[.failed] == 1 && summary[.enhanced] == 1 && summary.failures.map(\.path) == ["b.jpg"])
    #expect(summary.firstError != nil && summary.endedCount == summary.plannedCount)
    try scratch.write(SampleFile.jpeg(), to: "in/b.jpg")
    summary = try runAgain()
    #expect(summary[.failed] == 0 && summary.failures.isEmpty && summary.firstError == nil)
  }

  @Test func outputsDoNotDependOnJobs() throws {
    for index in 0..<5 { try scratch.write(SampleFile.jpeg(quality: 10 + index), to: "in/\(index).jpg") }
    _ = try run(exit: 2, jobs: 1, to: "one")
    _ = try run(exit: 2, jobs: 4, to: "four")
    for index in 0..<5 {
      #expect(try scratch.bytes(of: "one/\(index).jpg") == scratch.bytes(of: "four/\(index).jpg"))
    }
  }

  /// The four planes of CMYK cost four times as much at every exit, the last one included.
  @Test func nothingIsSavedAtTheLastExit() throws {
    // Of whole 8x8 blocks, so that nothing is computed beside the picture.
    let cmyk = SampleFile.image(width: 48, height: 32, colorModel: .cmyk)
    try scratch.write(ImageEncoder.encode(cmyk, as: .jpeg()), to: "in/a.jpg")
    try scratch.write(SampleFile.png(width: 48, height: 32), to: "in/b.png")
    #expect(abs(try #require(try run(exit: 4).summary.savedShare)) < 0.02)
    #expect(try #require(try run(exit: 1, to: "other").summary.savedShare) > 0.8)
  }

  @Test func exitZeroCopiesByteForByte() throws {
    let jpeg = try SampleFile.jpeg() + Array("bytes after the end".utf8)
    try scratch.write(jpeg, to: "in/a.jpg")
    let (summary, records) = try run(exit: 0)
    #expect(summary[.unchanged] == 1)
    #expect(try scratch.bytes(of: "out/a.jpg") == jpeg)
    #expect(records[0].macsPerPixel == 0)
    _ = try run(exit: 0, format: .png, to: "png")
    let png = try ImageDecoder.decode(scratch.bytes(of: "png/a.png"))
    #expect(png.planes().count == 3)
  }

  @Test func failFastBeginsNothingMore() throws {
    try scratch.write([0xFF, 0xD8, 0xFF, 0xE0], to: "in/0.jpg")
    for index in 1..<40 { try scratch.write(SampleFile.jpeg(), to: "in/\(index).jpg") }
    let (summary, records) = try run(jobs: 1, stopsAtFailure: true)
    // Those that were under way when it failed are finished.
    #expect(summary[.failed] == 1 && records.count < 20)
  }

  @Test func anUnwritableDirectoryIsAnErrorThatNamesIt() throws {
    try scratch.write(SampleFile.jpeg(), to: "in/a.jpg")
    try scratch.write([1], to: "out")
    let (summary, records) = try run()
    #expect(summary[.failed] == 1)
    #expect((summary.firstError as? FileError)?.operation == .create)
    #expect(records[0].error?.contains(scratch("out").string) == true)
  }

  @Test func resultsKeepTheInputsPermissions() throws {
    let input = try scratch.write(SampleFile.jpeg(), to: "in/a.jpg")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: input.string)
    _ = try run()
    let attributes = try FileManager.default.attributesOfItem(atPath: scratch("out/a.jpg").string)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
  }
}
