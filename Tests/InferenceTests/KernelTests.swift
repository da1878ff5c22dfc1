import CKernels
import Inference
import Testing

/// Every instruction set's inner loops, held against sums written down plainly.
@Suite("Kernels")
struct KernelTests {
  /// Relative to the root mean square of what is expected.
  private static let tolerance = 5e-6

  @Test("Products of any number of rows, outputs and segments", arguments: 0..<rbqe_kernel_table_count())
  func multiplies(_ place: Int) throws {
    let table = try #require(rbqe_kernel_table_at(place)).pointee
    var random = SplitMix(seed: 5)
    for outputs in [16, 32, 48, 64, 80, 96, 112] {
      for variant in 0..<26 {
        let rows = [1, 2, 3, 5, 6, 7, 8, 12, 15, 16, 17, 33, 70][variant / 2]
        let depths = [[16], [48], [7, 22, 1]][rows % 3]
        let total = depths.reduce(0, +)
        let inputs = depths.map { numbers(rows * ($0 + 5), &random) }
        let weights = numbers(total * outputs, &random)
        let (bias, residual) = (numbers(outputs, &random), numbers(rows * outputs, &random))
        let leak: Float = [0, 0.1, 1, -1][(rows + outputs / 16) % 4]
        let (hasBias, hasResidual) = (outputs % 32 == 0, variant % 2 == 0)
        let width = table.panel_width(outputs)
        let packed = stride(from: 0, to: outputs, by: width).flatMap { panel in
          (0..<total).flatMap { weights[$0 * outputs + panel..<$0 * outputs + panel + width] }
        }
        // Rows lie farther apart than they are long, and nothing else is written.
        let pitch = outputs + 16
        var written = [Float](repeating: .nan, count: rows * pitch)
        withPointers(inputs + [bias, residual]) { starts in
          let segments = zip(starts, depths).map { rbqe_segment(start: $0, stride: $1 + 5, depth: $1) }
          let epilogue = rbqe_epilogue(
            bias: hasBias ? starts[depths.count] : nil, residual: hasResidual ? starts[depths.count + 1] : nil,
            residual_stride: outputs, leak: leak)
          table.multiply(segments, segments.count, packed, rows, outputs, epilogue, &written, pitch)
        }
        let result = (0..<rows).flatMap { written[$0 * pitch..<$0 * pitch + outputs] }
        #expect((0..<rows).allSatisfy { written[$0 * pitch + outputs..<($0 + 1) * pitch].allSatisfy(\.isNaN) })
        var expected = [Double](repeating: 0, count: rows * outputs)
        for row in 0..<rows {
          for output in 0..<outputs {
            var sum = hasBias ? Double(bias[output]) : 0
            if hasResidual { sum += Double(residual[row * outputs + output]) }
            var first = 0
            for (part, depth) in depths.enumerated() {
              for index in 0..<depth {
                sum +=
                  Double(inputs[part][row * (depth + 5) + index]) * Double(weights[(first + index) * outputs + output])
              }
              first += depth
            }
            expected[row * outputs + output] = max(sum, Double(leak) * sum)
          }
        }
        #expect(relativeError(result, expected) < Self.tolerance, "\(rows) rows, \(outputs) outputs")
      }
    }
  }

  @Test("Rectifiers leave infinities and zeros what they are", arguments: 0..<rbqe_kernel_table_count())
  func rectifies(_ place: Int) throws {
    let table = try #require(rbqe_kernel_table_at(place)).pointee
    let weights = [Float](repeating: 1, count: 16)
    for (value, leak, expected) in [
      (Float.infinity, Float(0), Float.infinity), (.infinity, -1, .infinity), (-.infinity, 0.1, -.infinity),
      (-.infinity, -1, .infinity), (0, -1, 0), (0, 0, 0), (.infinity, 1, .infinity), (-3, 0, 0), (-3, -1, 3),
    ] {
      var result = [Float](repeating: .nan, count: 16)
      let epilogue = rbqe_epilogue(bias: nil, residual: nil, residual_stride: 0, leak: leak)
      withUnsafePointer(to: value) { start in
        table.multiply([rbqe_segment(start: start, stride: 1, depth: 1)], 1, weights, 1, 16, epilogue, &result, 16)
      }
      #expect(result.allSatisfy { $0 == expected && ($0 != 0 || value != 0 || $0.sign == .plus) }, "\(value), \(leak)")
    }
  }

