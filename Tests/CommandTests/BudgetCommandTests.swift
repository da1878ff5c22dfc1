import Foundation
import Imaging
import Testing

/// `--budget` from the outside: the cost that comes out, and decisions that nothing but the plan decides.
@Suite struct BudgetCommandTests {
  private static let count = 70

  private static func pictures(_ scratch: Scratch) throws -> String {
    for index in 0..<count {
      try scratch.write(
        TestImages.jpeg(quality: 5 + index * 37 % 80, scale: 1 + index % 3), to: "in/p\(index).jpg")
    }
    return scratch("in")
  }

  /// Parts of a photograph, all so badly compressed that every exit helps.
  private static func photographs(_ scratch: Scratch) throws -> String {
    let whole = try TestImages.photograph()
    for index in 0..<count {
      let (width, height) = (64 + 16 * (index % 3), 64 + 8 * (index % 5))
      let planes = whole.planes(
        x: index * 29 % (whole.width - width), y: index * 53 % (whole.height - height), width: width, height: height)
      let bytes = try ImageEncoder.encode(
        Image(planes: planes, colorModel: .rgb), as: .jpeg(JPEGOptions(quality: 5 + index * 37 % 31)))
      try scratch.write(bytes, to: "in/p\(index).jpg")
    }
    return scratch("in")
  }

