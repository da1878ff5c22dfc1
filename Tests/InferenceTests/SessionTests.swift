import Inference
import Synchronization
import Testing

@Suite("Sessions")
struct SessionTests {
  private let image = Fixture.noise(3, 21, 30)

  @Test("Exits in steps equal exits at once", arguments: ["fast", "nested", "strides", "gates"])
  func resumes(_ name: String) throws {
    let model = try Fixture.model(name)
    let last = model.information.exitCount
    let direct = try Session(model: model, image: image)
    let stepwise = try Session(model: model, image: image)
    let backwards = try Session(model: model, image: image)
    let expected = try direct.exit(last)
    for exit in model.exits {
      let alone = try Session(model: model, image: image, targets: [.exit(exit)]).exit(exit)
      #expect(try stepwise.exit(exit) == alone)
    }
    #expect(try stepwise.exit(last) == expected)
    for exit in model.exits.reversed() { _ = try backwards.exit(exit) }
    #expect(try backwards.exit(1) == (try stepwise.exit(1)))
    #expect(backwards.macsRun == stepwise.macsRun)
    #expect(backwards.memory.live == stepwise.memory.live)
  }

  @Test("Work is counted once, as it runs", arguments: ["fast", "nested"])
  func countsWork(_ name: String) throws {
    let model = try Fixture.model(name)
    let (height, width) = (64, 48)
    let session = try Session(model: model, image: Fixture.noise(3, height, width))
    #expect(session.macsRun == 0)
    for exit in model.exits {
      _ = try session.exit(exit)
      #expect(Double(session.macsRun) == model.information.macsPerPixel[exit - 1] * Double(height * width))
      let before = session.macsRun
      _ = try session.exit(exit)
      #expect(session.macsRun == before)
    }
    let alone = try Session(model: model, image: Fixture.noise(3, height, width))
    _ = try alone.exit(2)
    #expect(Double(alone.macsRun) == model.information.macsPerPixelAlone[1] * Double(height * width))
  }

  @Test func countsPadding() throws {
    let model = try Fixture.model("nested")
    let session = try Session(model: model, image: Fixture.noise(3, 9, 1))
    _ = try session.exit(1)
    #expect(Double(session.macsRun) == model.information.macsPerPixel[0] * 16 * 8)
  }

  @Test("What nothing can ask for any more is freed", arguments: Fixture.models)
  func frees(_ name: String) throws {
    let model = try Fixture.model(name)
    let session = try Session(model: model, image: Fixture.noise(model.information.channels, 21, 30))
    for target in model.targets {
      switch target {
      case .exit(let exit): _ = try session.exit(exit)
      case .gain(let gain): _ = try session.gain(gain)
      }
    }
    #expect(session.memory.live == 0)
    #expect(session.memory.peak > 0)
  }

  @Test("Memory goes on to the next session, and results don't tell", arguments: ["fast", "fast-gated"])
  func leavesMemory(_ name: String) throws {
    let model = try Fixture.model(name)
    func run(_ model: Model, _ image: Tensor) throws -> Tensor {
      let session = try Session(model: model, image: image, threads: 2)
      for gain in model.information.gains { _ = try session.gain(gain) }
      return try session.exit(model.information.exitCount)
    }
    let first = Fixture.noise(3, 430, 500)
    let result = try run(model, first)
    let left = model.reserve.waitingBytes
    #expect(left > 1 << 20)
    // Of all sizes, larger ones too, each finds what the one before has written, which makes everything that it touches
    // no number.
    for (height, width) in [(430, 500), (401, 444), (90, 70), (500, 640), (430, 500)] {
      let image = Fixture.noise(3, height, width)
      _ = try run(model, Tensor([3, 430, 500], [Float](repeating: .nan, count: first.values.count)))
      #expect(try run(model, image) == run(Fixture.model(name), image), "\(width)x\(height)")
    }
    #expect(try run(model, first) == result)
    let stream = try #require(try ImageStream(model: model, exit: 1, height: 64, width: 64, threads: 1))
    try stream.run(
      isCancelled: { false },
      read: { _, _, planes in for plane in planes { plane.update(repeating: 0.5, count: 64) } }, write: { _, _, _ in })
    #expect(model.reserve.waitingBytes == 0)
  }

  @Test func theSameMemoryServesEveryImageOfASize() throws {
    let model = try Fixture.model("fast")
    let left = try (0..<4).map { seed in
      let image = Fixture.noise(3, 430, 500, seed: UInt64(seed))
      _ = try Session(model: model, image: image, targets: [.exit(2)]).exit(2)
      return model.reserve.waitingBytes
    }
    #expect(left[0] > 0 && Set(left).count == 1)
  }