  @Test("3x3 convolutions by Winograd, interiors and borders apart", arguments: KernelSet.available.indices)
  func convolves(_ place: Int) throws {
    let kernels = KernelSet.available[place]
    for size in [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 63, 64, 65, 70] {
      for (inputs, outputs) in [(3, 12), (16, 48), (48, 48), (64, 17)] where size < 20 || inputs == 16 {
        let (height, width) = (size, max(1, 73 - size))
        let model = try Self.model(inputs: inputs, outputs: outputs)
        let image = Fixture.noise(3, height, width, seed: UInt64(size))
        let compiled = try Model(onnx: model, kernels: kernels)
        #expect(compiled.isFast)
        let fast = try Session(model: compiled, image: image).exit(1)
        let plain = try Session(model: Model(onnx: model, kernels: nil), image: image).exit(1)
        var errors = (border: [Double](), interior: [Double](), all: 0.0)
        for channel in 0..<3 {
          for y in 0..<height {
            for x in 0..<width {
              let place = (channel * height + y) * width + x
              let difference = Double(fast.values[place] - plain.values[place])
              let isBorder = y == 0 || x == 0 || y == height - 1 || x == width - 1
              if isBorder { errors.border.append(difference) } else { errors.interior.append(difference) }
              errors.all += Double(plain.values[place]) * Double(plain.values[place])
            }
          }
        }
        let scale = (errors.all / Double(fast.values.count)).squareRoot()
        #expect(Self.rootMeanSquare(errors.border) < Self.tolerance * scale, "border, \(width)x\(height)")
        #expect(Self.rootMeanSquare(errors.interior) < Self.tolerance * scale, "interior, \(width)x\(height)")
      }
    }
  }

  /// image -> 3x3 to `inputs`, ReLU -> 3x3 to `outputs`, leaky -> 3x3 to 3, added to the image; all with biases.
  private static func model(inputs: Int, outputs: Int) throws -> [UInt8] {
    var random = SplitMix(seed: 11)
    return TestModel.small { model in
      model.nodes = []
      var last = "image"
      var channels = 3
      for (index, count) in [inputs, outputs, 3].enumerated() {
        model.weights["w\(index)"] = .init(
          dims: [count, channels, 3, 3],
          values: (0..<count * channels * 9).map { _ in
            Float.random(in: -1...1, using: &random) / Float(channels).squareRoot()
          })
        model.weights["b\(index)"] = .init(
          dims: [count], values: (0..<count).map { _ in Float.random(in: -1...1, using: &random) })
        model.nodes.append(
          .init(
            type: "Conv", inputs: [last, "w\(index)", "b\(index)"], output: "c\(index)",
            attributes: [("pads", .integers([1, 1, 1, 1]))]))
        (last, channels) = ("c\(index)", count)
        switch index {
        case 0: model.nodes.append(.init(type: "Relu", inputs: [last], output: "r0"))
        case 1:
          model.weights["leak"] = .init(dims: [1], values: [0.1])
          model.nodes.append(.init(type: "PRelu", inputs: [last, "leak"], output: "r1"))
        default: continue
        }
        last = "r\(index)"
      }
      model.nodes.append(.init(type: "Add", inputs: ["image", last], output: "exit_1"))
    }
  }

  private func withPointers(_ arrays: [[Float]], _ body: ([UnsafePointer<Float>]) -> Void) {
    func collect(_ starts: [UnsafePointer<Float>]) {
      guard starts.count < arrays.count else { return body(starts) }
      arrays[starts.count].withUnsafeBufferPointer { buffer in
        if let start = buffer.baseAddress { collect(starts + [start]) }
      }
    }
    collect([])
  }

  private func numbers(_ count: Int, _ random: inout SplitMix) -> [Float] {
    (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
  }

  private func relativeError(_ values: [Float], _ expected: [Double]) -> Double {
    Self.rootMeanSquare(zip(values, expected).map { Double($0) - $1 }) / Self.rootMeanSquare(expected)
  }

  private static func rootMeanSquare(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
  }
}
