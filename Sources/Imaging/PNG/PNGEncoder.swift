/// Images to PNG files.
enum PNGEncoder {
  private static let sideLimit = 0x7FFF_FFFF

  /// Refuses options and sizes that the codec has no place for.
  static func check(width: Int, height: Int, _ options: PNGOptions) throws(ImageEncodingError) {
    try checkOption("the compression level", options.level, in: 0...9)
    try checkSides(.png, width: width, height: height, limit: sideLimit)
  }

  static func encode(
    _ picture: PictureDescription, _ rows: PictureRows, options: PNGOptions, policy: MetadataPolicy
  ) throws(ImageEncodingError) -> [UInt8] {
    try check(width: picture.width, height: picture.height, options)
    let writer = try PNGWriter.open(
      width: picture.width, height: picture.height, channels: picture.channels, depth: picture.bitDepth,
      level: options.level)
    for chunk in PNGMetadataWriter.plan(picture.metadata, policy: policy).chunks { try writer.write(chunk) }
    switch picture.alpha {
    case .eight(let alpha): try write(rows, alpha, of: picture, to: writer)
    case .sixteen(let alpha): try write(rows, alpha, of: picture, to: writer)
    case nil:
      let rowBytes = picture.width * picture.channels * picture.bitDepth.rawValue / 8
      try rows.forEachStrip(of: picture.height, abandoned: .abandoned(.png)) { strip throws(ImageEncodingError) in
        try writer.write(rows: rows.start + strip.lowerBound * rowBytes, count: strip.count)
      }
    }
    return try writer.finish()
  }

  private static func write<T: Sample>(
    _ rows: PictureRows, _ alpha: [T], of picture: PictureDescription,
    to writer: borrowing PNGWriter
  ) throws(ImageEncodingError) {
    let width = picture.width
    let channels = picture.colorModel.channels
    let color = rows.start.assumingMemoryBound(to: T.self)
    let row = UnsafeMutablePointer<T>.allocate(capacity: width * (channels + 1))
    defer { row.deallocate() }
    for y in 0..<picture.height {
      guard rows.progress?.wait(for: y + 1) ?? true else { throw .abandoned(.png) }
      alpha.withPointer { alpha in
        joinAlpha(
          color: color + y * width * channels, alpha: alpha + y * width, channels: channels, count: width, into: row)
      }
      try writer.write(rows: row, count: 1)
    }
  }
}
