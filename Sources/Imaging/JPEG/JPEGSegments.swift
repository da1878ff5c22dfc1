import CImageCodecs

/// Walks over the marker segments of a JPEG file up to its first scan, or further with ``skipScan()``.
struct JPEGSegments {
  /// A segment: its marker, and where its content lies (behind the length).
  struct Segment: Equatable {
    let marker: UInt8
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

  /// Begins behind the start-of-image marker, or at another place between segments.
  init(_ bytes: [UInt8], from position: Int = 2) {
    self.bytes = bytes
    self.position = position
  }

  /// The next segment; as libjpeg does, bytes that belong to none are passed over.
  mutating func next() -> Step {
    while let marker = nextMarker() {
      switch marker {
      case JPEGMarker.endOfImage: return .end(position)
      case 0x01, 0xD0...0xD8: continue
      default:
        guard position + 2 <= bytes.count else { return .truncated }
        let length = bytes[position...position + 1].bigEndian
        guard length >= 2, position + length <= bytes.count else { return .truncated }
        let content = position + 2..<position + length
        position += length
        return .segment(Segment(marker: marker, content: content))
      }
    }
    return .truncated
  }

  /// The coded data behind a scan header, restart markers included; goes on at the marker that follows.
  @discardableResult
  mutating func skipScan() -> ArraySlice<UInt8> {
    let start = position
    let length = bytes.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { rbqe_jpeg_scan_length($0 + start, buffer.count - start) } ?? 0
    }
    position = start + length
    return bytes[start..<position]
  }

  /// Goes on from behind the header of the first scan to the picture's end.
  ///
  /// - Returns: The place behind the end marker, and metadata on the way there; `nil` where there is no end, or
  ///   what comes before it has no place there, so that an end marker further on would be some other picture's.
  mutating func findEnd() -> (place: Int, metadata: [Segment])? {
    var metadata: [Segment] = []
    skipScan()
    while true {
      switch next() {
      case .end(let place): return (place, metadata)
      case .segment(let segment) where JPEGMarker.mayFollowScan(segment.marker):
        if segment.marker == JPEGMarker.startOfScan { skipScan() }
        if JPEGMarker.isMetadata(segment.marker), metadata.count <= Metadata.mostPieces {
          metadata.append(segment)
        }
      case .segment, .truncated: return nil
      }
    }
  }

  private mutating func nextMarker() -> UInt8? {
    while position + 1 < bytes.count {
      guard bytes[position] == 0xFF, bytes[position + 1] != 0 else {
        position += 1
        continue
      }
      while position < bytes.count, bytes[position] == 0xFF { position += 1 }
      guard position < bytes.count else { return nil }
      let code = bytes[position]
      position += 1
      if code != 0 { return code }
    }
    return nil
  }
}

/// Marker codes, second byte.
enum JPEGMarker {
  static let huffmanTables: UInt8 = 0xC4
  static let arithmeticTables: UInt8 = 0xCC
  static let endOfImage: UInt8 = 0xD9
  static let startOfScan: UInt8 = 0xDA
  static let quantization: UInt8 = 0xDB
  static let laterHeight: UInt8 = 0xDC
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
    (0xC0...0xCF).contains(marker) && marker != huffmanTables && marker != 0xC8 && marker != arithmeticTables
  }

  /// What the picture can be decoded without, but for what it says about colours.
  static func isMetadata(_ marker: UInt8) -> Bool { marker == comment || (app0...app15).contains(marker) }

  /// What may come between the scans of a picture, or behind the last one.
  static func mayFollowScan(_ marker: UInt8) -> Bool {
    switch marker {
    case huffmanTables, arithmeticTables, quantization, restartInterval, startOfScan, laterHeight: true
    default: isMetadata(marker)
    }
  }
}
