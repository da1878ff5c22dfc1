import Inference
import Synchronization
import Testing

/// Gates in the fast engine: what they give, what they cost, and that nothing but the image has a say in it.
@Suite("Gates")
struct GateTests {
  private static let models = ["fast-gated", "branch-gated", "nested-gated"]

  @Test("Every instruction set gives the reference path's gains", arguments: Engine.all, models)
  func equalsReference(_ engine: Engine, _ name: String) throws {
    let model = try Fixture.model(name, on: engine)
    let reference = try Fixture.model(name, on: Engine(kernels: nil))
    for (height, width) in [(1, 1), (2, 7), (33, 70), (9, 300), (130, 9)] {
      let image = Fixture.noise(3, height, width, seed: UInt64(height * width))
      for facts in [nil, [1, 0.5]] as [[Float]?] {
        let session = try Session(model: model, image: image, fileFacts: facts)
        let expected = try Session(model: reference, image: image, fileFacts: facts)
        for gain in model.information.gains {
          #expect(try abs(session.gain(gain) - expected.gain(gain)) < 1e-5, "gain \(gain) of \(width)x\(height)")
        }
      }
    }
  }

  @Test("Threads and the width of vectors change no bit, nor does what was asked before", arguments: models)
  func onlyTheImageCounts(_ name: String) throws {
    let image = Fixture.noise(3, 90, 133)
    let gains = try Fixture.model(name).information.gains
    let expected = try gains.map { try Session(model: Fixture.model(name), image: image).gain($0) }
    for kernels in KernelSet.available where kernels.name != "scalar" {
      let model = try Fixture.model(name, on: Engine(kernels: kernels))
      for threads in [1, 2, 5] {
        let session = try Session(model: model, image: image, threads: threads)
        _ = try session.exit(2)
        #expect(try gains.map { try session.gain($0) } == expected)
      }
    }
  }

  @Test("An estimate runs what it needs and no more", arguments: models)
  func costs(_ name: String) throws {
    let model = try Fixture.model(name)
    let session = try Session(model: model, image: Fixture.noise(3, 64, 64))
    _ = try session.gain(0)
    #expect(session.macsRun < Int(model.information.macsPerPixelAlone[0] * 64 * 64))
    let before = session.macsRun
    _ = try session.gain(0)
    #expect(session.macsRun == before)
    for exit in model.exits { _ = try session.exit(exit) }
    let alone = try Session(model: model, image: Fixture.noise(3, 64, 64), targets: [.exit(model.exits.upperBound)])
    _ = try alone.exit(model.exits.upperBound)
    #expect(Double(alone.macsRun) == (model.information.macsPerPixelAlone.last ?? 0) * 64 * 64)
  }

  @Test("Sums over the parts of a picture make the estimate of the whole", arguments: models)
  func partsMakeTheWhole(_ name: String) throws {
    let model = try Fixture.model(name)
    let image = Fixture.noise(3, 128, 72)
    let whole = try Session(model: model, image: image)
    for gain in model.information.gains {
      var joined: PooledSums?
      for rows in [0..<64, 64..<128] {
        let part = try Session(
          model: model, image: image, fileFacts: nil, targets: nil, threads: 1,
          pooledArea: PooledArea(rows: rows, columns: 0..<72), isCancelled: { false })
        let sums = try #require(try part.sums(gain))
        if joined == nil { joined = sums } else { joined?.add(sums) }
      }
      let sums = try #require(joined)
      let estimate = try #require(model.gain(gain, of: sums, fileFacts: nil))
      #expect(try abs(estimate - whole.gain(gain)) < 1e-6)
    }
  }

  @Test("What a session is said to take bounds what it takes with gates", arguments: models)
  func estimatesMemory(_ name: String) throws {
    let model = try Fixture.model(name)
    let session = try Session(model: model, image: Fixture.noise(3, 301, 222), threads: 2)
    for exit in model.exits {
      if model.information.gains.contains(exit - 1) { _ = try session.gain(exit - 1) }
      _ = try session.exit(exit)
    }
    #expect(session.memory.peak <= (model.sessionBytes(height: 301, width: 222, threads: 2) ?? 0) * 11 / 10)
  }

