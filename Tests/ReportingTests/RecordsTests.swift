import Foundation
import Reporting
import Testing

/// Runs made up for the tests.
enum Sample {
  static func image(_ path: String, exit: Int = 1, total: Double = 100) -> ImageRecord {
    var record = ImageRecord(path: path, status: exit == 0 ? .unchanged : .enhanced)
    record.output = "out/" + path
    record.width = 100
    record.height = 50
    record.exit = exit
    record.exits = 2
    record.policy = "fixed"
    record.scoreBefore = 0.5
    record.scoreAfter = 0.75
    record.scores = [0.5, 0.75, nil]
    record.milliseconds.total = total
    record.milliseconds.infer = [total / 2, 0]
    record.macsPerPixel = 16_000
    return record
  }

  static let header = RunRecord(
    version: "1", options: [:], model: "fast", modelHash: "0", cpu: "", instructionSet: "", jobs: 1, threads: 1,
    libraries: [:], start: "")

  /// Of 100 x 100 pixels in tiles of 64.
  static func tiles(_ path: String) -> ImageRecord {
    var record = image(path, exit: 2)
    record.height = 100
    record.tileSize = 64
    record.tileExits = [[0, 1], [2, 1]]
    record.tileGainEstimates = [[[0.1, nil], [1.2, 0.3]], [[2, 1], [1, 0.25]]]
    return record
  }

  static func evaluation(_ path: String, quality: Int, psnr: [Double?], policy: Int) -> EvaluationRecord {
    var record = EvaluationRecord(path: path, degraded: nil, quality: quality, channel: "luma", status: .measured)
    record.width = 1000
    record.height = 1000
    record.exits = psnr.count - 1
    record.psnr = psnr
    record.psnrB = psnr
    record.ssim = psnr.map { _ in 0.9 }
    record.msSSIM = psnr.map { _ in nil }
    record.scores = psnr.map { _ in 0.5 }
    record.macsPerPixel = psnr.indices.map { Double($0) * 10_000 }
    record.ms = psnr.indices.map { Double($0) * 10 + 1 }
    record.policies = ["assessor": .init(exit: policy, macsPerPixel: 5000, ms: 6)]
    return record
  }

  static func lines(_ records: [any Encodable]) throws -> [UInt8] { try records.flatMap { try JSONLines.line($0) } }
}

