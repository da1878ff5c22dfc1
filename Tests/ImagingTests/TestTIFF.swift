/// TIFF structures put together by hand, in either byte order.
struct TestTIFF {
  let isBigEndian: Bool

  /// Header and directories, each right behind the one before it, none of which leads to another by itself.
  func file(_ directories: [[[UInt8]]]) -> [UInt8] {
    let mark: [UInt8] = isBigEndian ? [0x4D, 0x4D] : [0x49, 0x49]
    var file = mark + integer(42, bytes: 2) + integer(8, bytes: 4)
    for entries in directories {
      file += integer(entries.count, bytes: 2)
      file += entries.flatMap(\.self)
      file += integer(0, bytes: 4)
    }
    return file
  }

  /// An entry that is a number: BYTE, SHORT or LONG by its type; any other type is written as LONG.
  func number(_ tag: Int, type: Int, count: Int = 1, _ value: Int) -> [UInt8] {
    let bytes = type == 1 ? 1 : type == 3 ? 2 : 4
    return entry(tag, type: type, count: count, integer(value, bytes: bytes))
  }

  /// An entry that is a text of at most four letters, with the zero that ends it.
  func word(_ tag: Int, _ text: String) -> [UInt8] {
    entry(tag, type: 2, count: text.utf8.count + 1, Array(text.utf8) + [0])
  }

  private func entry(_ tag: Int, type: Int, count: Int, _ value: [UInt8]) -> [UInt8] {
    let padding = [UInt8](repeating: 0, count: 4 - value.count)
    let head = integer(tag, bytes: 2) + integer(type, bytes: 2) + integer(count, bytes: 4)
    return head + value + padding
  }

  private func integer(_ value: Int, bytes: Int) -> [UInt8] {
    let littleEndian = (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return isBigEndian ? littleEndian.reversed() : littleEndian
  }
}
