/// The little of TIFF that EXIF needs here: reading the orientation, and writing nothing but it.
enum TIFF {
  private static let orientationTag = 0x0112
  private static let short = 3

  /// Whether these bytes begin like a TIFF structure.
  static func isPlausible(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
    let start = Array(bytes.prefix(4))
    return bytes.count >= 8 && (start == [0x49, 0x49, 0x2A, 0] || start == [0x4D, 0x4D, 0, 0x2A])
  }

  /// The orientation, 1...8, in the first directory; `nil`: none, or nonsense.
  static func orientation(_ bytes: [UInt8]) -> Int? {
    guard isPlausible(bytes) else { return nil }
    let reader = Reader(bytes: bytes, isBigEndian: bytes[0] == 0x4D)
    guard let directory = reader.long(4), let entries = reader.short(directory) else { return nil }
    for index in 0..<entries {
      let entry = directory + 2 + 12 * index
      guard let tag = reader.short(entry) else { return nil }
      guard tag == orientationTag else { continue }
      guard reader.short(entry + 2) == short, let value = reader.short(entry + 8), 1...8 ~= value else { return nil }
      return value
    }
    return nil
  }

  /// A TIFF structure that says nothing but the orientation.
  static func holding(orientation: Int) -> [UInt8] {
    let header: [UInt8] = [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0]
    let entry: [UInt8] = [0x12, 0x01, 3, 0, 1, 0, 0, 0, UInt8(clamping: orientation), 0, 0, 0]
    return header + [1, 0] + entry + [0, 0, 0, 0]
  }

  /// The same without the second directory, which describes a thumbnail, and without its pixels where they end the
  /// structure.
  ///
  /// Other places stay where they are: what lies between may be a maker's notes, which point into themselves.
  static func withoutThumbnail(_ bytes: [UInt8]) -> [UInt8] {
    guard isPlausible(bytes) else { return bytes }
    let reader = Reader(bytes: bytes, isBigEndian: bytes[0] == 0x4D)
    guard let first = reader.long(4), let entries = reader.short(first) else { return bytes }
    let link = first + 2 + 12 * entries
    guard let second = reader.long(link), second != 0 else { return bytes }
    var result = bytes
    result.replaceSubrange(link..<link + 4, with: [0, 0, 0, 0])
    if let start = reader.value(of: thumbnailOffsetTag, in: second),
      let length = reader.value(of: thumbnailLengthTag, in: second),
      start >= link + 4, length > 0, length <= bytes.count - start, bytes.count - start - length < 2
    {
      result.removeSubrange(start...)
    }
    return result
  }

  private static let thumbnailOffsetTag = 0x0201
  private static let thumbnailLengthTag = 0x0202

  private struct Reader {
    let bytes: [UInt8]
    let isBigEndian: Bool

    func short(_ offset: Int) -> Int? { integer(offset, count: 2) }
    func long(_ offset: Int) -> Int? { integer(offset, count: 4) }

    /// A whole number of a directory's entry.
    func value(of tag: Int, in directory: Int) -> Int? {
      guard let entries = short(directory) else { return nil }
      for entry in (0..<entries).map({ directory + 2 + 12 * $0 }) where short(entry) == tag { return long(entry + 8) }
      return nil
    }

    private func integer(_ offset: Int, count: Int) -> Int? {
      guard offset >= 0, offset <= bytes.count - count else { return nil }
      let part = bytes[offset..<offset + count]
      return isBigEndian ? part.reduce(0) { $0 << 8 | Int($1) } : part.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
  }
}
