/// Images to PNG files.
enum PNGEncoder {
  private static let sideLimit = 0x7FFF_FFFF

  static func encode(
    _ image: Image, options: PNGOptions, policy: MetadataPolicy
  ) throws(ImageEncodingError) -> [UInt8] {
    try checkOption("the compression level", options.level, in: 0...9)
    try image.checkSides(.png, limit: sideLimit)
    let image = try image.fitted(to: .png)
    let writer = try PNGWriter.open(
      width: image.width, height: image.height, channels: image.channels, depth: image.bitDepth, level: options.level)
    for chunk in PNGMetadataWriter.plan(image.metadata, policy: policy).chunks { try writer.write(chunk) }
    switch (image.samples, image.alpha) {
    case (.eight(let samples), .eight(let alpha)): try write(samples, alpha, of: image, to: writer)
    case (.sixteen(let samples), .sixteen(let alpha)): try write(samples, alpha, of: image, to: writer)
    case (.eight(let samples), _): try write(samples, of: image, to: writer)
    case (.sixteen(let samples), _): try write(samples, of: image, to: writer)
    }
    return try writer.finish()
  }

  private static func write<T: Sample>(
    _ samples: [T], of image: Image, to writer: borrowing PNGWriter
  ) throws(ImageEncodingError) {
    try samples.withUnsafeBytes { buffer in
      capture { () throws(ImageEncodingError) in
        guard let start = buffer.baseAddress else { return }
        try writer.write(rows: start, count: image.height)
      }
    }.get()
  }

  private static func write<T: Sample>(
    _ samples: [T], _ alpha: [T], of image: Image, to writer: borrowing PNGWriter
  ) throws(ImageEncodingError) {
    let width = image.width
    let channels = image.colorModel.channels
    let row = UnsafeMutablePointer<T>.allocate(capacity: width * (channels + 1))
    defer { row.deallocate() }
    for y in 0..<image.height {
      samples.withPointer { color in
        alpha.withPointer { alpha in
          joinAlpha(
            color: color + y * width * channels, alpha: alpha + y * width, channels: channels, count: width, into: row)
        }
      }
      try writer.write(rows: row, count: 1)
    }
  }
}
