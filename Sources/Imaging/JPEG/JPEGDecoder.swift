import CImageCodecs

/// JPEG files to images: samples as stored, without a detour through RGB.
enum JPEGDecoder {
  static func inspect(_ bytes: [UInt8]) throws(ImageDecodingError) -> ImageHeader {
    try JPEGHeaderReader.read(bytes).header()
  }

  static func decode(_ bytes: [UInt8], limits: DecodingLimits) throws(ImageDecodingError) -> Image {
    let reader = try JPEGHeaderReader.read(bytes)
    let header = try reader.header()
    try header.checkPixels(limits)
    try reader.checkData(fileSize: bytes.count)
    try header.checkMemory(limits)
    let (samples, oddity) = try pixels(bytes, header: header, limits: limits)
    let (metadata, notices) = reader.metadata.result()
    return Image(
      width: header.width, height: header.height, colorModel: header.colorModel, samples: .eight(samples),
      metadata: metadata, jpeg: header.jpeg, notices: notices + oddity)
  }

  private static func pixels(
    _ bytes: [UInt8], header: ImageHeader, limits: DecodingLimits
  ) throws(ImageDecodingError) -> ([UInt8], [ImageNotice]) {
    var oddity: [ImageNotice] = []
    let result = bytes.withUnsafeBufferPointer { source in
      capture { () throws(ImageDecodingError) in
        let reader = try JPEGReader.open(source, header: header, limits: limits)
        let count = header.pixels * header.colorModel.channels
        let samples = try [UInt8].decoded(count) { out throws(ImageDecodingError) in
          try reader.read(rows: header.height, into: out, header: header, limits: limits)
        }
        oddity = reader.oddity.map { [.oddity($0)] } ?? []
        return samples
      }
    }
    return (try result.get(), oddity)
  }
}
