import CKernels
import Synchronization

/// The rows of a picture that is held as coefficients, transformed when they are asked for.
///
/// Samples of 0...1 at full resolution, nothing rounded: inverse cosine transform, held to the range of samples as every
/// decoder does, then chroma widened by libjpeg's triangle filter ("fancy upsampling") where it has half the resolution,
/// and repeated where it has less in any direction. Threads may ask for any row; those that come one after another cost least.
package final class CoefficientRows: Sendable {
  /// Eight rows of samples.
  private struct Strip: Sendable {
    let component: Int
    let row: Int
    let blocks: Range<Int>
    let samples: [Float]

    func isOf(_ component: Int, _ row: Int, _ blocks: Range<Int>) -> Bool {
      self.component == component && self.row == row && self.blocks == blocks
    }
  }

  /// Strips at hand: what a turn of the network reads, of each of three components.
  private static let capacity = 12

  private let coefficients: JPEGCoefficients
  private let kernels: BlockKernels
  private let recent = Mutex<[Strip]>([])

  /// - Parameter kernels: Results don't depend on them.
  package init(_ coefficients: JPEGCoefficients, kernels: BlockKernels = .inUse) {
    self.coefficients = coefficients
    self.kernels = kernels
  }

  /// A part of a row of all planes.
  package func read(_ row: Int, _ columns: Range<Int>, into planes: [UnsafeMutablePointer<Float>]) {
    for (component, plane) in planes.enumerated() { read(row, columns, component: component, into: plane) }
  }

  /// A part of a row of one plane.
  package func read(_ row: Int, _ columns: Range<Int>, component index: Int, into out: UnsafeMutablePointer<Float>) {
    let component = coefficients.components[index]
    let (source, blended) = (row / component.down, component.blendedRow(row))
    if component.across == 1 && blended == nil {
      return withRow(source, columns, of: index) { out.update(from: $0, count: columns.count) }
    }
    // One sample more on each side, as far as there are any.
    let first = max(0, columns.lowerBound / component.across - 1)
    let samples = first..<min(component.width, (columns.upperBound - 1) / component.across + 2)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: (component.across + 1) * samples.count + 2) { buffer in
      guard let start = buffer.baseAddress else { return }
      let line = start + 1
      read(source, blended, samples, of: index, into: line)
      line[-1] = line[0]
      line[samples.count] = line[samples.count - 1]
      let wide = line + samples.count + 1
      if component.isSmooth && component.across == 2 {
        kernels.table.pointee.widen_row(line, samples.count, wide)
      } else {
        for place in 0..<samples.count * component.across { wide[place] = line[place / component.across] }
      }
      out.update(from: wide + columns.lowerBound - component.across * first, count: columns.count)
    }
  }

  /// Samples of a row at the component's own width, between two rows of its own where it has half the height.
  private func read(
    _ row: Int, _ blended: Int?, _ samples: Range<Int>, of index: Int, into line: UnsafeMutablePointer<Float>
  ) {
    withRow(row, samples, of: index) { near in
      guard let blended else { return line.update(from: near, count: samples.count) }
      withRow(blended, samples, of: index) { far in
        kernels.table.pointee.blend_rows(near, far, samples.count, line)
      }
    }
  }

  private func withRow(_ row: Int, _ samples: Range<Int>, of component: Int, _ body: (UnsafePointer<Float>) -> Void) {
    let blocks = samples.lowerBound / 8..<(samples.upperBound + 7) / 8
    let strip = strip(component, row / 8, blocks)
    strip.samples.withPointer { body($0 + row % 8 * blocks.count * 8 + samples.lowerBound - blocks.lowerBound * 8) }
  }

  /// Under the lock, so that no two threads do the same.
  private func strip(_ component: Int, _ row: Int, _ blocks: Range<Int>) -> Strip {
    recent.withLock { recent in
      if let place = recent.lastIndex(where: { $0.isOf(component, row, blocks) }) { return recent[place] }
      let steps = coefficients.components[component].scaledSteps
      let start = coefficients.blocks(component, row: row) + 64 * blocks.lowerBound
      let samples = [Float](filling: 64 * blocks.count) { out in
        kernels.table.pointee.decode_blocks(start, blocks.count, steps, BT601.center, out, blocks.count * 8)
      }
      if recent.count == Self.capacity { recent.removeFirst() }
      recent.append(Strip(component: component, row: row, blocks: blocks, samples: samples))
      return recent[recent.count - 1]
    }
  }
}