@Suite struct RecordsTests {
  @Test func recordsComeBackAsTheyWent() throws {
    let image = Sample.image("a.jpg")
    let evaluation = Sample.evaluation("b.png", quality: 10, psnr: [30, nil, 32], policy: 2)
    var bytes = try Sample.lines([image, evaluation])
    bytes += Array(#"{"v":1,"kind":"something new","x":1}"#.utf8) + [10]
    let runs = try RecordReader.runs(in: bytes + Array(#"{"v":1,"kind":"ima"#.utf8), name: "f")
    #expect(runs.count == 1)
    #expect(runs[0].images == [image])
    #expect(runs[0].evaluations == [evaluation])
  }

  @Test func aLineThatIsNoRecordIsNamed() throws {
    let good = try Sample.lines([Sample.image("a.jpg")])
    for (line, error) in [
      ("hello", RecordError.notARecord(file: "f", line: 2)), (#"{"v":1}"#, .notARecord(file: "f", line: 2)),
      (#"{"v":1,"kind":"image","path":3}"#, .notARecord(file: "f", line: 2)),
      (#"{"v":2,"kind":"image"}"#, .version(2, file: "f", line: 2)),
    ] {
      #expect(throws: error) { try RecordReader.runs(in: good + Array(line.utf8) + [10] + good, name: "f") }
    }
    // Of a file without any record nobody knows what it is.
    #expect(throws: RecordError.notARecord(file: "f", line: 1)) {
      try RecordReader.runs(in: Array("hello\nworld\n".utf8), name: "f")
    }
  }

  @Test func linesThatACrashHasCutArePassedOver() throws {
    let header = try Sample.lines([Sample.header])
    let image = try Sample.lines([Sample.image("a.jpg")])
    let end = Array(#"{"kind":"end","run_id":"1x2","v":1}"#.utf8) + [10]
    let cut = Array(image.prefix(40)) + [10]
    func read(_ parts: [[UInt8]]) throws -> (images: [Int], passedOver: [Int]) {
      var passedOver: [Int] = []
      let runs = try RecordReader.runs(in: Array(parts.joined()), name: "f") { passedOver.append($0) }
      return (runs.map(\.images.count), passedOver)
    }
    let followed = try read([header, image, cut, header, image, image])
    #expect(followed.images == [1, 2] && followed.passedOver == [3])
    // In a journal the next run may first write down that the one before has ended.
    let ended = try read([header, image, cut, end, header, image, end])
    #expect(ended.images == [1, 1] && ended.passedOver == [3])
    let last = try read([header, image, cut])
    #expect(last.images == [1] && last.passedOver == [3])
    let twice = try read([cut, cut, header, cut])
    #expect(twice.images == [0] && twice.passedOver == [1, 2, 4])
    #expect(throws: RecordError.notARecord(file: "f", line: 2)) { try read([header, cut, image]) }
    #expect(throws: RecordError.notARecord(file: "f", line: 2)) { try read([header, cut, cut, image]) }
  }

  @Test func journalsHaveMoreMembersAndKinds() throws {
    let stamp = #"{"modified":1796025822983625699,"size":4420}"#
    let lines = [
      #"{"v":1,"kind":"appearing","name":"a.jpg","input":\#(stamp),"result":\#(stamp)}"#,
      #"{"v":1,"kind":"image","path":"a.jpg","status":"enhanced","input":\#(stamp),"result":\#(stamp)}"#,
      #"{"v":1,"kind":"end","run_id":"1x2"}"#,
    ]
    let runs = try RecordReader.runs(in: lines.flatMap { Array($0.utf8) + [10] }, name: "f")
    #expect(runs.count == 1 && runs[0].images.map(\.path) == ["a.jpg"] && runs[0].end == nil)
  }

  @Test func recordsThatMakeNoSenseAreRefused() throws {
    var images = (0..<7).map { _ in Sample.image("a.jpg") }
    images[0].exit = -1
    images[1].exit = 3
    images[2].exits = .max
    images[3].width = .max
    images[4].height = 0
    images[5].milliseconds.total = 1e300
    images[6].milliseconds.infer = Array(repeating: 1, count: 2000)
    for image in images {
      #expect(throws: RecordError.self) { try RecordReader.runs(in: Sample.lines([image]), name: "f") }
    }
    var evaluations = (0..<4).map { _ in Sample.evaluation("a", quality: 10, psnr: [30, 31], policy: 1) }
    evaluations[0].psnrB = [30]
    evaluations[1].policies?["assessor"]?.exit = 2
    evaluations[2].ms = nil
    evaluations[3].exits = 2
    for evaluation in evaluations {
      #expect(throws: RecordError.self) { try RecordReader.runs(in: Sample.lines([evaluation]), name: "f") }
    }
  }

  @Test func tilesMustCoverTheImage() throws {
    let record = Sample.tiles("a.jpg")
    #expect(try RecordReader.runs(in: Sample.lines([record]), name: "f")[0].images == [record])
    var broken = (0..<5).map { _ in record }
    broken[0].tileExits = [[0, 1], [2]]
    broken[1].tileExits = [[0, 1]]
    broken[2].tileExits = [[0, 1], [2, 3]]
    broken[3].tileSize = 0
    broken[4].tileGainEstimates = [[[1]]]
    for image in broken {
      #expect(throws: RecordError.self) { try RecordReader.runs(in: Sample.lines([image]), name: "f") }
    }
  }

  @Test func aTableHasTheNamesOfTheRecords() throws {
    var run = RecordedRun(name: "r")
    run.images = [Sample.image("a,\"b\".jpg"), Sample.image("c.jpg", exit: 0), Sample.tiles("d.jpg")]
    let lines = try CSVTable([run]).text.components(separatedBy: "\r\n")
    let names = lines[0].components(separatedBy: ",")
    #expect(lines.count == 5 && lines[4].isEmpty)
    #expect(names.contains("tile_size") && !names.contains { $0.hasPrefix("tile_exits") || $0.contains("tile_gain") })
    for name in ["path", "score_before", "scores_0", "scores_2", "ms_infer_0", "ms_total", "macs_per_pixel"] {
      #expect(names.contains(name), "\(name)")
    }
    #expect(names.firstIndex(of: "path") == 2)
    #expect(lines[1].contains(#""a,""b"".jpg""#))
    #expect(lines[2].components(separatedBy: ",")[try #require(names.firstIndex(of: "exit"))] == "0")
    #expect(lines[2].components(separatedBy: ",")[try #require(names.firstIndex(of: "scores_2"))] == "")
  }
}

@Suite struct EvaluationSummaryTests {
  @Test func figuresAreAddedUpByQualityExitAndPolicy() throws {
    let records = [
      Sample.evaluation("a", quality: 10, psnr: [30, 31, 33], policy: 1),
      Sample.evaluation("b", quality: 10, psnr: [28, 27, 30], policy: 2),
      Sample.evaluation("c", quality: 40, psnr: [35, 35, 35.5], policy: 0),
    ]
    let groups = EvaluationSummary(records).groups
    #expect(groups.map(\.quality) == [10, 40])
    let rows = groups[0].rows
    #expect(rows.map(\.choice.name) == ["input", "exit 1", "exit 2", "assessor"])
    #expect(rows[1].gain.sorted == [-1, 1] && rows[1].wins == 1 && rows[1].losses == 1)
    #expect(rows[2].psnr.mean == 31.5)
    #expect(rows[3].meanExit == 1.5 && rows[3].gain.mean == 1.5)
    #expect(rows[3].worst.map(\.path) == ["a", "b"])
    #expect(abs(try #require(rows[3].timeRatio) - 6.0 / 21) < 1e-12)
    #expect(abs(try #require(rows[0].timeRatio) - 1.0 / 21) < 1e-12)
    #expect(rows[3].msPerMegapixel?.median == 6)
    #expect(rows[1].msSSIM == nil)
    #expect(groups[1].rows[1].wins == 0 && groups[1].rows[1].losses == 0)
  }

  @Test func picturesArePairedWithTheLastExit() throws {
    let records = [
      Sample.evaluation("a", quality: 10, psnr: [30, 31, 33], policy: 1),
      Sample.evaluation("b", quality: 10, psnr: [28, 27, 30], policy: 2),
    ]
    let group = EvaluationSummary(records).groups[0]
    let pairs = try #require(group.rows[3].pairs)
    #expect(pairs.gain.sorted == [-2, 0])
    #expect(pairs.cost?.sorted == [0.25, 0.25])
    #expect(pairs.time.map { $0.sorted.allSatisfy { abs($0 - 6.0 / 21) < 1e-12 } } == true)
    #expect(group.pairedTable.rows.map { $0[0] } == ["input", "exit 1", "exit 2", "assessor"])
    #expect(
      group.pairedTable.rows[2] == ["exit 2", "+0.000", "+0.000", "+0.000"]
        + Array(repeating: "1.00", count: 6))
  }

  /// Where one policy stands for all, it is the one that `rbqe enhance` goes by.
  @Test func theGatesStandForAllPolicies() throws {
    var record = Sample.evaluation("a", quality: 10, psnr: [30, 31, 33], policy: 1)
    #expect(record.mainPolicy?.exit == 1)
    record.policies?["gate"] = .init(exit: 2, macsPerPixel: 6000, ms: 7)
    record.policies?["oracle"] = .init(exit: 0, macsPerPixel: nil, ms: nil)
    #expect(record.mainPolicy?.exit == 2)
    var run = RecordedRun(name: "r")
    run.evaluations = [record]
    let text = MarkdownReport(try Report([run])).text
    #expect(text.contains("gate brings PSNR from 30.00 to 33.00 dB"))
    record.policies = ["oracle": .init(exit: 0, macsPerPixel: nil, ms: nil)]
    #expect(record.mainPolicy == nil)
  }

  @Test func identicalPicturesCapWhatPSNRCounts() {
    let records = [
      Sample.evaluation("a", quality: 10, psnr: [nil, 60], policy: 0),
      Sample.evaluation("b", quality: 10, psnr: [55, 40], policy: 0),
    ]
    let rows = EvaluationSummary(records).groups[0].rows
    #expect(rows[0].psnr.sorted == [50, 50])
    #expect(rows[1].gain.sorted == [-10, 0])
    #expect(EvaluationSummary(Array(records.dropFirst())).groups[0].rows[0].psnr.sorted == [55])
  }

  /// Every figure of a report counts alike, in rows, tiles and tables.
  @Test func identicalPicturesCapAllFiguresOfAReport() throws {
    var run = RecordedRun(name: "r")
    run.evaluations = [
      Sample.evaluation("a", quality: 10, psnr: [nil, 59], policy: 1),
      Sample.evaluation("b", quality: 10, psnr: [30, 31], policy: 1),
    ]
    let report = try Report([run])
    #expect(report.rows.map(\.psnrBefore) == [50, 30] && report.rows.map(\.psnrAfter) == [50, 31])
    let rows = EvaluationSummary(run.evaluations).groups[0].rows
    #expect(rows[0].psnrB == 40 && rows[1].psnrB == 40.5)
    run.evaluations = [Sample.evaluation("c", quality: 10, psnr: [55, 59], policy: 1)]
    #expect(try Report([run]).rows[0].psnrAfter == 59)
  }

  @Test func cellsOfCSVKeepJoinedMarksInside() throws {
    var run = RecordedRun(name: "r")
    run.images = [Sample.image("c\"\u{301},d|\u{301}e.jpg")]
    let lines = try CSVTable([run]).text.components(separatedBy: "\r\n")
    let wanted = Array("\"c\"\"".unicodeScalars) + ["\u{301}"] + Array(",d|".unicodeScalars)
    #expect(Array(lines[1].unicodeScalars).contains(wanted))
  }

  @Test func runsAreComparedImageByImage() throws {
    var first = RecordedRun(name: "a")
    var second = RecordedRun(name: "b")
    first.images = [Sample.image("x", total: 100), Sample.image("x", total: 120), Sample.image("y", total: 10)]
    second.images = [Sample.image("x", total: 55), Sample.image("y", total: 20), Sample.image("z", exit: 2)]
    let comparison = Comparison(first, second)
    #expect(comparison.unmatched == 1)
    #expect(comparison.groups.map(\.name) == ["exit 1"])
    let total = try #require(comparison.groups[0].ratios.first { $0.name == "total ms" })
    #expect(total.ratios.sorted == [0.5, 2])
    #expect(abs(try #require(total.ratios.geometricMean) - 1) < 1e-12)
  }
}