  @Test func fewerTargetsNeedLessMemory() throws {
    let model = try Fixture.model("fast")
    let all = try Session(model: model, image: image)
    let one = try Session(model: model, image: image, targets: [.exit(4)])
    #expect(try all.exit(4) == (try one.exit(4)))
    #expect(one.memory.live == 0 && all.memory.live > 0)
    #expect(throws: SessionError.unavailable(.exit(1), available: [.exit(4)])) { try one.exit(1) }
  }

  @Test("Cancelled, a session goes on where it stood", arguments: Engine.all)
  func cancelsAndContinues(_ engine: Engine) throws {
    final class Countdown: Sendable {
      let left = Atomic(5)
      func isOver() -> Bool { left.wrappingSubtract(1, ordering: .relaxed).newValue == 0 }
    }
    let countdown = Countdown()
    let model = try Fixture.model("fast", on: engine)
    // Taller than the rows of one turn; reading the image asks too.
    let values = (0..<3 * 100 * 12).map { Float($0 % 251) / 250 }
    let image = Tensor([3, 100, 12], values)
    let session = try Session(model: model, image: image, isCancelled: { countdown.isOver() })
    #expect(throws: SessionError.cancelled) { try session.exit(4) }
    #expect(try session.exit(4) == (try Session(model: model, image: image).exit(4)))
    #expect(Double(session.macsRun) == model.information.macsPerPixelAlone[3] * 100 * 12)
  }

  @Test func refusesWhatDoesNotFit() throws {
    let model = try Fixture.model("fast")
    for wrong in [
      Tensor([1, 4, 4], repeating: 0), Tensor([3, 0, 4], repeating: 0), Tensor([3, 4], repeating: 0),
      Tensor([3, 4, 4], [1, 2]), Tensor([3, -4, -4], repeating: 0), Tensor([3, .max, .max], [0]),
      Tensor([3, .max, 1], [0]),
    ] {
      #expect(throws: SessionError.self) { try Session(model: model, image: wrong) }
    }
    #expect(throws: SessionError.self) { try Session(model: model, image: image, fileFacts: [1]) }
    #expect(throws: SessionError.self) { try Session(model: model, image: image, targets: [.exit(5)]) }
    let session = try Session(model: model, image: image)
    for exit in [0, 5, -1, .max] { #expect(throws: SessionError.self) { try session.exit(exit) } }
    #expect(throws: SessionError.self) { try session.gain(0) }
    let error = #expect(throws: SessionError.self) { try session.exit(9) }
    #expect(error?.description == "no output exit_9 here; there are: exit_1, exit_2, exit_3, exit_4")

    let gates = try Fixture.model("gates")
    #expect(throws: SessionError.fileFacts("3 numbers; it takes 4 numbers")) {
      try Session(model: gates, image: image, fileFacts: [1, 2, 3])
    }
  }

  /// One pooled number grown to a map of 4096 x 4096, then a large kernel: cheap per pixel of a large image only.
  @Test func refusesWorkThatDoesNotFitTheImage() throws {
    let bytes = TestModel.small { model in
      var last = "image"
      func add(_ type: String, _ attributes: [(String, TestModel.Attribute)] = [], weights: [Int]? = nil) {
        let output = "v\(model.nodes.count)"
        if let weights {
          model.weights[output + "w"] = .init(dims: weights, values: Array(repeating: 1, count: weights.reduce(1, *)))
        }
        model.nodes.append(
          .init(
            type: type, inputs: weights == nil ? [last] : [last, output + "w"], output: output, attributes: attributes))
        last = output
      }
      add("GlobalAveragePool")
      for channels in [3, 1, 1] {
        add("ConvTranspose", [("strides", .integers([16, 16]))], weights: [channels, 1, 16, 16])
      }
      add("Conv", [("pads", .integers([31, 31, 31, 31]))], weights: [1, 1, 63, 63])
      add("GlobalAveragePool")
      model.nodes[model.nodes.count - 1].output = "gain_0"
      model.outputs.append("gain_0")
    }
    let model = try Model(onnx: bytes)
    let pixel = Fixture.noise(3, 1, 1)
    #expect(throws: SessionError.self) { try Session(model: model, image: pixel) }
    #expect(try Session(model: model, image: pixel, targets: [.exit(1)]).exit(1).shape == [3, 1, 1])
  }

  @Test func aModelServesManyThreads() async throws {
    let model = try Fixture.model("nested")
    let image = image
    let expected = try Session(model: model, image: image).exit(3)
    try await withThrowingTaskGroup(of: Tensor.self) { group in
      for _ in 0..<8 { group.addTask { try Session(model: model, image: image).exit(3) } }
      for try await result in group { #expect(result == expected) }
    }
  }
}
