extension Image {
  /// An image from planes, rounded once to integer samples (to nearest, clamped).
  ///
  /// - Parameters:
  ///   - planes: One plane for grey, Y, Cb and Cr for colour, four as stored for CMYK; all of one size.
  ///   - colorModel: What the samples shall be; colour planes become `ycbcr` or `rgb`.
  ///   - bitDepth: Bits of a sample.
  /// - Throws: ``ImageConversionError/planes(expected:width:height:found:)`` if number or sizes don't fit.
  public init(
    planes: [Plane], colorModel: ColorModel, bitDepth: BitDepth = .eight, metadata: Metadata = Metadata()
  ) throws(ImageConversionError) {
    let width = planes.first?.width ?? 0
    let height = planes.first?.height ?? 0
    try Image.check(planes, colorModel: colorModel, width: width, height: height)
    let samples = Image.samples(of: planes, colorModel: colorModel, bitDepth: bitDepth)
    self.init(width: width, height: height, colorModel: colorModel, samples: samples, metadata: metadata)
  }

  static func check(
    _ planes: [Plane], colorModel: ColorModel, width: Int, height: Int
  ) throws(ImageConversionError) {
    let fits = planes.allSatisfy { $0.width == width && $0.height == height }
    if !fits || planes.count != colorModel.channels || width < 1 || height < 1 {
      throw .planes(expected: colorModel.channels, width: width, height: height, found: planes.count)
    }
  }

  /// Interleaved samples of planes that have been checked.
  static func samples(of planes: [Plane], colorModel: ColorModel, bitDepth: BitDepth) -> Samples {
    switch bitDepth {
    case .eight: .eight(interleaved(planes, colorModel: colorModel))
    case .sixteen: .sixteen(interleaved(planes, colorModel: colorModel))
    }
  }

  private static func interleaved<T: Sample>(_ planes: [Plane], colorModel: ColorModel) -> [T] {
    let pixels = planes[0].samples.count
    let channels = colorModel.channels
    return [T](filling: pixels * channels) { out in
      func fill(_ sources: [UnsafePointer<Float>]) {
        guard sources.count < channels else { return write(sources, count: pixels, as: colorModel, into: out) }
        planes[sources.count].samples.withPointer { fill(sources + [$0]) }
      }
      fill([])
    }
  }
}

/// Planes to interleaved samples.
private func write<T: Sample>(
  _ planes: [UnsafePointer<Float>], count: Int, as colorModel: ColorModel, into out: UnsafeMutablePointer<T>
) {
  if colorModel == .rgb {
    join(y: planes[0], cb: planes[1], cr: planes[2], count: count, into: out)
    return
  }
  for (channel, plane) in planes.enumerated() {
    quantize(plane, count: count, into: out + channel, step: colorModel.channels)
  }
}

/// The samples of an image while its rows are written, in any order.
///
/// Sendable because rows are disjoint memory; it must not outlive the call that hands it out.
package struct RowCanvas: @unchecked Sendable {
  fileprivate enum Start {
    case eight(UnsafeMutablePointer<UInt8>)
    case sixteen(UnsafeMutablePointer<UInt16>)
  }

  fileprivate let start: Start
  fileprivate let width: Int
  fileprivate let colorModel: ColorModel
  /// Is told of everything that is written.
  fileprivate var progress: RowProgress?

  /// The first sample.
  var base: UnsafeRawPointer {
    switch start {
    case .eight(let start): UnsafeRawPointer(start)
    case .sixteen(let start): UnsafeRawPointer(start)
    }
  }

  /// The same samples, all of whose writing is told.
  func reporting(to progress: RowProgress) -> RowCanvas {
    var canvas = self
    canvas.progress = progress
    return canvas
  }

  /// Writes a part of a row, all planes, as ``Image/planes()`` orders them.
  package func write(_ row: Int, _ columns: Range<Int>, planes: [UnsafePointer<Float>]) {
    let (place, count) = ((row * width + columns.lowerBound) * colorModel.channels, columns.count)
    switch start {
    case .eight(let start): Imaging.write(planes, count: count, as: colorModel, into: start + place)
    case .sixteen(let start): Imaging.write(planes, count: count, as: colorModel, into: start + place)
    }
    progress?.wrote(count * colorModel.channels, of: row)
  }

  /// Writes every row of an image.
  func copy(_ rows: ImageRows, width: Int, height: Int, planes count: Int) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: width * count) { buffer in
      guard let start = buffer.baseAddress else { return }
      let planes = (0..<count).map { start + $0 * width }
      for row in 0..<height {
        rows.read(row, 0..<width, into: planes)
        write(row, 0..<width, planes: planes.map { UnsafePointer($0) })
      }
    }
  }

  /// Writes a part of a row of one plane of a colour model whose samples are the planes' own.
  package func write(_ row: Int, _ columns: Range<Int>, plane: UnsafePointer<Float>, channel: Int) {
    let (step, count) = (colorModel.channels, columns.count)
    let place = (row * width + columns.lowerBound) * step + channel
    switch start {
    case .eight(let start): quantize(plane, count: count, into: start + place, step: step)
    case .sixteen(let start): quantize(plane, count: count, into: start + place, step: step)
    }
    progress?.wrote(count, of: row)
  }
}

extension Samples {
  /// Samples that `fill` writes, every row of them.
  init(
    width: Int, height: Int, colorModel: ColorModel, bitDepth: BitDepth, filledBy fill: (RowCanvas) throws -> Void
  ) rethrows {
    let count = width * height * colorModel.channels
    switch bitDepth {
    case .eight:
      self = .eight(
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
          guard let start = buffer.baseAddress else { return }
          try fill(RowCanvas(start: .eight(start), width: width, colorModel: colorModel))
          filled = count
        })
    case .sixteen:
      self = .sixteen(
        try [UInt16](unsafeUninitializedCapacity: count) { buffer, filled in
          guard let start = buffer.baseAddress else { return }
          try fill(RowCanvas(start: .sixteen(start), width: width, colorModel: colorModel))
          filled = count
        })
    }
  }
}

/// 0...1 to every `step`th sample.
@_specialize(where T == UInt8)
@_specialize(where T == UInt16)
private func quantize<T: Sample>(
  _ values: UnsafePointer<Float>, count: Int, into out: UnsafeMutablePointer<T>, step: Int
) {
  if step == 1 {
    for index in 0..<count { out[index] = T.rounding(values[index]) }
  } else {
    for index in 0..<count { out[index &* step] = T.rounding(values[index]) }
  }
}

/// Y, Cb and Cr to red, green and blue samples.
@_specialize(where T == UInt8)
@_specialize(where T == UInt16)
private func join<T: Sample>(
  y: UnsafePointer<Float>, cb: UnsafePointer<Float>, cr: UnsafePointer<Float>, count: Int,
  into out: UnsafeMutablePointer<T>
) {
  for index in 0..<count {
    out[3 &* index] = T.rounding(BT601.red(y[index], cr[index]))
    out[3 &* index &+ 1] = T.rounding(BT601.green(y[index], cb[index], cr[index]))
    out[3 &* index &+ 2] = T.rounding(BT601.blue(y[index], cb[index]))
  }
}
