import CImageCodecs

/// Images to JPEG files, without a detour through RGB.
enum JPEGEncoder {
  /// libjpeg's own limit.
  private static let sideLimit = 65500

  /// Up to here Huffman tables are made for the picture, which holds all of its coefficients in memory.
  private static let optimizedPixels = 32_000_000

  /// Bytes that the codec holds while it writes a picture: its coefficients, or nothing where rows stream.
  static func memory(width: Int, height: Int, colorModel: ColorModel, options: JPEGOptions) -> Int {
    // Asked before anything is refused for its size.
    guard options.progressive || width.multiplied(saturating: height) <= optimizedPixels else { return 0 }
    // Chroma at full resolution is the most there can be.
    func padded(_ size: Int) -> Int { size.adding(saturating: 31) / 32 * 32 }
    return padded(width).multiplied(saturating: padded(height)).multiplied(saturating: 2 * colorModel.channels)
  }

  /// Refuses options and sizes that the codec has no place for.
  static func check(width: Int, height: Int, _ options: JPEGOptions) throws(ImageEncodingError) {
    try checkOption("the JPEG quality", options.quality, in: 1...100)
    try checkSides(.jpeg, width: width, height: height, limit: sideLimit)
  }

  static func encode(
    _ picture: PictureDescription, _ rows: PictureRows, options: JPEGOptions, policy: MetadataPolicy
  ) throws(ImageEncodingError) -> [UInt8] {
    try check(width: picture.width, height: picture.height, options)
    guard picture.bitDepth == .eight else {
      throw .wrongSamples(.jpeg, colorModel: picture.colorModel, depth: picture.bitDepth)
    }
    let plan = JPEGMetadataWriter.plan(picture.metadata, policy: policy)
    let writer = try JPEGWriter.open(
      codecOptions(picture, options, plan.density), tables: options.matchesSource ? picture.sourceTables : nil,
      channels: picture.colorModel.channels)
    for segment in plan.segments { try writer.write(marker: segment.marker, segment.content) }
    let start = rows.start.assumingMemoryBound(to: UInt8.self)
    let rowLength = picture.width * picture.colorModel.channels
    try rows.forEachStrip(of: picture.height, abandoned: .abandoned(.jpeg)) {
      strip throws(ImageEncodingError) in
      try writer.write(rows: start + strip.lowerBound * rowLength, count: strip.count)
    }
    var file = try writer.finish()
    file += plan.trailer
    return file
  }

  private static func codecOptions(
    _ picture: PictureDescription, _ options: JPEGOptions, _ density: JFIFDensity
  ) throws(ImageEncodingError) -> rbqe_jpeg_encoder_options {
    let factors = try factors(of: options.sampling)
    return rbqe_jpeg_encoder_options(
      width: UInt32(picture.width), height: UInt32(picture.height), color: color(of: picture),
      quality: Int32(options.quality), tables: nil, horizontal_sampling: factors.horizontal,
      vertical_sampling: factors.vertical,
      progressive: options.progressive ? 1 : 0, optimize: picture.width * picture.height <= optimizedPixels ? 1 : 0,
      adobe_marker: picture.colorModel == .cmyk && picture.jpeg?.adobeTransform != nil ? 1 : 0,
      density_unit: density.unit, density_x: density.x, density_y: density.y)
  }

  /// Four components stay what they were; without a source that says otherwise, CMYK without Adobe's inversion.
  private static func color(of picture: PictureDescription) -> rbqe_jpeg_color {
    switch picture.colorModel {
    case .gray: RBQE_JPEG_GRAY
    case .ycbcr: RBQE_JPEG_YCBCR
    case .rgb: RBQE_JPEG_RGB
    case .cmyk: picture.jpeg?.isYCCK == true ? RBQE_JPEG_YCCK : RBQE_JPEG_CMYK
    }
  }

  private static func factors(
    of sampling: ChromaSampling
  ) throws(ImageEncodingError) -> (horizontal: Int32, vertical: Int32) {
    switch sampling {
    case .s444: (1, 1)
    case .s422: (2, 1)
    case .s420: (2, 2)
    case .s440: (1, 2)
    case .s411: (4, 1)
    case .other: throw .codec(.jpeg, "no sampling was chosen; take 4:4:4, 4:2:2 or 4:2:0")
    }
  }
}

extension PictureDescription {
  /// The steps of each component in the JPEG file that the image came from.
  ///
  /// Nil without one, and where a table is missing or no step at all.
  fileprivate var sourceTables: [UInt16]? {
    guard let jpeg, jpeg.components.count == colorModel.channels else { return nil }
    let tables = jpeg.components.map { jpeg.quantizationTables[$0.table] }
    guard tables.allSatisfy({ $0.count == 64 && !$0.contains(0) }) else { return nil }
    return tables.flatMap(\.self)
  }
}
