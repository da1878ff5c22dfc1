/// Reads what a PNG file says besides its pixels.
struct PNGHeaderReader {
  private var width = 0
  private var height = 0
  private var bits = 0
  private var colorType = 0
  private var isInterlaced = false
  private var hasTransparency = false
  private var metadata = PNGMetadataReader()
  /// Whether pixel data have begun.
  private var hasData = false
  /// Bytes of pixel data that the file holds.
  private var dataBytes = 0
  /// Whether the bytes end inside a chunk of pixel data.
  private(set) var endsInsideData = false

  /// Reads the chunks up to the pixels, or all of them.
  static func read(_ bytes: [UInt8], wholeFile: Bool) throws(ImageDecodingError) -> PNGHeaderReader {
    var reader = PNGHeaderReader()
    var chunks = PNGChunks(bytes)
    guard let first = chunks.next() else { throw .truncated(.png, row: nil, height: nil) }
    if first.name == "CgBI" { throw .unsupported(.png, feature: Self.appVariant) }
    guard first.name == "IHDR", chunks.isIntact(first) else {
      throw .corrupt(.png, reason: "the header is damaged", row: nil)
    }
    try reader.takeHeader(bytes[first.content])
    while let chunk = chunks.next() {
      try reader.take(chunk, in: chunks)
      if chunk.name == "IEND" || (chunk.name == "IDAT" && !wholeFile) { return reader }
    }
    reader.takeRest(bytes[chunks.position...])
    // Transparency may still come, and an animation: what is known so far is no header.
    if !wholeFile && !reader.endsInsideData { throw .truncated(.png, row: nil, height: nil) }
    return reader
  }

  /// Xcode's way to pack the pictures of an iPhone app, which only Apple's own readers know.
  private static let appVariant =
    "what an iPhone app holds (CgBI), which Xcode's pngcrush -revert-iphone-optimizations undoes"

  /// Data that are cut within a chunk still count as there: whether enough is left, the decoder finds out.
  private mutating func takeRest(_ rest: ArraySlice<UInt8>) {
    endsInsideData = rest.dropFirst(4).starts(with: Array("IDAT".utf8))
    dataBytes += rest.count
  }

  private mutating func takeHeader(_ content: ArraySlice<UInt8>) throws(ImageDecodingError) {
    guard content.count == 13 else { throw .corrupt(.png, reason: "the header has a wrong size", row: nil) }
    let fields = Array(content)
    width = fields[0..<4].bigEndian
    height = fields[4..<8].bigEndian
    bits = Int(fields[8])
    colorType = Int(fields[9])
    isInterlaced = fields[12] != 0
    let depths: [Int: [Int]] = [0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16]]
    guard width > 0, height > 0, width < 1 << 31, height < 1 << 31, fields[12] <= 1,
      depths[colorType]?.contains(bits) ?? false
    else {
      throw .corrupt(
        .png,
        reason: "the header says \(width) x \(height) pixels, \(bits) bits, colour type \(colorType),"
          + " interlace method \(fields[12])", row: nil)
    }
    guard fields[10] == 0, fields[11] == 0 else {
      throw .unsupported(.png, feature: "an unknown compression or filter method")
    }
  }

  private mutating func take(_ chunk: PNGChunks.Chunk, in chunks: PNGChunks) throws(ImageDecodingError) {
    switch chunk.name {
    case "IDAT":
      dataBytes += chunk.content.count
      hasData = true
    // Behind the pixels it means nothing, and one frame is a picture.
    case "acTL" where !hasData && Self.frames(chunks.bytes[chunk.content]) > 1:
      throw .unsupported(.png, feature: "an animation (APNG)")
    case "tRNS": hasTransparency = hasTransparency || !hasData
    case _ where PNGChunk.isAncillary(chunk.name): metadata.take(chunk, in: chunks)
    default: break
    }
  }

  /// The number of frames that an animation's control chunk tells, in front of how often they are shown.
  private static func frames(_ content: ArraySlice<UInt8>) -> Int {
    content.count == 8 ? content.prefix(4).bigEndian : 0
  }

  /// What the chunks so far say about the picture.
  var header: ImageHeader {
    let model: ColorModel = colorType == 0 || colorType == 4 ? .gray : .rgb
    let hasAlpha = colorType >= 4 || hasTransparency
    let channels = model.channels + (hasAlpha ? 1 : 0)
    let picture = (width * channels * (bits == 16 ? 2 : 1)).multiplied(saturating: height)
    return ImageHeader(
      format: .png, width: width, height: height, colorModel: model, hasAlpha: hasAlpha, sourceBits: bits,
      needsWholePicture: isInterlaced, codecMemory: isInterlaced ? picture : 0, keepsCoefficients: false, jpeg: nil)
  }

  /// Deflate packs at most 1032 bytes into one: no memory for a picture that can't be there.
  func checkData() throws(ImageDecodingError) {
    let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colorType] ?? 1
    let rowBytes = (width * samples * bits + 7) / 8
    if rowBytes.multiplied(saturating: height) / 1032 > dataBytes + 64 {
      throw .truncated(.png, row: nil, height: height)
    }
  }

  /// All metadata that was found, and what had to be left out.
  func result() -> (metadata: Metadata, notices: [ImageNotice]) { metadata.result() }
}
