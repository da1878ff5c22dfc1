/// The room that XMP packets leave for programs that change them in place: spaces in front of their last line.
enum XMPPadding {
  private static let ending = Array("<?xpacket end".utf8)

  /// A packet without it; as it is where there is none.
  static func removed(from packet: [UInt8]) -> [UInt8] {
    guard let end = placeOfEnding(in: packet) else { return packet }
    let content = packet[..<end]
    let last = content.lastIndex { !XMLTags.isSpace($0) }
    return Array(content[..<(last.map { $0 + 1 } ?? 0)]) + packet[end...]
  }

  private static func placeOfEnding(in packet: [UInt8]) -> Int? {
    var rest = packet[...]
    while let place = rest.lastIndex(of: ending[0]) {
      if packet[place...].starts(with: ending) { return place }
      rest = packet[..<place]
    }
    return nil
  }
}
