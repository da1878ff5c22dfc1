import Synchronization
import Testing

@testable import Inference

/// The fast engine, held against the reference path and against itself.
@Suite("Fast engine")
struct EngineTests {
  @Test("Both families compile to row programs, gates too, but not what multiplies a map by what was pooled")
  func compiles() throws {
    for (name, isFast) in [
      ("fast", true), ("nested", true), ("chains", true), ("descent", true), ("branch", true), ("fast-gated", true),
      ("nested-gated", true),
      ("foreign", false), ("gates", false),
    ] {
      #expect(try Fixture.model(name).isFast == isFast, "\(name)")
    }
    #expect(try !Fixture.model("fast", on: Engine(kernels: nil)).isFast)
  }

  @Test(
    "Every instruction set gives the reference path's values, whatever the size",
    arguments: Engine.all, ["fast", "nested", "chains", "descent", "branch"])
  func equalsReference(_ engine: Engine, _ name: String) throws {
    let model = try Fixture.model(name, on: engine)
    let reference = try Fixture.model(name, on: Engine(kernels: nil))
    for (height, width) in [(1, 1), (2, 7), (16, 5), (33, 70), (70, 33), (9, 300), (130, 9)] {
      let image = Fixture.noise(3, height, width, seed: UInt64(height * width))
      let (session, expected) = (try Session(model: model, image: image), try Session(model: reference, image: image))
      for exit in model.exits {
        let difference = try Fixture.largestDifference(session.exit(exit), expected.exit(exit))
        #expect(difference < 1e-5, "exit \(exit) of \(width)x\(height)")
      }
    }
  }

