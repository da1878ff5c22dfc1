/// Collects metadata from PNG chunks.
///
/// Nothing in here fails: what can't be read is noted and left out.
struct PNGMetadataReader {
  static let xmpKeyword = Array("XML:com.adobe.xmp".utf8)
  static let commentKeyword = Array("Comment".utf8)
  static let colorNames: Set<String> = ["gAMA", "cHRM", "sRGB", "cICP", "mDCV", "mDCv", "cLLI", "cLLi"]
  /// Chunks that describe the stored samples or palette, which won't be the same.
  private static let dropped: Set<String> = ["bKGD", "sBIT", "hIST", "sPLT", "tRNS"]

  private var count = 0
  private var metadata = Metadata()
  private var notices: [ImageNotice] = []
  /// Of those that a file has once.
  private var met: Set<MetadataKind> = []

  /// Takes one ancillary chunk.
  mutating func take(_ chunk: PNGChunks.Chunk, in chunks: PNGChunks) {
    if Self.dropped.contains(chunk.name) { return }
    count += 1
    guard count <= Metadata.mostPieces else { return note(.damaged(.other)) }
    guard chunks.isIntact(chunk) else {
      note(.damaged(kind(of: chunk.name)))
      return
    }
    let content = chunks.bytes[chunk.content]
    switch chunk.name {
    case "iCCP": takeProfile(content)
    case "eXIf": takeEXIF(content)
    case "pHYs": takeDensity(content)
    case "iTXt": takeText(chunk.name, content)
    case "tEXt" where content.starts(with: Self.commentKeyword + [0]):
      metadata.comments.append(Array(content.dropFirst(Self.commentKeyword.count + 1)))
    case "tEXt", "zTXt", "tIME": keep(chunk.name, content)
    case "caBX": note(.contentCredentials)
    case _ where Self.colorNames.contains(chunk.name):
      metadata.colorChunks.append(PNGChunk(name: chunk.name, content: Array(content)))
    case _ where PNGChunk.isSafeToCopy(chunk.name): keep(chunk.name, content)
    default: break
    }
  }

  /// All that was found, and what had to be left out.
  func result() -> (metadata: Metadata, notices: [ImageNotice]) { (metadata, notices) }

  private func kind(of name: String) -> MetadataKind {
    switch name {
    case "iCCP": .icc
    case "eXIf": .exif
    case "tEXt", "zTXt", "iTXt": .text
    case _ where Self.colorNames.contains(name): .colorChunks
    default: .other
    }
  }

  private mutating func note(_ notice: ImageNotice) {
    if !notices.contains(notice) { notices.append(notice) }
  }

  /// Only the first is looked at, whatever it holds: streams take time to unpack.
  private mutating func isFirst(_ kind: MetadataKind) -> Bool {
    let (isFirst, _) = met.insert(kind)
    if !isFirst { note(.repeated(kind)) }
    return isFirst
  }

  private mutating func keep(_ name: String, _ content: ArraySlice<UInt8>) {
    metadata.otherChunks.append(PNGChunk(name: name, content: Array(content)))
  }

  /// Name, 0, compression method 0, stream.
  private mutating func takeProfile(_ content: ArraySlice<UInt8>) {
    guard isFirst(.icc) else { return }
    guard let end = content.firstIndex(of: 0), end + 2 <= content.endIndex, content[end + 1] == 0 else {
      note(.damaged(.icc))
      return
    }
    metadata.iccProfile = unpacked(content[(end + 2)...], as: .icc)
  }

  /// What a stream holds; nil if that is nothing, or can't be told, which is noted.
  private mutating func unpacked(_ stream: ArraySlice<UInt8>, as kind: MetadataKind) -> [UInt8]? {
    if let content = ZLib.inflate(stream), !content.isEmpty { return content }
    let count = ZLib.excessiveCount(stream)
    note(count.map { .tooLarge(kind, bytes: $0, limit: ZLib.limit) } ?? .damaged(kind))
    return nil
  }

  private mutating func takeEXIF(_ content: ArraySlice<UInt8>) {
    // Some writers put JPEG's signature in front.
    let signature = JPEGMetadataReader.exif
    let body = content.starts(with: signature) ? content.dropFirst(signature.count + 1) : content
    guard isFirst(.exif) else { return }
    if TIFF.isPlausible(body) { metadata.exif = Array(body) } else { note(.damaged(.exif)) }
  }

  private mutating func takeDensity(_ content: ArraySlice<UInt8>) {
    let fields = Array(content)
    guard fields.count == 9, fields[8] <= 1 else { return }
    let across = fields[0..<4].bigEndian
    let down = fields[4..<8].bigEndian
    guard across > 0, down > 0 else { return }
    metadata.density = Density(unit: fields[8] == 1 ? .perMetre : .aspectRatio, x: across, y: down)
  }

  /// XMP and comments without a language go by keyword; every other text is carried as it is.
  private mutating func takeText(_ name: String, _ content: ArraySlice<UInt8>) {
    let plainComment = Self.commentKeyword + [0, 0, 0, 0, 0]
    guard content.starts(with: Self.xmpKeyword + [0]) else {
      if content.starts(with: plainComment) {
        metadata.comments.append(Array(content.dropFirst(plainComment.count)))
      } else {
        keep(name, content)
      }
      return
    }
    guard isFirst(.xmp) else { return }
    guard let (isCompressed, text) = Self.text(content.dropFirst(Self.xmpKeyword.count + 1)) else {
      return note(.damaged(.xmp))
    }
    metadata.xmp = isCompressed ? unpacked(text, as: .xmp) : Array(text)
  }

  /// What follows the keyword of an iTXt chunk: compression flag and method, language, translated keyword, text.
  private static func text(_ content: ArraySlice<UInt8>) -> (isCompressed: Bool, text: ArraySlice<UInt8>)? {
    let flags = Array(content.prefix(2))
    let rest = content.dropFirst(2)
    guard flags.count == 2, flags[0] <= 1, let language = rest.firstIndex(of: 0) else { return nil }
    let translated = rest[(language + 1)...]
    guard let end = translated.firstIndex(of: 0) else { return nil }
    return (flags[0] == 1, translated[(end + 1)...])
  }
}
