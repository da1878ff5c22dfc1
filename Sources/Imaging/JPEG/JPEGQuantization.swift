/// Quantization tables as DQT segments define them.
enum JPEGQuantization {
  /// Puts the tables of one segment into their slots; what a damaged segment still defines is taken.
  static func read(_ content: ArraySlice<UInt8>, into tables: inout [[UInt16]]) {
    var rest = content
    while let head = rest.popFirst() {
      let isWide = head >> 4 != 0
      let slot = Int(head & 15)
      let count = isWide ? 128 : 64
      guard slot < tables.count, rest.count >= count else { return }
      var table = [UInt16](repeating: 0, count: 64)
      for place in zigzag {
        let first = UInt16(rest.removeFirst())
        table[place] = isWide ? first << 8 | UInt16(rest.removeFirst()) : first
      }
      tables[slot] = table
    }
  }

  /// Place in rows of each entry in zigzag order.
  static let zigzag: [Int] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
  ]
}
