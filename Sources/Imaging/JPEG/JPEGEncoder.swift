import CImageCodecs

/// Images to JPEG files, without a detour through RGB.
enum JPEGEncoder {
  /// libjpeg's own limit.
  private static let sideLimit = 65500

  /// Up to here Huffman tables are made for the picture, which holds all of its coefficients in memory.
  private static let optimizedPixels = 32_000_000

  /// Bytes that the codec holds while it writes a picture: its coefficients, or nothing where rows stream.
  static func memory(width: Int, height: Int, colorModel: ColorModel, options: JPEGOptions) -> Int {
    guard options.progressive || width * height <= optimizedPixels else { return 0 }
    // Chroma at full resolution is the most there can be.
    func padded(_ size: Int) -> Int { (size + 31) / 32 * 32 }
    return 2 * padded(width) * padded(height) * colorModel.channels
  }

  static func encode(
    _ image: Image, options: JPEGOptions, policy: MetadataPolicy
  ) throws(ImageEncodingError) -> [UInt8] {
    try checkOption("the JPEG quality", options.quality, in: 1...100)
    try image.checkSides(.jpeg, limit: sideLimit)
    let image = try image.fitted(to: .jpeg)
    guard case .eight(let samples) = image.samples else {
      throw .wrongSamples(.jpeg, colorModel: image.colorModel, depth: image.bitDepth)
    }
    let plan = JPEGMetadataWriter.plan(image.metadata, policy: policy)
    let writer = try JPEGWriter.open(
      codecOptions(image, options, plan.density), tables: options.matchesSource ? image.sourceTables : nil,
      channels: image.colorModel.channels)
    for segment in plan.segments { try writer.write(marker: segment.marker, segment.content) }
    try samples.withUnsafeBufferPointer { buffer in
      capture { () throws(ImageEncodingError) in
        guard let start = buffer.baseAddress else { return }
        try writer.write(rows: start, count: image.height)
      }
    }.get()
    return try writer.finish()
  }

  private static func codecOptions(
    _ image: Image, _ options: JPEGOptions, _ density: JFIFDensity
  ) throws(ImageEncodingError) -> rbqe_jpeg_encoder_options {
    let factors = try factors(of: options.sampling)
    return rbqe_jpeg_encoder_options(
      width: UInt32(image.width), height: UInt32(image.height), color: color(of: image),
      quality: Int32(options.quality), tables: nil, horizontal_sampling: factors.horizontal,
      vertical_sampling: factors.vertical,
      progressive: options.progressive ? 1 : 0, optimize: image.width * image.height <= optimizedPixels ? 1 : 0,
      adobe_marker: image.colorModel == .cmyk && image.jpeg?.adobeTransform != nil ? 1 : 0,
      density_unit: density.unit, density_x: density.x, density_y: density.y)
  }

  /// Four components stay what they were; without a source that says otherwise, CMYK without Adobe's inversion.
  private static func color(of image: Image) -> rbqe_jpeg_color {
    switch image.colorModel {
    case .gray: RBQE_JPEG_GRAY
    case .ycbcr: RBQE_JPEG_YCBCR
    case .rgb: RBQE_JPEG_RGB
    case .cmyk: image.jpeg?.isYCCK == true ? RBQE_JPEG_YCCK : RBQE_JPEG_CMYK
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

extension Image {
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
