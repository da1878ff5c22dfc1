import CKernels
import Dispatch
import Foundation
import Imaging
import Inference

/// The pictures that a JPEG file's coefficients allow, and which of them is to be expected given a network's result.
///
/// Each component is taken at its own resolution, chroma as libjpeg makes it (means of the pixels that a sample
/// covers); each coefficient is brought to where it is expected in its interval; and what that changes is spread evenly
/// over the pixels, so that the means change by exactly that much.
///
/// Expected is the mean over the interval, each value weighed by how likely the network's error is that leads from it to
/// the result: a parabola over the span that `CoefficientErrors` tells for the exit. Where it tells nothing,
/// coefficients outside of their intervals come to the nearest end, and no others move: a projection.
///
/// Blocks that the picture's edge cuts go on beyond it with the last row and column, as most encoders fill them; where
/// the file shows that its encoder didn't, with what the file has there, moved by as much as the result moved the edge.
/// In either case there is, afterwards, a continuation of the result with which every coefficient is in its interval.
struct CoefficientConstraint: Sendable {
  /// By how much the intervals of the strict mode are smaller on each side, for the sake of float arithmetic: a hundred
  /// times what that loses.
  static let strictness = 0.02

  /// Coefficients of what a file has beyond the edge, less the repeated edge, may be so many times half their steps:
  /// quantisation makes it twice, seldom four times; pictures that go on there make it tens.
  private static let repetition: Float = 4

  private let file: JPEGCoefficients
  private let reaches: [[Float]]
  /// Of each component how far results lie from the truth in a block with so many coefficients other than 0.
  private let spans: [[Float]]
  private let kernels: BlockKernels

  /// - Parameters:
  ///   - mode: ``ConstraintMode/auto`` or ``ConstraintMode/strict``.
  ///   - errors: How far the results lie from originals; nil if that isn't known.
  ///   - strength: How much of the network's change they have, 0...1.
  init(
    _ file: JPEGCoefficients, mode: ConstraintMode, errors: CoefficientErrors? = nil, strength: Float = 1,
    kernels: BlockKernels = .inUse
  ) {
    self.file = file
    self.kernels = kernels
    let less = mode == .strict ? Self.strictness : 0
    reaches = file.components.map { component in
      // Without a step the file says nothing.
      component.steps.map { $0 == 0 ? .greatestFiniteMagnitude : Float((Double($0) / 2 - less) / 255) }
    }
    spans = file.components.enumerated().map { index, component in
      guard let law = index == 0 ? errors?.luma : errors?.chroma else { return Array(repeating: 0, count: 64) }
      let scale = Double(strength) * law.scale * pow(component.meanLowStep, law.stepExponent)
      return (0..<64).map { Float(scale * pow(Double(1 + $0), law.activityExponent) / 255) }
    }
  }

  /// Rows of pixels that must be there together: those of a minimum coded unit.
  var unitRows: Int { 8 * (file.components.map(\.down).max() ?? 1) }
  /// A picture may be cut at multiples of so many columns.
  static let unitColumns = 32

  /// Holds a part of the picture to the file.
  ///
  /// - Parameters:
  ///   - planes: The part's first sample in each plane.
  ///   - stride: Samples from row to row.
  ///   - columns: Begin at a multiple of ``unitColumns``, and end at one or with the picture.
  ///   - rows: Begin at a multiple of ``unitRows``, and end at one or with the picture.
  /// - Returns: Coefficients that were outside of their intervals.
  func apply(
    to planes: [UnsafeMutablePointer<Float>], stride: Int, columns: Range<Int>, rows: Range<Int>
  ) -> Int {
    var clamped = 0
    for (index, plane) in planes.enumerated() {
      let height = 8 * file.components[index].down
      for first in Swift.stride(from: rows.lowerBound, to: rows.upperBound, by: height) {
        let part = first..<min(first + height, rows.upperBound)
        let start = plane + (first - rows.lowerBound) * stride
        clamped += hold(start, stride, columns, part, of: index)
      }
    }
    return clamped
  }

  /// Holds whole planes to the file.
  ///
  /// - Parameter threads: that share the work; they have no influence on the result.
  func apply(to planes: inout [Plane], threads: Int) -> Int {
    let (width, height, unit) = (file.width, file.height, unitRows)
    let parts = (height + unit - 1) / unit
    let work = max(1, min(threads, parts))
    var clamped = [Int](repeating: 0, count: parts)
    planes.withMutablePointers { starts in
      clamped.withUnsafeMutableBufferPointer { clamped in
        // Parts are disjoint memory, and so are their counts.
        nonisolated(unsafe) let (starts, clamped) = (starts, clamped)
        DispatchQueue.concurrentPerform(iterations: work) { thread in
          for part in (parts * thread / work)..<(parts * (thread + 1) / work) {
            let rows = part * unit..<min((part + 1) * unit, height)
            clamped[part] = apply(
              to: starts.map { $0 + rows.lowerBound * width }, stride: width, columns: 0..<width, rows: rows)
          }
        }
      }
    }
    return clamped.reduce(0, +)
  }

