/// The little of TIFF that EXIF needs here: reading the orientation and the colour space, and writing nothing but them.
enum TIFF {
  // Types of values.
  static let byte = 1
  static let ascii = 2
  static let short = 3
  static let long = 4

  // Tags of the first directory, of EXIF's own and of the one for exchange between cameras (DCF).
  private static let orientationTag = 0x0112
  private static let exifTag = 0x8769
  private static let colorSpaceTag = 0xA001
  private static let exchangeTag = 0xA005
  private static let exchangeIndexTag = 0x0001
  private static let thumbnailOffsetTag = 0x0201
  private static let thumbnailLengthTag = 0x0202

  private static let sRGB = 1
  private static let uncalibrated = 0xFFFF
  /// DCF's name of Adobe RGB.
  private static let adobeRGB = Array("R03".utf8)

  /// Whether these bytes begin like a TIFF structure.
  static func isPlausible(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
    let start = Array(bytes.prefix(4))
    return bytes.count >= 8 && (start == [0x49, 0x49, 0x2A, 0] || start == [0x4D, 0x4D, 0, 0x2A])
  }

  /// The orientation, 1...8, in the first directory; `nil`: none, or nonsense.
  static func orientation(_ bytes: [UInt8]) -> Int? {
    guard let reader = TIFFReader(bytes), let directory = reader.firstDirectory,
      let value = reader.number(of: orientationTag, in: directory), 1...8 ~= value
    else { return nil }
    return value
  }

  /// Whether a camera says that colours are Adobe RGB's, in the only words that EXIF has for it.
  static func isAdobeRGB(_ bytes: [UInt8]) -> Bool {
    guard let reader = TIFFReader(bytes), let first = reader.firstDirectory,
      let directory = reader.number(of: exifTag, in: first),
      let exchange = reader.number(of: exchangeTag, in: directory)
    else { return false }
    return reader.word(of: exchangeIndexTag, in: exchange) == adobeRGB
      && reader.number(of: colorSpaceTag, in: directory) != sRGB
  }

  /// A TIFF structure that says nothing but the orientation, and perhaps that colours are Adobe RGB's.
  static func holding(orientation: Int, isAdobeRGB: Bool = false) -> [UInt8] {
    let header: [UInt8] = [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0]
    let turned = entry(orientationTag, short, 1, littleEndian(orientation, count: 4))
    guard isAdobeRGB else { return header + directory([turned]) }
    // Each directory begins where the one before it ends.
    let exif = header.count + directoryBytes(2)
    let exchange = exif + directoryBytes(2)
    var result = header
    result += directory([turned, entry(exifTag, long, 1, littleEndian(exif, count: 4))])
    result += directory([
      entry(colorSpaceTag, short, 1, littleEndian(uncalibrated, count: 4)),
      entry(exchangeTag, long, 1, littleEndian(exchange, count: 4)),
    ])
    result += directory([entry(exchangeIndexTag, ascii, 4, adobeRGB + [0])])
    return result
  }

  private static func directoryBytes(_ entries: Int) -> Int { 2 + 12 * entries + 4 }

  /// The last one: no link to another follows.
  private static func directory(_ entries: [[UInt8]]) -> [UInt8] {
    let content = entries.flatMap(\.self)
    return littleEndian(entries.count, count: 2) + content + littleEndian(0, count: 4)
  }

  /// - Parameter value: Four bytes.
  private static func entry(_ tag: Int, _ type: Int, _ count: Int, _ value: [UInt8]) -> [UInt8] {
    littleEndian(tag, count: 2) + littleEndian(type, count: 2) + littleEndian(count, count: 4) + value
  }

  private static func littleEndian(_ value: Int, count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// The same without the second directory, which describes a thumbnail, and without its pixels where they end the
  /// structure.
  ///
  /// Other places stay where they are: what lies between may be a maker's notes, which point into themselves.
  static func withoutThumbnail(_ bytes: [UInt8]) -> [UInt8] {
    guard let reader = TIFFReader(bytes), let first = reader.firstDirectory, let entries = reader.short(first) else {
      return bytes
    }
    let link = first + 2 + 12 * entries
    guard let second = reader.long(link), second != 0 else { return bytes }
    var result = bytes
    result.replaceSubrange(link..<link + 4, with: [0, 0, 0, 0])
    if let start = reader.number(of: thumbnailOffsetTag, in: second),
      let length = reader.number(of: thumbnailLengthTag, in: second),
      start >= link + 4, length > 0, length <= bytes.count - start, bytes.count - start - length < 2
    {
      result.removeSubrange(start...)
    }
    return result
  }
}
