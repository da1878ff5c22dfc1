import Dispatch
import Foundation
import Inference
import Synchronization
import Testing

/// Damaged files: an error or a model that runs, never a trap, a hang or a huge allocation.
@Suite("Damaged files")
struct HostileTests {
  @Test("Every prefix of a model", arguments: ["gates", "foreign"])
  func prefixes(_ name: String) throws {
    let bytes = try Fixture.bytes("\(name).onnx")
    for count in 0..<bytes.count {
      try attempt(Array(bytes.prefix(count)))
    }
  }

  @Test("Random changes", arguments: ["gates", "foreign", "elementwise", "strides", "nested"])
  func changes(_ name: String) throws {
    let bytes = try Fixture.bytes("\(name).onnx")
    var random = SplitMix(seed: 7)
    for _ in 0..<600 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: changed[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: changed[index] = [0, 1, 127, 128, 255].randomElement(using: &random) ?? 0
        case 2: changed.insert(.random(in: 0...255, using: &random), at: index)
        default: changed.remove(at: min(index, changed.count - 1))
        }
      }
      try attempt(changed)
    }
  }

  @Test("Structure fields only: the graph of a small model, every byte, several values")
  func everyByte() throws {
    let bytes = TestModel.small()
    for index in bytes.indices {
      for value in [0, 1, 2, 8, 16, 127, 128, 255] as [UInt8] {
        var changed = bytes
        changed[index] = value
        try attempt(changed)
      }
    }
  }

  /// On a thread with as little stack as macOS gives its own, half a mebibyte.
  @Test("Thousands of nodes one behind the other take no stack")
  func longChains() throws {
    let bytes = TestModel.small { model in
      model.nodes.append(.init(type: "GlobalAveragePool", inputs: ["image"], output: "pooled"))
      model.nodes.append(.init(type: "Flatten", inputs: ["pooled"], output: "v0"))
      for index in 0..<4000 {
        model.nodes.append(.init(type: "Relu", inputs: ["v\(index)"], output: "v\(index + 1)"))
      }
      model.weights["m"] = .init(dims: [3, 1], values: [1, 1, 1])
      model.nodes.append(.init(type: "Gemm", inputs: ["v4000", "m"], output: "gain_0"))
      model.outputs.append("gain_0")
    }
    let result = Mutex<Float?>(nil)
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      let image = Tensor([3, 4, 4], repeating: 0.5)
      let gain = try? Session(model: Model(onnx: bytes), image: image).gain(0)
      result.withLock { $0 = gain }
      done.signal()
    }
    thread.stackSize = 1 << 19
    thread.start()
    done.wait()
    #expect(result.withLock { $0 } == 1.5)
  }

  private func attempt(_ bytes: [UInt8]) throws {
    guard let model = try? Model(onnx: bytes) else { return }
    let image = Tensor([model.information.channels, 2, 3], repeating: 0.5)
    guard model.information.stride <= 64, let session = try? Session(model: model, image: image) else { return }
    for exit in model.exits { _ = try? session.exit(exit) }
    for gain in model.information.gains { _ = try? session.gain(gain) }
  }
}
