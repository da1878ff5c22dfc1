import Imaging
import Inference

/// Takes a large image to its exit, once, straight into the samples of the result.
struct FinalPass: Sendable {
  let frame: Frame
  let exit: Int
  /// How much of the change is applied, 0...1.
  let strength: Float
  let constraint: CoefficientConstraint?
  private let stream: ImageStream?

  init(frame: Frame, exit: Int, strength: Float, constraint: CoefficientConstraint?) throws {
    self.frame = frame
    self.exit = exit
    self.strength = strength
    self.constraint = constraint
    stream = try frame.stream(exit: exit)
  }

  /// Multiply-accumulates that a run takes.
  var macs: Int {
    stream.map { $0.macs * frame.passes.count } ?? frame.macsOfStrips(exit: exit)
  }

  /// - Parameter encoding: encodes what is done while the rest is under way.
  /// - Returns: The image, and how many coefficients were brought back.
  func run(
    for format: ImageFormat, depth: BitDepth?, encoding: StreamedEncoding? = nil
  ) throws -> (image: Image, clamped: Int) {
    var clamped = 0
    let image = try frame.image.replacing(for: format, depth: depth, encoding: encoding) { canvas in
      if let stream {
        for pass in frame.passes { clamped += try run(stream, pass, into: canvas) }
      } else {
        let writer = RegionWriter(image: frame.image, strength: strength)
        for candidates in frame.strips() {
          for (core, planes) in try candidates().restored(at: exit) {
            clamped += writer.write(planes, of: core, constraint: constraint, into: canvas)
          }
        }
      }
    }
    return (image, clamped)
  }

  private func run(_ stream: ImageStream, _ pass: Pass, into canvas: RowCanvas) throws -> Int {
    let strength = strength
    let rows = PassRows(
      of: frame.image, found: frame.foundCoefficients, pass,
      in: Rectangle(x: 0, y: 0, width: frame.image.width, height: frame.image.height))
    let constrained = constraint.map { constraint in
      ConstrainedRows(constraint, height: frame.image.height, planeCount: pass.planes.count) { row, columns, planes in
        canvas.write(row, columns, pass, planes)
      }
    }
    let write: RowWriter = { row, columns, planes in
      if let constrained {
        constrained.take(row, columns, planes)
      } else {
        canvas.write(row, columns, pass, planes)
      }
    }
    try stream.run(isCancelled: frame.isCancelled, read: rows.read) { row, columns, planes in
      let used = Array(planes.prefix(pass.planes.count))
      guard strength < 1 else { return write(row, columns, used) }
      let count = columns.count
      withUnsafeTemporaryAllocation(of: Float.self, capacity: planes.count * count) { buffer in
        guard let start = buffer.baseAddress else { return }
        let blended = planes.indices.map { start + $0 * count }
        rows.readSource(row, columns, into: blended)
        for (target, source) in zip(blended, used) {
          for index in 0..<count { target[index] += strength * (source[index] - target[index]) }
        }
        write(row, columns, blended.prefix(used.count).map { UnsafePointer($0) })
      }
    }
    return constrained?.clamped ?? 0
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
