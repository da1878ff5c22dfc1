/// Reads numbers and directory entries of a TIFF structure; what lies outside of it is `nil`.
struct TIFFReader {
  private let bytes: [UInt8]
  private let isBigEndian: Bool

  /// An entry of a directory.
  struct Entry {
    /// TIFF's number of the value's type.
    let type: Int
    /// Values of that type.
    let count: Int
    /// Of the four bytes that are the value, or say where it is.
    let place: Int
  }

  /// `nil`: these bytes don't begin like a TIFF structure.
  init?(_ bytes: [UInt8]) {
    guard TIFF.isPlausible(bytes) else { return nil }
    self.bytes = bytes
    isBigEndian = bytes[0] == 0x4D
  }

  func short(_ offset: Int) -> Int? { integer(offset, count: 2) }
  func long(_ offset: Int) -> Int? { integer(offset, count: 4) }

  /// The place of the first directory.
  var firstDirectory: Int? { long(4) }

  /// The first entry of a directory that has a tag.
  func entry(of tag: Int, in directory: Int) -> Entry? {
    guard let entries = short(directory) else { return nil }
    for start in (0..<entries).lazy.map({ directory + 2 + 12 * $0 }) {
      guard let own = short(start) else { return nil }
      guard own == tag else { continue }
      guard let type = short(start + 2), let count = long(start + 4) else { return nil }
      return Entry(type: type, count: count, place: start + 8)
    }
    return nil
  }

  /// A single whole number, of whatever size its writer gave it: not all keep to the one that EXIF asks for.
  func number(of tag: Int, in directory: Int) -> Int? {
    guard let entry = entry(of: tag, in: directory), entry.count == 1 else { return nil }
    switch entry.type {
    case TIFF.byte: return integer(entry.place, count: 1)
    case TIFF.short: return short(entry.place)
    case TIFF.long: return long(entry.place)
    default: return nil
    }
  }

  /// A text of up to three letters, which is an entry's own value, without the zero that ends it.
  func word(of tag: Int, in directory: Int) -> [UInt8]? {
    guard let entry = entry(of: tag, in: directory), entry.type == TIFF.ascii, 1...4 ~= entry.count,
      entry.place + 4 <= bytes.count
    else { return nil }
    return Array(bytes[entry.place..<entry.place + entry.count].prefix { $0 != 0 })
  }

  private func integer(_ offset: Int, count: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - count else { return nil }
    let part = bytes[offset..<offset + count]
    return isBigEndian ? part.bigEndian : part.reversed().bigEndian
  }
}
