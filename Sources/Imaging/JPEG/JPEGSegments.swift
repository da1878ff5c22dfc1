/// Walks over the marker segments of a JPEG file up to its first scan, or further with ``skipScan()``.
struct JPEGSegments {
  /// A segment: where its marker begins, and where its content lies (behind the length).
  struct Segment: Equatable {
    let marker: UInt8
    let start: Int
    let content: Range<Int>
  }

  /// What the walk came to.
  enum Step: Equatable {
    case segment(Segment)
    /// The end-of-image marker; the offset is behind it.
    case end(Int)
    /// The bytes are over.
    case truncated
  }

  let bytes: [UInt8]
  private(set) var position: Int

  /// Begins behind the start-of-image marker.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 2
  }

  /// The next segment; as libjpeg does, bytes that belong to none are passed over.
  mutating func next() -> Step {
    while let marker = nextMarker() {
      switch marker.code {
      case JPEGMarker.endOfImage: return .end(position)
      case 0x01, 0xD0...0xD8: continue
      default:
        guard position + 2 <= bytes.count else { return .truncated }
        let length = Int(bytes[position]) << 8 | Int(bytes[position + 1])
        guard length >= 2, position + length <= bytes.count else { return .truncated }
        let content = position + 2..<position + length
        position += length
        return .segment(Segment(marker: marker.code, start: marker.start, content: content))
      }
    }
    return .truncated
  }

  /// The coded data behind a scan header, restart markers included; goes on at the marker that follows.
  mutating func skipScan() -> ArraySlice<UInt8> {
    let start = position
    while position + 1 < bytes.count {
      if bytes[position] == 0xFF, JPEGSegments.endsScan(bytes[position + 1]) { return bytes[start..<position] }
      position += 1
    }
    position = bytes.count
    return bytes[start...]
  }

  /// Whether a byte behind 0xFF is a marker rather than data, filling, or a restart.
  private static func endsScan(_ code: UInt8) -> Bool {
    code != 0 && code != 0xFF && !(0xD0...0xD7).contains(code)
  }

  private mutating func nextMarker() -> (code: UInt8, start: Int)? {
    while position + 1 < bytes.count {
      guard bytes[position] == 0xFF, bytes[position + 1] != 0 else {
        position += 1
        continue
      }
      let start = position
      while position < bytes.count, bytes[position] == 0xFF { position += 1 }
      guard position < bytes.count else { return nil }
      let code = bytes[position]
      position += 1
      if code != 0 { return (code, start) }
    }
    return nil
  }
}

/// Marker codes, second byte.
enum JPEGMarker {
  static let endOfImage: UInt8 = 0xD9
  static let startOfScan: UInt8 = 0xDA
  static let quantization: UInt8 = 0xDB
  static let restartInterval: UInt8 = 0xDD
  static let hierarchical: UInt8 = 0xDE
  static let app0: UInt8 = 0xE0
  static let app1: UInt8 = 0xE1
  static let app2: UInt8 = 0xE2
  static let app11: UInt8 = 0xEB
  static let app13: UInt8 = 0xED
  static let app14: UInt8 = 0xEE
  static let app15: UInt8 = 0xEF
  static let jpegLS: UInt8 = 0xF7
  static let comment: UInt8 = 0xFE

  /// Frame headers: SOF0...SOF15 without the table markers that lie between them.
  static func isFrame(_ marker: UInt8) -> Bool {
    (0xC0...0xCF).contains(marker) && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
  }
}
