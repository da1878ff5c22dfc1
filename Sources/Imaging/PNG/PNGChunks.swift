import CImageCodecs

/// Walks over the chunks of a PNG file.
struct PNGChunks {
  /// A chunk: where it begins, its name, and where its content lies.
  struct Chunk: Equatable {
    let start: Int
    let name: String
    let content: Range<Int>
    /// Behind the checksum.
    var end: Int { content.upperBound + 4 }
  }

  let bytes: [UInt8]
  private(set) var position: Int

  /// Begins behind the signature.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = ImageFormat.pngSignature.count
  }

  /// The next chunk; `nil`: the bytes end before it does, or its name isn't one.
  mutating func next() -> Chunk? {
    guard position + 12 <= bytes.count else { return nil }
    let length = bytes[position..<position + 4].bigEndian
    let name = bytes[position + 4..<position + 8]
    let content = position + 8..<position + 8 + length
    guard content.upperBound + 4 <= bytes.count, name.allSatisfy(PNGChunks.isLetter) else { return nil }
    let chunk = Chunk(start: position, name: String(decoding: name, as: UTF8.self), content: content)
    position = chunk.end
    return chunk
  }

  /// Whether the chunk's checksum is right.
  func isIntact(_ chunk: Chunk) -> Bool {
    let declared = bytes[chunk.content.upperBound..<chunk.end].reduce(0) { $0 << 8 | UInt32($1) }
    let computed = bytes.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { rbqe_crc32($0 + chunk.start + 4, 4 + chunk.content.count) } ?? 0
    }
    return declared == computed
  }

  static func isLetter(_ byte: UInt8) -> Bool { 0x41...0x5A ~= byte || 0x61...0x7A ~= byte }
}

extension PNGChunk {
  /// Whether the chunk may stay when pixels change: the fourth letter's case, as PNG defines it.
  static func isSafeToCopy(_ name: String) -> Bool { name.utf8.last.map { $0 & 0x20 != 0 } ?? false }

  /// Whether a reader may pass over the chunk: the first letter's case.
  static func isAncillary(_ name: String) -> Bool { name.utf8.first.map { $0 & 0x20 != 0 } ?? false }
}
