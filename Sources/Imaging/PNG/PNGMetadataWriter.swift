/// Lays metadata out in PNG chunks, and says what has no place there.
struct PNGMetadataWriter {
  private(set) var chunks: [PNGChunk] = []
  private(set) var notices: [ImageNotice] = []

  /// Chunks in the order in which they are written, between header and pixels.
  static func plan(_ metadata: Metadata, policy: MetadataPolicy) -> PNGMetadataWriter {
    var writer = PNGMetadataWriter()
    if policy != .none { writer.addColor(metadata) }
    if policy == .all, let density = metadata.density { writer.add("pHYs", density.pngContent) }
    if let exif = metadata.exif(keeping: policy) { writer.add("eXIf", exif) }
    if policy == .all { writer.addTexts(metadata) }
    if !metadata.trailer.isEmpty { writer.notices.append(.trailer(bytes: metadata.trailer.count)) }
    return writer
  }

  private mutating func addColor(_ metadata: Metadata) {
    if let profile = metadata.iccProfile, let stream = ZLib.deflate(profile) {
      add("iCCP", Array("ICC profile\0\0".utf8) + stream)
    }
    chunks += metadata.colorChunks
  }

  private mutating func addTexts(_ metadata: Metadata) {
    if let xmp = metadata.xmp { addXMP(xmp) }
    for comment in metadata.comments { addComment(comment) }
    chunks += metadata.otherChunks
    if metadata.extendedXMP != nil { notices.append(.noPlace(.extendedXMP, in: .png)) }
    if !metadata.iptc.isEmpty { notices.append(.noPlace(.iptc, in: .png)) }
    if !metadata.otherSegments.isEmpty { notices.append(.noPlace(.other, in: .png)) }
  }

  /// A PNG picture is never followed by anything.
  private mutating func addXMP(_ xmp: [UInt8]) {
    guard let packet = XMPPromises.takenBack(in: xmp) else {
      notices.append(.damaged(.xmp))
      return
    }
    // Compression flag and method, language, translated keyword: all empty.
    add("iTXt", PNGMetadataReader.xmpKeyword + [0, 0, 0, 0, 0] + packet)
  }

  /// Text beyond ASCII goes into a chunk that is UTF-8 by definition, if that is what it is.
  private mutating func addComment(_ comment: [UInt8]) {
    let text = Array(comment.prefix { $0 != 0 })
    let isUTF8 = text.contains { $0 > 0x7F } && String(validating: text, as: UTF8.self) != nil
    let head = PNGMetadataReader.commentKeyword + (isUTF8 ? [0, 0, 0, 0, 0] : [0])
    add(isUTF8 ? "iTXt" : "tEXt", head + text)
  }

  private mutating func add(_ name: String, _ content: [UInt8]) {
    chunks.append(PNGChunk(name: name, content: content))
  }
}
