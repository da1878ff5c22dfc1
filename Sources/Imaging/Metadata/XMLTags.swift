/// Walks over the tags of an XML text; comments and the like are passed over.
///
/// It knows no more of XML than XMP packets have: no document types, and names as they are written.
struct XMLTags {
  /// An attribute, with its value where the quotes aren't.
  struct Attribute {
    let name: ArraySlice<UInt8>
    let range: Range<Int>
    let value: Range<Int>
  }

  /// A tag from its `<` to behind its `>`.
  struct Tag {
    enum Kind { case opening, closing, empty }

    let kind: Kind
    let name: ArraySlice<UInt8>
    let attributes: [Attribute]
    let range: Range<Int>
  }

  /// What the walk came to.
  enum Step {
    case tag(Tag)
    case end
    /// This isn't XML, or more of it than is known here.
    case broken
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next tag.
  mutating func next() -> Step {
    while let start = bytes[position...].firstIndex(of: UInt8(ascii: "<")) {
      guard let aside = Self.asides.first(where: { bytes[start...].starts(with: $0.start) }) else {
        return takeTag(at: start).map { Step.tag($0) } ?? .broken
      }
      guard let end = place(behind: aside.end, from: start + aside.start.count) else { return .broken }
      position = end
    }
    return .end
  }

  /// How comments, pieces of plain text and instructions begin and end.
  private static let asides = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")].map { start, end in
    (start: Array(start.utf8), end: Array(end.utf8))
  }

  /// The place behind what ends an aside; `nil`: it doesn't end.
  private func place(behind mark: [UInt8], from start: Int) -> Int? {
    var place = start
    while let found = bytes[place...].firstIndex(of: mark[0]) {
      if bytes[found...].starts(with: mark) { return found + mark.count }
      place = found + 1
    }
    return nil
  }

  /// `nil`: it isn't one.
  private mutating func takeTag(at start: Int) -> Tag? {
    var place = start + 1
    let isClosing = byte(place) == UInt8(ascii: "/")
    if isClosing { place += 1 }
    let name = word(&place)
    guard !name.isEmpty else { return nil }
    var attributes: [Attribute] = []
    while true {
      let gap = place
      skipSpace(&place)
      switch byte(place) {
      case UInt8(ascii: ">")?:
        position = place + 1
        let kind: Tag.Kind = isClosing ? .closing : .opening
        return Tag(kind: kind, name: name, attributes: attributes, range: start..<position)
      case UInt8(ascii: "/")?:
        guard !isClosing, byte(place + 1) == UInt8(ascii: ">") else { return nil }
        position = place + 2
        return Tag(kind: .empty, name: name, attributes: attributes, range: start..<position)
      default:
        guard place > gap, let attribute = takeAttribute(&place) else { return nil }
        attributes.append(attribute)
      }
    }
  }

  private func takeAttribute(_ place: inout Int) -> Attribute? {
    let start = place
    let name = word(&place)
    skipSpace(&place)
    guard !name.isEmpty, byte(place) == UInt8(ascii: "=") else { return nil }
    place += 1
    skipSpace(&place)
    guard let quote = byte(place), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
      let end = bytes[(place + 1)...].firstIndex(of: quote)
    else { return nil }
    let value = place + 1..<end
    place = end + 1
    return Attribute(name: name, range: start..<place, value: value)
  }

  private func byte(_ place: Int) -> UInt8? { place < bytes.count ? bytes[place] : nil }

  /// A name: everything up to what can't be in one.
  private func word(_ place: inout Int) -> ArraySlice<UInt8> {
    let rest = bytes[min(place, bytes.count)...]
    let name = rest.prefix { !Self.isSpace($0) && !Self.delimiters.contains($0) }
    place = name.endIndex
    return name
  }

  private func skipSpace(_ place: inout Int) {
    while let next = byte(place), Self.isSpace(next) { place += 1 }
  }

  private static let delimiters = Array("<>/=\"'".utf8)

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
