/// Takes metadata segments out of a JPEG file.
enum JPEGRewriter {
  static func strip(_ bytes: [UInt8], to policy: MetadataPolicy, metadata: Metadata) -> [UInt8] {
    var result = Array(bytes[0..<2])
    var segments = JPEGSegments(bytes)
    var orientation = metadata.exif(keeping: policy).map { exif in
      segment(JPEGMarker.app1, JPEGMetadataReader.exif + [0] + exif)
    }
    // Where a frame, table or scan segment comes, the place for EXIF has been reached.
    while case .segment(let next) = segments.next() {
      let content = bytes[next.content]
      let isApplication = (JPEGMarker.app0...JPEGMarker.app15).contains(next.marker)
      if !isApplication, let exif = orientation {
        result += exif
        orientation = nil
      }
      if next.marker == JPEGMarker.app0, let jfif = plainJFIF(content) {
        result += segment(JPEGMarker.app0, jfif)
      } else if keeps(next.marker, content, policy) {
        result += [0xFF, next.marker] + bytes[(next.content.lowerBound - 2)..<next.content.upperBound]
      }
      if next.marker == JPEGMarker.startOfScan { result += segments.skipScan() }
    }
    return result + [0xFF, JPEGMarker.endOfImage]
  }

  private static func keeps(_ marker: UInt8, _ content: ArraySlice<UInt8>, _ policy: MetadataPolicy) -> Bool {
    switch marker {
    case JPEGMarker.comment: false
    case JPEGMarker.app14: content.starts(with: JPEGMetadataReader.adobe)
    case JPEGMarker.app2: policy == .icc && content.starts(with: JPEGMetadataReader.icc)
    case JPEGMarker.app0...JPEGMarker.app15: false
    default: true
    }
  }

  /// The JFIF header, which tells readers what the colours are, without resolution and thumbnail.
  private static func plainJFIF(_ content: ArraySlice<UInt8>) -> [UInt8]? {
    guard content.starts(with: JPEGMetadataReader.jfif), content.count >= 14 else { return nil }
    return Array(content.prefix(7)) + [0, 0, 1, 0, 1, 0, 0]
  }

  private static func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
    let length = content.count + 2
    return [0xFF, marker, UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)] + content
  }
}