  @Test("AVX2 and AVX-512 give the same bits", arguments: ["fast", "nested", "chains", "descent", "branch"])
  func widthOfVectorsDoesNotMatter(_ name: String) throws {
    let fused = KernelSet.available.filter { $0.name != "scalar" }
    let image = Fixture.noise(3, 45, 83)
    let results = try fused.map { kernels in
      let model = try Fixture.model(name, on: Engine(kernels: kernels))
      return try Session(model: model, image: image).exit(model.exits.upperBound)
    }
    for result in results { #expect(result == results[0]) }
  }

  @Test("AVX2 and AVX-512 give the same bits of the shipped models", arguments: ["fast", "nested"])
  func widthOfVectorsDoesNotMatterWhereChannelsAreMany(_ name: String) throws {
    let bytes = try Fixture.shippedModel(name)
    // Wide pictures go through in turns of other heights than narrow ones.
    for image in [Fixture.noise(3, 64, 96), Fixture.noise(3, 32, 1216)] {
      let results = try KernelSet.available.filter { $0.name != "scalar" }.map { kernels in
        let model = try Model(onnx: bytes, kernels: kernels)
        let session = try Session(model: model, image: image)
        return try model.exits.map { try session.exit($0) }
      }
      for result in results { #expect(result == results[0]) }
    }
  }

  @Test("The number of threads changes no bit", arguments: ["fast", "nested", "chains", "descent", "branch"])
  func threadsDoNotMatter(_ name: String) throws {
    let model = try Fixture.model(name)
    // Threads share the rows of wide pictures by columns, of others by rows.
    for image in [Fixture.noise(3, 90, 133), Fixture.noise(3, 21, 2222)] {
      let expected = try Session(model: model, image: image)
      for threads in [2, 3, 8] {
        let session = try Session(model: model, image: image, threads: threads)
        for exit in model.exits { #expect(try session.exit(exit) == expected.exit(exit)) }
      }
    }
  }

  @Test("Runs of pieces part every row alike", arguments: 1..<40, 1..<9)
  func runsPartRows(pieces: Int, threads: Int) {
    let ends = TurnWork.runEnds(of: 12 * pieces, rowsOf: pieces, threads: threads)
    #expect(ends.indices.allSatisfy { ends[$0] > $0 } && ends == ends.sorted() && ends.last == 12 * pieces)
    // An item is in the run of the one before, or begins its own.
    #expect(ends.indices.dropFirst().allSatisfy { ends[$0] == ends[$0 - 1] || ends[$0 - 1] == $0 })
    guard pieces >= 8, threads > 1 else { return }
    let first = Set(ends.prefix(pieces))
    #expect(first.count == min(threads, pieces / 4))
    #expect(Set(ends.suffix(pieces).map { $0 - 11 * pieces }) == first)
  }

  @Test(
    "An image that streams through gives what a session gives, in bands too",
    arguments: ["fast", "nested", "chains", "descent", "branch"],
    [1, 2])
  func streams(_ name: String, threads: Int) throws {
    let model = try Fixture.model(name)
    for (height, width, band) in [(1, 1, 64), (75, 61, 64), (200, 34, 8192), (41, 400, 96), (24, 777, 200)] {
      let image = Fixture.noise(3, height, width)
      let session = try Session(model: model, image: image)
      for exit in model.exits {
        let stream = try #require(
          try ImageStream(
            model: model, exit: exit, height: height, width: width, threads: threads, bandWidth: band))
        let result = Mutex([Float](repeating: .nan, count: image.values.count))
        try stream.run(isCancelled: { false }) { row, columns, planes in
          for (index, plane) in planes.enumerated() {
            for x in columns { plane[x - columns.lowerBound] = image.values[(index * height + row) * width + x] }
          }
        } write: { row, columns, planes in
          result.withLock { values in
            for (index, plane) in planes.enumerated() {
              for x in columns { values[(index * height + row) * width + x] = plane[x - columns.lowerBound] }
            }
          }
        }
        #expect(result.withLock { $0 } == (try session.exit(exit).values), "\(width)x\(height), exit \(exit)")
      }
    }
  }

  @Test(
    "An image that is read and handed over row by row gives what a tensor gives, once",
    arguments: ["fast", "nested", "branch"], [false, true])
  func handsOver(_ name: String, onReferencePath: Bool) throws {
    let model = try onReferencePath ? Fixture.model(name, on: Engine(kernels: nil)) : Fixture.model(name)
    let (height, width) = (37, 51)
    let image = Fixture.noise(3, height, width)
    func session() throws -> Session {
      try Session(
        model: model, height: height, width: width, fileFacts: nil, targets: nil, threads: 2, pooledArea: nil,
        isCancelled: { false }
      ) { row, columns, planes in
        for (index, plane) in planes.enumerated() {
          for x in columns { plane[x - columns.lowerBound] = image.values[(index * height + row) * width + x] }
        }
      }
    }
    func rows(_ session: Session, _ exit: Int) throws -> [Float] {
      let result = Mutex([Float](repeating: .nan, count: image.values.count))
      try session.exit(exit) { row, columns, planes in
        result.withLock { values in
          for (index, plane) in planes.enumerated() {
            for x in columns { values[(index * height + row) * width + x] = plane[x - columns.lowerBound] }
          }
        }
      }
      return result.withLock { $0 }
    }
    let (asked, handing) = (try Session(model: model, image: image), try session())
    for exit in model.exits {
      let expected = try asked.exit(exit).values
      #expect(try rows(asked, exit) == expected, "what was asked before")
      #expect(try rows(handing, exit) == expected)
      #expect(throws: SessionError.self) { try rows(handing, exit) }
      #expect(throws: SessionError.self) { try handing.exit(exit) }
    }
  }

  @Test func streamingTakesMemoryForRowsOnly() throws {
    let model = try Fixture.model("fast")
    func bytes(_ height: Int) throws -> Int {
      try #require(try ImageStream(model: model, exit: 4, height: height, width: 640, threads: 2)).bytes
    }
    #expect(try bytes(4000) == bytes(1000))
  }

  @Test(
    "Maps have room for just the rows that are read, however many turns there are",
    arguments: ["fast", "nested", "chains", "descent", "branch"])
  func rowsHaveRoom(_ name: String) throws {
    let program = try #require(try Fixture.model(name).program)
    for (height, width) in [(16, 16), (304, 64), (1008, 64), (640, 2000), (1072, 2000), (1600, 4000)] {
      let plan = RowPlan(steps: program.steps, of: program, height: height, width: width, kept: [], threads: 1)
      let stages = plan.schedule.stages
      var run = plan.schedule
      var room = stages.map { _ in 1 }
      while !run.isFinished {
        let before = run.made
        try #require(!run.turn().isEmpty)
        // What a step reads in this turn, and what comes before that was read already.
        var oldest = before
        for (index, stage) in stages.enumerated() {
          for (input, producer) in stage.producers.enumerated() {
            guard let producer else { continue }
            let next = before[index]..<min(stage.height, before[index] + stage.operation.unit)
            let first = next.isEmpty ? stage.inputHeights[input] : stage.operation.rows(of: input, for: next).lowerBound
            oldest[producer] = min(oldest[producer], max(0, first))
          }
        }
        for index in stages.indices { room[index] = max(room[index], run.made[index] - oldest[index]) }
      }
      for (output, rows) in zip(plan.outputs, room) {
        #expect(output.capacity == min(output.height, rows), "\(width)x\(height)")
      }
    }
  }

  @Test(
    "What a session is said to take bounds what it takes",
    arguments: ["fast", "nested", "chains", "descent", "branch"])
  func estimatesMemory(_ name: String) throws {
    let model = try Fixture.model(name)
    let session = try Session(model: model, image: Fixture.noise(3, 301, 222), threads: 2)
    for exit in model.exits { _ = try session.exit(exit) }
    let estimate = try #require(model.sessionBytes(height: 301, width: 222, threads: 2))
    #expect(session.memory.peak <= estimate * 11 / 10)
    #expect(session.memory.peak >= estimate * 7 / 10)
  }

  @Test("So is what a session takes that is asked for one exit alone", arguments: ["fast", "branch"])
  func estimatesMemoryOfOneExit(_ name: String) throws {
    let model = try Fixture.model(name)
    for targets in [[], [Target.exit(1)], [.exit(model.information.exitCount)]] {
      let session = try Session(model: model, image: Fixture.noise(3, 301, 222), targets: targets, threads: 2)
      for case .exit(let exit) in targets { _ = try session.exit(exit) }
      let estimate = try #require(model.sessionBytes(height: 301, width: 222, threads: 2, targets: targets))
      #expect(session.memory.peak <= estimate * 11 / 10)
      #expect(session.memory.peak >= estimate * 7 / 10)
    }
  }
}

extension Fixture {
  static func largestDifference(_ first: Tensor, _ second: Tensor) -> Float {
    guard first.shape == second.shape else { return .infinity }
    return zip(first.values, second.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }
}
