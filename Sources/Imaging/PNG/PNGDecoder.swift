import CImageCodecs

/// PNG files to images of 8 or 16 bits.
enum PNGDecoder {
  static func inspect(_ bytes: [UInt8]) throws(ImageDecodingError) -> ImageHeader {
    try PNGHeaderReader.read(bytes, wholeFile: false).header
  }

  static func decode(_ bytes: [UInt8], limits: DecodingLimits) throws(ImageDecodingError) -> Image {
    let reader = try PNGHeaderReader.read(bytes, wholeFile: true)
    let header = reader.header
    try header.checkPixels(limits)
    try reader.checkData()
    try header.checkMemory(limits)
    let pixels = try pixels(bytes, header: header, endsInsideData: reader.endsInsideData)
    let (metadata, notices) = reader.result()
    return Image(
      width: header.width, height: header.height, colorModel: header.colorModel, samples: pixels.samples,
      alpha: pixels.alpha, metadata: metadata, notices: notices + (pixels.hasEnd ? [] : [.missingEnd]))
  }

  private struct Pixels {
    let samples: Samples
    let alpha: Samples?
    let hasEnd: Bool
  }

  private static func pixels(
    _ bytes: [UInt8], header: ImageHeader, endsInsideData: Bool
  ) throws(ImageDecodingError) -> Pixels {
    try bytes.withUnsafeBufferPointer { source in
      capture { () throws(ImageDecodingError) in
        let reader = try PNGReader.open(source, header: header)
        let (samples, alpha) = try samples(reader, header: header)
        var hasEnd = true
        do throws(ImageDecodingError) {
          try reader.finish(header: header)
        } catch {
          guard case .truncated = error, !endsInsideData else { throw error }
          hasEnd = false
        }
        return Pixels(samples: samples, alpha: alpha, hasEnd: hasEnd)
      }
    }.get()
  }

  private static func samples(
    _ reader: borrowing PNGReader, header: ImageHeader
  ) throws(ImageDecodingError) -> (Samples, Samples?) {
    switch header.bitDepth {
    case .eight:
      let (samples, alpha) = try decode(UInt8.self, reader, header: header)
      return (.eight(samples), alpha.map(Samples.eight))
    case .sixteen:
      let (samples, alpha) = try decode(UInt16.self, reader, header: header)
      return (.sixteen(samples), alpha.map(Samples.sixteen))
    }
  }

  private static func decode<T: Sample>(
    _: T.Type, _ reader: borrowing PNGReader, header: ImageHeader
  ) throws(ImageDecodingError) -> ([T], [T]?) {
    let count = header.pixels * header.colorModel.channels
    guard header.hasAlpha else {
      let samples = try [T].decoded(count) { out throws(ImageDecodingError) in
        try reader.read(rows: header.height, into: out, header: header)
      }
      return (samples, nil)
    }
    var alpha: [T] = []
    let samples = try [T].decoded(count) { colorOut throws(ImageDecodingError) in
      alpha = try [T].decoded(header.pixels) { alphaOut throws(ImageDecodingError) in
        try separate(reader, header: header, color: colorOut, alpha: alphaOut)
      }
    }
    return (samples, alpha)
  }

  /// Reads rows one by one and puts colour and alpha apart.
  private static func separate<T: Sample>(
    _ reader: borrowing PNGReader, header: ImageHeader, color: UnsafeMutablePointer<T>, alpha: UnsafeMutablePointer<T>
  ) throws(ImageDecodingError) {
    let channels = header.colorModel.channels
    let width = header.width
    let row = UnsafeMutablePointer<T>.allocate(capacity: width * (channels + 1))
    defer { row.deallocate() }
    for y in 0..<header.height {
      try reader.read(rows: 1, into: row, header: header)
      separateAlpha(
        row, channels: channels, count: width, color: color + y * width * channels, alpha: alpha + y * width)
    }
  }
}

/// Interleaved samples to colour and alpha.
@_specialize(where T == UInt8)
@_specialize(where T == UInt16)
func separateAlpha<T: Sample>(
  _ row: UnsafePointer<T>, channels: Int, count: Int, color: UnsafeMutablePointer<T>, alpha: UnsafeMutablePointer<T>
) {
  let step = channels &+ 1
  for index in 0..<count {
    for channel in 0..<channels { color[index &* channels &+ channel] = row[index &* step &+ channel] }
    alpha[index] = row[index &* step &+ channels]
  }
}

/// Colour and alpha to interleaved samples.
@_specialize(where T == UInt8)
@_specialize(where T == UInt16)
func joinAlpha<T: Sample>(
  color: UnsafePointer<T>, alpha: UnsafePointer<T>, channels: Int, count: Int, into row: UnsafeMutablePointer<T>
) {
  let step = channels &+ 1
  for index in 0..<count {
    for channel in 0..<channels { row[index &* step &+ channel] = color[index &* channels &+ channel] }
    row[index &* step &+ channels] = alpha[index]
  }
}