  private static func images(_ scratch: Scratch, _ name: String) throws -> [[String: Any]] {
    try scratch.bytes(of: name).split(separator: 10).compactMap {
      let object = try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any]
      return object?["kind"] as? String == "image" ? object : nil
    }
  }

  /// The exit of every image by its path.
  private static func exits(_ records: [[String: Any]]) -> [String: Int] {
    Dictionary(
      records.compactMap { record in
        guard let path = record["path"] as? String, let exit = record["exit"] as? Int else { return nil }
        return (path, exit)
      }, uniquingKeysWith: { first, _ in first })
  }

  @Test func decisionsAreThePlansWhateverTheJobsAndInterruptions() async throws {
    let scratch = try Scratch()
    let input = try Self.pictures(scratch)
    func run(_ out: String, _ options: String...) async throws -> [String: Int] {
      // A run that goes on adds to the records of those before it.
      try? FileManager.default.removeItem(atPath: scratch(out + ".jsonl"))
      let result = try await Tool.run(
        Tool.path,
        ["enhance", input, "-o", scratch(out) + "/", "--budget", "0.5", "--records", scratch(out + ".jsonl")] + options)
      #expect(result.status == 0, "\(result.error)")
      return Self.exits(try Self.images(scratch, out + ".jsonl"))
    }
    let one = try await run("one", "--jobs", "1")
    #expect(one.count == Self.count && Set(one.values).count > 1)
    #expect(try await run("two", "--jobs", "2") == one)

    // As after kills at several moments: the beginning of the journal is there, and the results that it lists. Some of
    // the moments lie between the line that says that a result is about to appear and the one with its record.
    let lines = try scratch.bytes(of: "one/.rbqe.jsonl").split(separator: 10)
    let appearing = lines.indices.filter { String(decoding: lines[$0], as: UTF8.self).contains("\"appearing\"") }
    for last in [appearing[20], appearing[20] + 1, appearing[35], appearing[50] + 2] {
      let kept = Array(lines[...last].joined(separator: [10])) + [10]
      try scratch.write(kept, to: "one/.rbqe.jsonl")
      let listed = String(decoding: kept, as: UTF8.self)
      for name in (0..<Self.count).map({ "p\($0).jpg" }) where !listed.contains("\"\(name)\"") {
        try? FileManager.default.removeItem(atPath: scratch("one/" + name))
      }
      // What an earlier round made again is another file than the journal's.
      let redone = try await run("one", "--resume", "--existing", "overwrite").filter { one[$0.key] != nil }
      #expect(redone.allSatisfy { one[$0.key] == $0.value }, "after line \(last)")
      #expect(redone.count < Self.count && !redone.isEmpty)
    }
  }

  /// What a journal tells of results in the inputs' own places counts, too.
  @Test func decisionsInPlaceAreThoseOfOneRun() async throws {
    let scratch = try Scratch()
    _ = try Self.photographs(scratch)
    func run(_ name: String, _ options: String...) async throws -> [String: Int] {
      let result = try await Tool.run(
        Tool.path,
        ["enhance", scratch(name), "--in-place", "--budget", "0.4", "--records", scratch(name + ".jsonl")] + options)
      #expect(result.status == 0, "\(result.error)")
      return Self.exits(try Self.images(scratch, name + ".jsonl"))
    }
    for name in ["copy", "again"] {
      try FileManager.default.copyItem(atPath: scratch("in"), toPath: scratch(name))
    }
    let whole = try await run("in")
    #expect(Set(whole.values).count > 1)
    // As after a kill: the first half is done, the others are what they were.
    _ = try await run("copy")
    let lines = try scratch.bytes(of: "copy/.rbqe.jsonl").split(separator: 10)
    let kept = Array(lines[...(lines.count / 2)].joined(separator: [10])) + [10]
    try scratch.write(kept, to: "copy/.rbqe.jsonl")
    let listed = String(decoding: kept, as: UTF8.self)
    for name in (0..<Self.count).map({ "p\($0).jpg" }) where !listed.contains("\"\(name)\"") {
      try FileManager.default.removeItem(atPath: scratch("copy/" + name))
      try FileManager.default.copyItem(atPath: scratch("again/" + name), toPath: scratch("copy/" + name))
    }
    try FileManager.default.removeItem(atPath: scratch("copy.jsonl"))
    let rest = try await run("copy", "--resume")
    #expect(rest.count < Self.count && rest.count > 10)
    #expect(rest.allSatisfy { whole[$0.key] == $0.value })
  }

  /// What images have cost, as a share of the last exit's for the same pixels.
  private static func share(_ records: [[String: Any]], last: Double) throws -> Double {
    var (cost, pixels) = (0.0, 0.0)
    for record in records {
      let size = try #require(record["width"] as? Double) * #require(record["height"] as? Double)
      cost += try #require(record["macs_per_pixel"] as? Double) * size
      pixels += size
    }
    return cost / pixels / last
  }

  @Test func theCostThatComesOutIsTheBudgetAndOfEveryShardToo() async throws {
    let scratch = try Scratch()
    let input = try Self.photographs(scratch)
    func records(_ name: String, _ options: String...) async throws -> [[String: Any]] {
      let result = try await Tool.run(
        Tool.path, ["enhance", input, "-o", scratch(name) + "/", "--records", scratch(name + ".jsonl")] + options)
      #expect(result.status == 0, "\(result.error)")
      return try Self.images(scratch, name + ".jsonl")
    }
    let last = try #require(try await records("last", "--exit", "last")[0]["macs_per_pixel"] as? Double)
    let whole = try await records("whole", "--budget", "0.5")
    let share = try Self.share(whole, last: last)
    #expect(abs(share - 0.5) < 0.01, "\(share)")
    var seen: Set<String> = []
    for shard in ["1/3", "2/3", "3/3"] {
      let name = "part" + shard.prefix(1)
      let one = try await records(name, "--budget", "0.5", "--shard", shard, "--jobs", "1")
      let two = try await records(name + "again", "--budget", "0.5", "--shard", shard, "--jobs", "2")
      #expect(Self.exits(one) == Self.exits(two))
      // Of some twenty pictures one counts more.
      let share = try Self.share(one, last: last)
      #expect(abs(share - 0.5) < 0.03, "\(shard): \(share)")
      seen.formUnion(Self.exits(one).keys)
    }
    #expect(seen.count == Self.count)
  }

  /// The curve of an evaluation is made of what a batch of the same files would take.
  @Test func anEvaluationSaysWhatABatchTakes() async throws {
    let scratch = try Scratch()
    let input = try Self.photographs(scratch)
    func records(_ name: String, _ options: String...) async throws -> [[String: Any]] {
      let result = try await Tool.run(
        Tool.path,
        ["enhance", input, "-o", scratch(name) + "/", "--format", "png", "--records", scratch(name + ".jsonl")]
          + options)
      #expect(result.status == 0, "\(result.error)")
      return try Self.images(scratch, name + ".jsonl")
    }
    let last = try #require(try await records("last", "--exit", "last")[0]["macs_per_pixel"] as? Double)
    let evaluation = try await Tool.run("evaluate", "--reference", input, "--degraded", input, "-q")
    let rows = evaluation.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    for budget in ["0.300", "0.500"] {
      let row = try #require(rows.first { $0.starts(with: ["budget", budget]) })
      let share = try Self.share(try await records("of" + budget, "--budget", budget), last: last)
      #expect(abs(try #require(Double(row[2])) - share) < 0.0006, "\(row): \(share)")
    }
  }

  @Test func aBudgetHasNoMeaningBesideAnotherChoice() async throws {
    for options in [
      ["--budget", "0.5", "--watch", "-o", "x"], ["--budget", "0"], ["--budget", "0.5", "--exit", "1"],
      ["--policy", "budget"],
    ] {
      #expect(try await Tool.run(Tool.path, ["enhance", "x.jpg"] + options).status == 64)
    }
    #expect(try await Tool.run("assess", "x.jpg", "--budget", "0.5").status == 64)
  }
}
