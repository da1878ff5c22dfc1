/// Photoshop's image resources, as segments of a JPEG file hold them, one going on where the one before ends.
///
/// See "Image Resource Blocks" in Adobe's Photoshop File Formats Specification.
enum PhotoshopResources {
  private static let signatures = ["8BIM", "MeSa", "PHUT", "AgHg", "DCSR"].map { Array($0.utf8) }
  private static let thumbnails = [0x0409, 0x040C]
  /// What a segment holds besides its length and Photoshop's name.
  private static let capacity = 65533 - JPEGMetadataReader.photoshop.count

  /// The resources without thumbnails, which show the picture as it was; what can't be read stays as it is.
  static func withoutThumbnails(_ segments: [[UInt8]]) -> [[UInt8]] {
    let bytes = Array(segments.joined())
    var kept: [UInt8] = []
    var place = 0
    while let resource = resource(of: bytes, at: place) {
      if !thumbnails.contains(resource.identifier) { kept += bytes[resource.range] }
      place = resource.range.upperBound
    }
    kept += bytes[place...]
    guard kept.count < bytes.count else { return segments }
    return stride(from: 0, to: kept.count, by: capacity).map { Array(kept[$0..<min($0 + capacity, kept.count)]) }
  }

  /// The resource that begins at a place, if a whole one does.
  private static func resource(of bytes: [UInt8], at start: Int) -> (identifier: Int, range: Range<Int>)? {
    func number(_ place: Int, _ count: Int) -> Int {
      bytes[place..<place + count].bigEndian
    }
    // Signature, identifier, and a name with its length in front, in an even number of bytes.
    guard start + 7 <= bytes.count, signatures.contains(Array(bytes[start..<start + 4])) else { return nil }
    let size = start + 6 + (Int(bytes[start + 6]) + 2) / 2 * 2
    guard size + 4 <= bytes.count else { return nil }
    let end = size + 4 + number(size, 4)
    guard end <= bytes.count else { return nil }
    // The padding of the last one may be missing.
    return (number(start + 4, 2), start..<min(end + (end - size) % 2, bytes.count))
  }
}
