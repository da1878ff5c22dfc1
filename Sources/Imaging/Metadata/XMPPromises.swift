/// What an XMP packet says of data behind the picture: a video, a gain map, a directory of both.
///
/// Where such data are left out, readers that look for them would find the end of the file, or some other bytes.
enum XMPPromises {
  /// Is "1" where a video follows the picture.
  private static let marks = names(["GCamera:MotionPhoto", "Camera:MotionPhoto", "GCamera:MicroVideo"])
  /// Is there at all only where something follows.
  private static let declarations = names(["hdrgm:Version", "Container:Directory"])

  /// A packet of the same length that promises nothing; `nil`: it promises something, but isn't sound XML, so that
  /// nobody knows where the promise begins and ends.
  ///
  /// Marks become "0", and spaces take the place of declarations, which are whole attributes or elements: what is left
  /// is as sound as before. Prefixes count, rather than namespaces, as readers have it too; characters that are written
  /// as references, and extended packets, aren't looked into.
  static func takenBack(in packet: [UInt8]) -> [UInt8]? {
    var result = packet
    var tags = XMLTags(packet)
    // An element that goes, and how many of its name are open.
    var leaving: (name: ArraySlice<UInt8>, start: Int, depth: Int)?
    while true {
      switch tags.next() {
      case .broken: return mentions(packet) ? nil : packet
      case .end: return leaving == nil ? result : nil
      case .tag(let tag):
        if var element = leaving {
          guard tag.name == element.name, tag.kind != .empty else { continue }
          element.depth += tag.kind == .opening ? 1 : -1
          if element.depth == 0 { blank(element.start..<tag.range.upperBound, in: &result) }
          leaving = element.depth == 0 ? nil : element
        } else if declarations.contains(tag.name) {
          switch tag.kind {
          case .opening: leaving = (tag.name, tag.range.lowerBound, 1)
          case .empty: blank(tag.range, in: &result)
          case .closing: return nil
          }
        } else {
          if tag.kind == .opening, marks.contains(tag.name) { unset(tag.range.upperBound..<packet.count, in: &result) }
          for attribute in tag.attributes {
            if declarations.contains(attribute.name) { blank(attribute.range, in: &result) }
            if marks.contains(attribute.name) { unset(attribute.value, in: &result) }
          }
        }
      }
    }
  }

  private static func names(_ names: [String]) -> Set<ArraySlice<UInt8>> { Set(names.map { Array($0.utf8)[...] }) }

  private static func blank(_ range: Range<Int>, in bytes: inout [UInt8]) {
    bytes.replaceSubrange(range, with: repeatElement(UInt8(ascii: " "), count: range.count))
  }

  /// Makes 0 of a value that is 1; it ends with the range, or where the next tag begins.
  private static func unset(_ range: Range<Int>, in bytes: inout [UInt8]) {
    guard let place = bytes[range].firstIndex(where: { !XMLTags.isSpace($0) }), bytes[place] == UInt8(ascii: "1")
    else { return }
    let next = bytes[place + 1..<range.upperBound].first { !XMLTags.isSpace($0) }
    if next == nil || next == UInt8(ascii: "<") { bytes[place] = UInt8(ascii: "0") }
  }

  private static func mentions(_ packet: [UInt8]) -> Bool {
    marks.union(declarations).contains { packet.firstRange(of: $0) != nil }
  }
}
