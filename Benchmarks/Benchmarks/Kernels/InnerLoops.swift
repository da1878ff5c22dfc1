import Benchmark
import CKernels
import Inference

/// The inner loops that convolutions consist of, for every instruction set of this processor: what one core does with
/// 64 rows of tiles, 256 pixels wide, whose maps, weights and scratch are in its cache.
func registerInnerLoops() {
  for index in 0..<rbqe_kernel_table_count() {
    guard let table = rbqe_kernel_table_at(index)?.pointee else { continue }
    let name = String(cString: table.name)
    guard name != "scalar" else { continue }
    for channels in [16, 32, 48] {
      Benchmark("\(name)_3x3_of_\(channels)_channels") { benchmark in
        let layer = Layer(channels: channels, table: table)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations { for _ in 0..<64 { layer.convolve() } }
      }
    }
    Benchmark("\(name)_1x1_of_48_channels") { benchmark in
      let layer = Layer(channels: 48, table: table)
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations { for _ in 0..<256 { layer.multiply() } }
    }
    Benchmark("\(name)_depthwise_3x3_of_48_channels") { benchmark in
      let layer = Layer(channels: 48, table: table)
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations { for _ in 0..<256 { layer.filterChannels() } }
    }
  }
}

/// A row of tiles and what it is convolved with.
private final class Layer {
  private static let width = 256
  /// Tiles at a time, as the engine takes them.
  private static let group = 16

  private let table: rbqe_kernel_table
  private let channels: Int
  private let rows: [UnsafeMutablePointer<Float>]
  private let results: [UnsafeMutablePointer<Float>]
  private let weights: UnsafeMutablePointer<Float>
  private let scratch: UnsafeMutablePointer<Float>
  /// Numbers from one of Winograd's positions to the next: an odd number of cache lines.
  private let plane: Int

  init(channels: Int, table: rbqe_kernel_table) {
    (self.table, self.channels) = (table, channels)
    plane = Self.group * channels + 16
    // A column before, one after, and rows that don't begin in the same set of the cache.
    let count = (Self.width + 2) * channels
    rows = (0..<6).map { seed in Self.numbers(count, seed: seed) }
    results = (0..<4).map { seed in Self.numbers(count, seed: seed) }
    weights = Self.numbers(Int(RBQE_TILE_POSITIONS) * channels * channels, seed: 7)
    scratch = Self.numbers((Int(RBQE_TILE_POSITIONS) + 1) * plane, seed: 8)
  }

  deinit { for pointer in rows + results + [weights, scratch] { pointer.deallocate() } }

  func convolve() {
    var layer = rbqe_winograd_layer(
      weights: weights, bias: weights, inputs: channels, depth: channels, outputs: channels, plane: plane, leak: 0)
    let source = rows.map { UnsafePointer($0) as UnsafePointer<Float>? }
    var input = rbqe_tile_input(row: (source[0], source[1], source[2], source[3], source[4], source[5]))
    var output = rbqe_tile_output(
      row: (results[0], results[1], results[2], results[3]), residual: (nil, nil, nil, nil))
    let tiles = Self.width / Int(RBQE_TILE)
    for first in stride(from: 0, to: tiles, by: Self.group) {
      table.winograd(&layer, &input, first, Self.group, -1, Self.width, scratch, &output)
    }
  }

  func multiply() {
    var segment = rbqe_segment(start: rows[0], stride: channels, depth: channels)
    let epilogue = rbqe_epilogue(bias: weights, residual: nil, residual_stride: 0, leak: 0)
    table.multiply(&segment, 1, weights, Self.width, channels, epilogue, results[0], channels)
  }

  func filterChannels() {
    let source = rows.map { UnsafePointer($0) as UnsafePointer<Float>? }
    source.withUnsafeBufferPointer { rows in
      table.depthwise(rows.baseAddress, 0, Self.width, channels, weights, results[0], channels)
    }
  }

  /// Numbers from -0.5 to 0.5, at the beginning of a cache line.
  private static func numbers(_ count: Int, seed: Int) -> UnsafeMutablePointer<Float> {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
    let numbers = memory.bindMemory(to: Float.self, capacity: count)
    for index in 0..<count { numbers[index] = Float((index &* 7919 &+ seed &* 104_729) % 1021) / 1021 - 0.5 }
    return numbers
  }
}
