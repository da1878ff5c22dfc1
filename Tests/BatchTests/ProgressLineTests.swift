import Batch
import SystemPackage
import Testing

/// The line on the terminal.
@Suite struct ProgressLineTests {
  private func summary() throws -> BatchSummary {
    let scratch = try Scratch()
    // Six pictures of 0.1 megapixels; one is no picture at all once it is read to its end, and counts as no work.
    for index in 0..<5 { try scratch.write(SampleFile.png(width: 400, height: 250), to: "in/\(index).png") }
    try scratch.write(Array(SampleFile.png(width: 400, height: 250).dropLast(2000)), to: "in/5.png")
    let monitor = BatchMonitor()
    let plan = try OutputPlan(
      sources: Discovery(inputs: [scratch("in")]).sources, destination: .directory(scratch("out")), format: nil,
      existing: .skip)
    return try BatchRunner(processor: processor(exit: 1), options: BatchOptions(), monitor: monitor).run(plan)
  }

  @Test func itSaysWhatMattersAndFits() throws {
    let summary = try summary()
    let line = ProgressLine(summary.progress, now: summary.start + .seconds(10))
    #expect(line.text(width: 100) == "6/6 files  0.5/0.5 MP  0.05 MP/s  ETA 0:00  exits 1:5  1 failed")
    #expect(line.text(width: 40) == "6/6 files  0.5/0.5 MP  ETA 0:00")
    #expect(line.text(width: 9) == "6/6 files")
    #expect(line.text(width: 5).isEmpty)
    for width in 0..<100 { #expect(line.text(width: width).count <= width) }
  }

  /// Whoever watches a directory waits for hours between two plans.
  @Test func speedIsThatOfTheWorkUnderWay() throws {
    let scratch = try Scratch()
    let monitor = BatchMonitor()
    var starts: [ContinuousClock.Instant] = []
    for (name, side) in [("a", 200), ("b", 100)] {
      try scratch.write(SampleFile.png(width: side, height: side), to: "\(name)/\(name).png")
      let plan = try OutputPlan(
        sources: Discovery(inputs: [scratch(name)]).sources, destination: .directory(scratch("out")), format: nil,
        existing: .skip)
      _ = try BatchRunner(processor: processor(exit: 1), options: BatchOptions(), monitor: monitor).run(plan)
      starts.append(monitor.summary.progress.start)
    }
    let progress = monitor.summary.progress
    #expect(progress.done == 2 && progress.total == 2)
    #expect(progress.pixels == 10_000 && progress.plannedPixels == 10_000 && starts[1] > starts[0])
    #expect(monitor.summary.pixels == 50_000)
  }

  @Test func otherWorkIsCountedTheSameWay() {
    var progress = RunProgress(total: 5, plannedPixels: 5_000_000)
    progress.unit = "measurements"
    let counter = ProgressCounter(progress)
    counter.step("a.png", pixels: 1_000_000, isEarlier: true)
    counter.step("b.png", pixels: 1_000_000, hasFailed: true)
    counter.step("c.png", pixels: 1_000_000)
    let line = ProgressLine(counter.progress, now: counter.progress.start + .seconds(5))
    // What was done before takes no time now, nor does what is refused, and nothing of them is said.
    #expect(
      line.text(width: 80) == "3/5 measurements  1.0/3.0 MP  0.20 MP/s  ETA 0:10  1 failed  c.png")
    #expect(line.text(width: 62) == "3/5 measurements  1.0/3.0 MP  0.20 MP/s  ETA 0:10  1 failed")
  }

  @Test func timesReadAsPeopleSayThem() {
    #expect(Duration.seconds(7).clock == "0:07")
    #expect(Duration.seconds(3723).clock == "1:02:03")
    #expect(Duration.milliseconds(340).words == "0.3 s")
    #expect(Duration.seconds(192).words == "3 min 12 s")
    #expect(Duration.seconds(7500).words == "2 h 5 min")
    #expect(Int.max.megapixels == "9223372036854.8")
  }
}
