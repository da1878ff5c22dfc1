import Imaging

extension Array where Element: Equatable {
  /// Where a sequence of elements first occurs.
  func firstIndex(ofSequence pattern: [Element]) -> Int? {
    guard count >= pattern.count else { return nil }
    return (0...count - pattern.count).first { Array(self[$0..<$0 + pattern.count]) == pattern }
  }
}

/// JPEG files put together by hand.
enum JPEGFile {
  static func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
    let length = content.count + 2
    return [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + content
  }

  /// The file with further segments behind its start.
  static func inserting(_ segments: [UInt8], into file: [UInt8]) -> [UInt8] {
    Array(file[0..<2]) + segments + file[2...]
  }

  /// Contents of the segments before the first scan that have a marker.
  static func contents(_ marker: UInt8, of file: [UInt8]) -> [[UInt8]] {
    var position = 2
    var found: [[UInt8]] = []
    while position + 4 <= file.count, file[position + 1] != 0xDA {
      let length = Int(file[position + 2]) << 8 | Int(file[position + 3])
      if file[position + 1] == marker { found.append(Array(file[position + 4..<position + 2 + length])) }
      position += 2 + length
    }
    return found
  }
}

/// PNG files put together by hand, with checksums of their own.
enum PNGFile {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + content
    return bigEndian(content.count) + body + bigEndian(Int(checksum(body)))
  }

  /// A colour file of 8 bits that has a header and next to no data.
  static func header(width: Int, height: Int) -> [UInt8] {
    signature + chunk("IHDR", bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0]) + chunk("IDAT", [0x78, 0x9C])
      + chunk("IEND", [])
  }

  /// The file with further chunks behind its header.
  static func inserting(_ chunks: [UInt8], into file: [UInt8]) -> [UInt8] {
    Array(file[0..<33]) + chunks + file[33...]
  }

  static func chunks(of file: [UInt8]) -> [(name: String, content: [UInt8])] {
    var position = 8
    var found: [(name: String, content: [UInt8])] = []
    while position + 12 <= file.count {
      let length = file[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      let name = String(decoding: file[position + 4..<position + 8], as: UTF8.self)
      found.append((name, Array(file[position + 8..<position + 8 + length])))
      position += 12 + length
    }
    return found
  }

  static func bigEndian(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
  }
}
