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

  private struct Reader {
    let bytes: [UInt8]
    let isBigEndian: Bool

    func short(_ offset: Int) -> Int? { integer(offset, count: 2) }
    func long(_ offset: Int) -> Int? { integer(offset, count: 4) }

    private func integer(_ offset: Int, count: Int) -> Int? {
      guard offset >= 0, offset <= bytes.count - count else { return nil }
      let part = bytes[offset..<offset + count]
      return isBigEndian ? part.reduce(0) { $0 << 8 | Int($1) } : part.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
  }
}
