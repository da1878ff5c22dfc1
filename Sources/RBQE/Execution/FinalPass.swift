import Imaging
import Inference

/// Takes a large image to its exit, once, straight into the samples of the result.
struct FinalPass: Sendable {
  let frame: Frame
  let exit: Int
  /// How much of the change is applied, 0...1.
  let strength: Float
  private let stream: ImageStream?

  init(frame: Frame, exit: Int, strength: Float) throws {
    self.frame = frame
    self.exit = exit
    self.strength = strength
    stream = try frame.stream(exit: exit)
  }

  /// Multiply-accumulates that a run takes.
  var macs: Int {
    stream.map { $0.macs * frame.passes.count } ?? frame.macsOfStrips(exit: exit)
  }

  func run(for format: ImageFormat, depth: BitDepth?) throws -> Image {
    try frame.image.replacing(for: format, depth: depth) { canvas in
      if let stream {
        for pass in frame.passes { try run(stream, pass, into: canvas) }
      } else {
        for candidates in frame.strips() { try write(candidates(), into: canvas) }
      }
    }
  }

  private func run(_ stream: ImageStream, _ pass: Pass, into canvas: RowCanvas) throws {
    let (image, strength) = (frame.image, strength)
    let read: RowReader = { row, columns, planes in
      guard pass.planes.count == 1 else { return image.readRow(row, columns, into: planes) }
      image.readRow(row, columns, channel: pass.planes[0], into: planes[0])
      for plane in planes.dropFirst() { plane.update(repeating: neutralChroma, count: columns.count) }
    }
    try stream.run(isCancelled: frame.isCancelled, read: read) { row, columns, planes in
      let used = Array(planes.prefix(pass.planes.count))
      guard strength < 1 else { return canvas.write(row, columns, pass, used) }
      let count = columns.count
      withUnsafeTemporaryAllocation(of: Float.self, capacity: planes.count * count) { buffer in
        guard let start = buffer.baseAddress else { return }
        let blended = planes.indices.map { start + $0 * count }
        read(row, columns, blended)
        for (target, source) in zip(blended, used) {
          for index in 0..<count { target[index] += strength * (source[index] - target[index]) }
        }
        canvas.write(row, columns, pass, blended.prefix(used.count).map { UnsafePointer($0) })
      }
    }
  }

  private func write(_ candidates: Candidates, into canvas: RowCanvas) throws {
    for (core, planes) in try candidates.restored(at: exit) {
      var planes = planes
      if strength < 1 {
        for (index, original) in frame.image.planes(in: core).enumerated() {
          planes[index].blend(towards: original, strength: strength)
        }
      }
      planes.withPointers { starts in
        for row in 0..<core.height {
          canvas.write(
            core.y + row, core.x..<core.x + core.width, planes: starts.map { $0 + row * core.width })
        }
      }
    }
  }
}

extension RowCanvas {
  fileprivate func write(_ row: Int, _ columns: Range<Int>, _ pass: Pass, _ planes: [UnsafePointer<Float>]) {
    if pass.planes == [0, 1, 2] {
      write(row, columns, planes: planes)
    } else {
      write(row, columns, plane: planes[0], channel: pass.planes[0])
    }
  }
}