  /// One row of blocks of one component.
  private func hold(
    _ start: UnsafeMutablePointer<Float>, _ stride: Int, _ columns: Range<Int>, _ rows: Range<Int>, of index: Int
  ) -> Int {
    let component = file.components[index]
    let blocks = columns.lowerBound / component.across / 8
    let count = ((columns.count + component.across - 1) / component.across + 7) / 8
    let width = 8 * count
    let inside = (
      across: (columns.count + component.across - 1) / component.across,
      down: (rows.count + component.down - 1) / component.down
    )
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: 16 * width) { buffer in
      guard let native = buffer.baseAddress else { return 0 }
      for row in 0..<8 {
        let sources = (0..<component.down).map { offset -> UnsafePointer<Float>? in
          let place = min(row * component.down + offset, rows.count - 1)
          return UnsafePointer(start + place * stride)
        }
        narrow(sources, columns.count, by: component.across, into: native + row * width, width)
      }
      let stored = file.blocks(index, row: rows.lowerBound / component.down / 8) + 64 * blocks
      for block in inside.down < 8 ? 0..<count : inside.across / 8..<count {
        let rest = (across: min(8, inside.across - 8 * block), down: inside.down)
        extend(native + 8 * block, width, beyond: rest, as: stored + 64 * block, component.scaledSteps)
      }
      let change = native + 8 * width
      let runs = file.knownRuns(index, row: rows.lowerBound / component.down / 8, blocks: blocks..<blocks + count)
      if runs != [blocks..<blocks + count] { change.update(repeating: 0, count: 8 * width) }
      var clamped = 0
      for run in runs {
        let first = run.lowerBound - blocks
        clamped += Int(
          kernels.table.pointee.hold_blocks(
            stored + 64 * first, run.count, component.scaledSteps, reaches[index], spans[index], BT601.center,
            native + 8 * first, width, change + 8 * first, width))
      }
      for row in rows.indices {
        let offset = row - rows.lowerBound
        kernels.table.pointee.spread_row(
          change + offset / component.down * width, component.across, columns.count, start + offset * stride)
      }
      return clamped
    }
  }

  /// Lets a block that repeats the picture's edge go on as the file does, where the file doesn't repeat it.
  private func extend(
    _ samples: UnsafeMutablePointer<Float>, _ stride: Int, beyond inside: (across: Int, down: Int),
    as stored: UnsafePointer<Int16>, _ steps: [Float]
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 128) { buffer in
      guard let own = buffer.baseAddress else { return }
      kernels.table.pointee.decode_blocks(stored, 1, steps, BT601.center, own, 8)
      func isInside(_ place: Int) -> Bool { place % 8 < inside.across && place / 8 < inside.down }
      for place in 0..<64 where !isInside(place) {
        own[place] -= own[min(place / 8, inside.down - 1) * 8 + min(place % 8, inside.across - 1)]
      }
      for place in 0..<64 where isInside(place) { own[place] = 0 }
      let difference = own + 64
      kernels.table.pointee.transform_blocks(own, 8, 1, 0, difference)
      // Without a step the file says nothing.
      guard (0..<64).contains(where: { abs(difference[$0]) > Self.repetition / 2 * steps[$0] && steps[$0] > 0 })
      else { return }
      for place in 0..<64 { samples[place / 8 * stride + place % 8] += own[place] }
    }
  }

  /// Means over the pixels of each sample, those beyond the picture's edge being as the last one.
  private func narrow(
    _ rows: [UnsafePointer<Float>?], _ count: Int, by factor: Int, into out: UnsafeMutablePointer<Float>, _ width: Int
  ) {
    let whole = count / factor
    kernels.table.pointee.average_rows(rows, rows.count, factor, whole, out)
    for place in whole..<max(whole, width) {
      var sum: Float = 0
      for row in rows.compactMap(\.self) {
        for column in place * factor..<(place + 1) * factor { sum += row[min(column, count - 1)] }
      }
      out[place] = sum / Float(rows.count * factor)
    }
  }
}

extension JPEGCoefficients.Component {
  /// The mean of the steps whose frequencies add up to three at most, of those that are known; those of one where none
  /// is.
  fileprivate var meanLowStep: Double {
    let lowest = steps.indices.filter { $0 / 8 + $0 % 8 <= 3 && steps[$0] > 0 }
    return max(1, lowest.reduce(0) { $0 + Double(steps[$1]) } / Double(max(1, lowest.count)))
  }
}
