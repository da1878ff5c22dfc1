import Dispatch
import Imaging
import Testing

/// Encoding rows while others still write them.
@Suite struct StreamedEncodingTests {
  private struct Stop: Error {}

  private static func image(_ model: ColorModel, depth: BitDepth, hasAlpha: Bool = false) -> Image {
    let (width, height) = (90, 203)
    func samples(_ count: Int) -> Samples {
      depth == .eight
        ? .eight((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 20) })
        : .sixteen((0..<count).map { UInt16(truncatingIfNeeded: $0 &* 2_654_435_761 >> 9) })
    }
    return Image(
      width: width, height: height, colorModel: model,
      samples: samples(width * height * model.channels),
      alpha: hasAlpha ? samples(width * height) : nil)
  }

  static let cases: [(Image, EncodingOptions)] = [
    (image(.ycbcr, depth: .eight), .jpeg(JPEGOptions(quality: 80, sampling: .s420))),
    (image(.gray, depth: .eight), .jpeg(JPEGOptions(progressive: true))),
    (image(.cmyk, depth: .eight), .jpeg()),
    (image(.rgb, depth: .eight), .png()),
    (image(.rgb, depth: .sixteen, hasAlpha: true), .png(PNGOptions(level: 1))),
    (image(.gray, depth: .eight, hasAlpha: true), .png()),
  ]

  /// Rows come from the bottom in pieces, from several threads.
  @Test(arguments: cases.indices) func theBytesAreTheSame(index: Int) throws {
    let (image, options) = Self.cases[index]
    let encoding = StreamedEncoding(as: options, metadata: .all)
    #expect(try encoding.file() == nil)
    let planes = image.planes()
    let (width, height) = (image.width, image.height)
    let result = try image.replacing(for: options.format, encoding: encoding) { canvas in
      DispatchQueue.concurrentPerform(iterations: height) { turn in
        Self.write(height - 1 - turn, planes, width: width, to: canvas)
      }
    }
    #expect(try encoding.file() == ImageEncoder.encode(result, as: options))
  }

  private static func write(_ row: Int, _ planes: [Plane], width: Int, to canvas: RowCanvas) {
    for columns in [40..<width, 0..<40] {
      let part = row * width + columns.lowerBound..<row * width + columns.upperBound
      withPointers(planes.map { Array($0.samples[part]) }[...], []) { starts in
        guard starts.count == 4 else { return canvas.write(row, columns, planes: starts) }
        for (channel, start) in starts.enumerated() { canvas.write(row, columns, plane: start, channel: channel) }
      }
    }
  }

  private static func withPointers(
    _ arrays: ArraySlice<[Float]>, _ starts: [UnsafePointer<Float>], _ body: ([UnsafePointer<Float>]) -> Void
  ) {
    guard let first = arrays.first else { return body(starts) }
    first.withUnsafeBufferPointer { buffer in
      if let start = buffer.baseAddress { withPointers(arrays.dropFirst(), starts + [start], body) }
    }
  }

  @Test func anErrorEndsTheEncoder() throws {
    let image = Self.image(.rgb, depth: .eight)
    let encoding = StreamedEncoding(as: .png(), metadata: .all)
    let planes = image.planes()
    #expect(throws: Stop.self) {
      try image.replacing(for: .png, encoding: encoding) { canvas in
        for row in 0..<100 { Self.write(row, planes, width: image.width, to: canvas) }
        throw Stop()
      }
    }
    #expect(try encoding.file() == nil)
  }

  @Test func whatTheFormatHasNotIsRefusedBeforeTheFirstRow() throws {
    let image = Self.image(.rgb, depth: .eight)
    let level = StreamedEncoding(as: .png(PNGOptions(level: 77)), metadata: .all)
    #expect(throws: ImageEncodingError.badOption(name: "the compression level", value: 77, range: 0...9)) {
      try image.replacing(for: .png, encoding: level) { _ in Issue.record("a row was asked for") }
    }
    let wide = Image(width: 65_501, height: 1, colorModel: .gray, samples: .eight(Array(repeating: 3, count: 65_501)))
    let encoding = StreamedEncoding(as: .jpeg(), metadata: .all)
    #expect(throws: ImageEncodingError.tooLarge(.jpeg, width: 65_501, height: 1, limit: 65_500)) {
      try wide.replacing(for: .jpeg, encoding: encoding) { _ in Issue.record("a row was asked for") }
    }
    #expect(try level.file() == nil && encoding.file() == nil)
  }

  @Test func lumaRowByRowIsLumaOfPlanes() throws {
    var images = Self.cases.map(\.0)
    images.append(
      try ImageDecoder.decode(
        ImageEncoder.encode(images[0], as: .jpeg(JPEGOptions(sampling: .s420)))))
    for image in images {
      let expected = try Image(planes: [image.planes()[0]], colorModel: .gray).samples
      #expect(expected == .eight(image.lumaLevels()))
    }
  }
}
