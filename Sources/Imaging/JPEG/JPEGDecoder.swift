/// JPEG files to images: samples as stored, without a detour through RGB.
enum JPEGDecoder {
  static func inspect(_ bytes: [UInt8]) throws(ImageDecodingError) -> ImageHeader {
    try JPEGHeaderReader.read(bytes).header()
  }

  static func decode(_ bytes: [UInt8], limits: DecodingLimits) throws(ImageDecodingError) -> Image {
    let (reader, header) = try checked(bytes, limits: limits)
    guard header.keepsCoefficients else { return try samples(bytes, reader, header, limits) }
    let ((coefficients, steps), remarks) = try read(bytes, header, limits) { reader throws(ImageDecodingError) in
      try reader.readCoefficients(header: header, limits: limits)
      return (JPEGCoefficients(reader, header: header), (0..<header.colorModel.channels).map(reader.steps))
    }
    let (metadata, notices) = reader.result(of: bytes)
    let jpeg = reader.description(codedWith: steps)
    return Image(coefficients, metadata: metadata, jpeg: jpeg, notices: notices + remarks)
  }

  /// The picture in the library's own samples, also where ``decode(_:limits:)`` gives coefficients.
  static func decodeSamples(_ bytes: [UInt8], limits: DecodingLimits) throws(ImageDecodingError) -> Image {
    let (reader, header) = try checked(bytes, limits: limits)
    return try samples(bytes, reader, header, limits)
  }

  /// What is known before any memory is taken, and whether all of that is in order.
  private static func checked(
    _ bytes: [UInt8], limits: DecodingLimits
  ) throws(ImageDecodingError) -> (JPEGHeaderReader, ImageHeader) {
    let reader = try JPEGHeaderReader.read(bytes)
    let header = try reader.header()
    try header.checkPixels(limits)
    try reader.checkData(fileSize: bytes.count)
    try header.checkMemory(limits)
    return (reader, header)
  }

  private static func samples(
    _ bytes: [UInt8], _ reader: JPEGHeaderReader, _ header: ImageHeader, _ limits: DecodingLimits
  ) throws(ImageDecodingError) -> Image {
    let ((samples, steps), remarks) = try read(bytes, header, limits) { reader throws(ImageDecodingError) in
      try reader.start(header: header, limits: limits)
      let count = header.pixels * header.colorModel.channels
      let samples = try [UInt8].decoded(count) { out throws(ImageDecodingError) in
        try reader.read(rows: header.height, into: out, header: header, limits: limits)
      }
      return (samples, (0..<header.colorModel.channels).map(reader.steps))
    }
    let (metadata, notices) = reader.result(of: bytes)
    return Image(
      width: header.width, height: header.height, colorModel: header.colorModel, samples: .eight(samples),
      metadata: metadata, jpeg: reader.description(codedWith: steps), notices: notices + remarks)
  }

  private static func read<Pixels>(
    _ bytes: [UInt8], _ header: ImageHeader, _ limits: DecodingLimits,
    _ body: (JPEGReader) throws(ImageDecodingError) -> Pixels
  ) throws(ImageDecodingError) -> (Pixels, [ImageNotice]) {
    let result = bytes.withUnsafeBufferPointer { source in
      capture { () throws(ImageDecodingError) in
        let reader = try JPEGReader(source, header: header, limits: limits)
        let pixels = try body(reader)
        return (pixels, remarks(of: reader))
      }
    }
    return try result.get()
  }

  private static func remarks(of reader: JPEGReader) -> [ImageNotice] {
    var remarks: [ImageNotice] = reader.lacksScans ? [.missingScans] : []
    if let oddity = reader.oddity { remarks.append(.oddity(oddity)) }
    return remarks
  }
}
