/// Four bytes, highest first, as PNG, JPEG and Photoshop write numbers.
func bigEndian(_ value: Int) -> [UInt8] {
  let value = UInt32(clamping: value)
  return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}

extension Sequence<UInt8> {
  /// The number that the bytes are, highest first; of seven at most.
  var bigEndian: Int { reduce(0) { $0 << 8 | Int($1) } }
}
