/// Takes metadata chunks out of a PNG file.
enum PNGRewriter {
  static func strip(_ bytes: [UInt8], to policy: MetadataPolicy, metadata: Metadata) -> [UInt8] {
    var orientation = metadata.exif(keeping: policy).map { chunk("eXIf", $0) }
    var result = ImageFormat.pngSignature
    var chunks = PNGChunks(bytes)
    while let next = chunks.next() {
      if next.name == "IDAT", let exif = orientation {
        result += exif
        orientation = nil
      }
      if keeps(next.name, policy) { result += bytes[next.start..<next.end] }
      if next.name == "IEND" { return result }
    }
    return result + chunk("IEND", [])
  }

  private static func keeps(_ name: String, _ policy: MetadataPolicy) -> Bool {
    if !PNGChunk.isAncillary(name) || name == "tRNS" { return true }
    return policy == .icc && (name == "iCCP" || PNGMetadataReader.colorNames.contains(name))
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + content
    return bigEndian(content.count) + body + bigEndian(Int(ZLib.checksum(body)))
  }
}