  @Test(
    "A session whose exits are forgotten as they are passed gives the same in less memory", arguments: models,
    [1, 2])
  func forgetsWhatIsPassed(_ name: String, taken: Int) throws {
    let model = try Fixture.model(name)
    let last = try #require(model.exits.last)
    let (exit, image) = (taken == 1 ? 1 : last, Fixture.noise(3, 301, 222))
    let (session, keeping) = (try Session(model: model, image: image), try Session(model: model, image: image))
    for passed in 0..<exit where model.information.gains.contains(passed) {
      #expect(try session.gain(passed) == keeping.gain(passed))
      session.forget([.exit(passed)])
      if passed > 0 { #expect(throws: SessionError.self) { try session.exit(passed) } }
    }
    session.forget(model.targets.filter { $0 != .exit(exit) })
    #expect(try session.exit(exit).values == keeping.exit(exit).values)
    let bound = try #require(model.sessionBytes(height: 301, width: 222, threads: 1, isPassing: true))
    #expect(session.memory.peak <= bound * 11 / 10)
    #expect(session.memory.peak < keeping.memory.peak || exit == 1)
    session.forget(model.targets)
    #expect(session.memory.live == 0)
    #expect(throws: SessionError.unavailable(.gain(0), available: [])) { try session.gain(0) }
  }

  @Test("So do sessions that share memory, as those of a sample", arguments: models)
  func forgetsWhatIsPassedTogether(_ name: String) throws {
    let model = try Fixture.model(name)
    let pool = BufferPool()
    let sessions = try (0..<3).map { number in
      try Session(
        model: model, image: Fixture.noise(3, 301, 200 + 11 * number), fileFacts: nil, targets: nil, threads: 2,
        pooledArea: nil, pool: pool, isCancelled: { false })
    }
    let last = try #require(model.exits.last)
    for exit in 0..<last where model.information.gains.contains(exit) {
      for session in sessions { _ = try session.gain(exit) }
      for session in sessions { session.forget([.exit(exit)]) }
    }
    for session in sessions { _ = try session.exit(last) }
    let bound = try #require(model.sessionBytes(height: 301, width: 222, threads: 2, count: 3, isPassing: true))
    #expect(pool.peakBytes <= bound * 11 / 10)
  }

  @Test func theReferencePathForgetsToo() throws {
    let model = try Fixture.model("fast-gated", on: Engine(kernels: nil))
    let image = Fixture.noise(3, 20, 30)
    let (session, whole) = (try Session(model: model, image: image), try Session(model: model, image: image))
    session.forget([.exit(1), .gain(0)])
    #expect(throws: SessionError.self) { try session.exit(1) }
    #expect(throws: SessionError.self) { try session.gain(0) }
    #expect(try session.exit(2) == whole.exit(2))
  }

  @Test("Sessions that take turns share memory and nothing else", arguments: models, [true, false])
  func shareMemory(_ name: String, asksExits: Bool) throws {
    let model = try Fixture.model(name)
    let pool = BufferPool()
    let images = (0..<3).map { Fixture.noise(3, 301, 200 + 11 * $0) }
    let shared = try images.map { image in
      try Session(
        model: model, image: image, fileFacts: nil, targets: nil, threads: 2, pooledArea: nil, pool: pool,
        isCancelled: { false })
    }
    let own = try images.map { try Session(model: model, image: $0, threads: 2) }
    for exit in model.exits {
      for (one, other) in zip(shared, own) {
        if model.information.gains.contains(exit - 1) { #expect(try one.gain(exit - 1) == other.gain(exit - 1)) }
        if asksExits { #expect(try one.exit(exit).values == other.exit(exit).values, "exit \(exit)") }
      }
    }
    let bound = try #require(model.sessionBytes(height: 301, width: 222, threads: 2, count: 3))
    #expect(pool.peakBytes <= bound * 11 / 10)
    #expect(pool.peakBytes < own.reduce(0) { $0 + $1.memory.peak })
  }

  @Test("A session that was cancelled leaves those that share its memory as they were", arguments: models)
  func cancelsAlone(_ name: String) throws {
    let model = try Fixture.model(name)
    let pool = BufferPool()
    let flag = Mutex(false)
    let image = Fixture.noise(3, 120, 90)
    func session(_ isCancelled: @escaping @Sendable () -> Bool) throws -> Session {
      try Session(
        model: model, image: image, fileFacts: nil, targets: nil, threads: 2, pooledArea: nil, pool: pool,
        isCancelled: isCancelled)
    }
    let one = try session { flag.withLock { $0 } }
    let other = try session { false }
    _ = try one.exit(1)
    flag.withLock { $0 = true }
    #expect(throws: SessionError.cancelled) { try one.exit(2) }
    flag.withLock { $0 = false }
    let whole = try Session(model: model, image: image)
    #expect(try other.exit(2).values == whole.exit(2).values)
    #expect(try one.exit(2).values == whole.exit(2).values)
  }
}
