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
    let width = image.width
    let read: RowReader = { row, planes in
      guard pass.planes.count == 1 else { return image.readRow(row, into: planes) }
      image.readRow(row, channel: pass.planes[0], into: planes[0])
      for plane in planes.dropFirst() { plane.update(repeating: neutralChroma, count: width) }
    }
    try stream.run(isCancelled: frame.isCancelled, read: read) { row, planes in
      let used = Array(planes.prefix(pass.planes.count))
      guard strength < 1 else { return canvas.write(row, pass, used, width: width) }
      withUnsafeTemporaryAllocation(of: Float.self, capacity: planes.count * width) { buffer in
        guard let start = buffer.baseAddress else { return }
        let blended = planes.indices.map { start + $0 * width }
        read(row, blended)
        for (target, source) in zip(blended, used) {
          for index in 0..<width { target[index] += strength * (source[index] - target[index]) }
        }
        canvas.write(row, pass, blended.prefix(used.count).map { UnsafePointer($0) }, width: width)
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
          canvas.write(row: core.y + row, x: core.x, count: core.width, planes: starts.map { $0 + row * core.width })
        }
      }
    }
  }
}

extension RowCanvas {
  fileprivate func write(_ row: Int, _ pass: Pass, _ planes: [UnsafePointer<Float>], width: Int) {
    if pass.planes == [0, 1, 2] {
      write(row: row, count: width, planes: planes)
    } else {
      write(row: row, plane: planes[0], channel: pass.planes[0])
    }
  }
}
