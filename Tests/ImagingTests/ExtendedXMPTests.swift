import Imaging
import Testing

/// Extended XMP, of which a file may hold more than one.
@Suite struct ExtendedXMPTests {
  private static let own = [UInt8](repeating: 0x41, count: 32)
  private static let stale = [UInt8](repeating: 0x42, count: 32)
  private static let content = (0..<300).map { UInt8(truncatingIfNeeded: $0) }

  /// The parts of a packet, each of at most 200 bytes.
  private static func parts(_ guid: [UInt8], _ content: [UInt8] = ExtendedXMPTests.content) -> [[UInt8]] {
    let head = Array("http://ns.adobe.com/xmp/extension/\0".utf8) + guid + PNGFile.bigEndian(content.count)
    return stride(from: 0, to: content.count, by: 200).map { offset in
      let part = content[offset..<min(offset + 200, content.count)]
      return JPEGFile.segment(0xE1, head + PNGFile.bigEndian(offset) + part)
    }
  }

  /// A packet that names another, in an attribute or an element.
  private static func main(naming guid: [UInt8], element: Bool = false) -> [UInt8] {
    let name = "xmpNote:HasExtendedXMP"
    let digits = String(decoding: guid, as: UTF8.self)
    let text = element ? "<a><\(name)>\(digits)</\(name)></a>" : "<a \(name) = '\(digits)'/>"
    return JPEGFile.segment(0xE1, Array("http://ns.adobe.com/xap/1.0/\0\(text)".utf8))
  }

  private func decoded(_ segments: [[UInt8]]) throws -> Image {
    try ImageDecoder.decode(
      JPEGFile.inserting(segments.flatMap(\.self), into: Fixture.bytes("ycbcr-420.jpg")))
  }

  @Test(arguments: [false, true]) func theNamedOneCounts(element: Bool) throws {
    let main = Self.main(naming: Self.own, element: element)
    let parts = Self.parts(Self.own)
    let others = Self.parts(Self.stale)
    let incomplete = Array(others.dropLast())
    let orders: [[[UInt8]]] = [[main] + parts + others, others + [main] + parts, parts + incomplete + [main]]
    for segments in orders {
      let image = try decoded(segments)
      #expect(image.metadata.extendedXMP == ExtendedXMP(guid: Self.own, content: Self.content))
      #expect(image.notices.isEmpty)
    }
  }

  @Test func theNamedOneMustBeWhole() throws {
    let main = Self.main(naming: Self.own)
    let parts = Self.parts(Self.own)
    let others = Self.parts(Self.stale)
    let incomplete = Array(parts.dropLast())
    let contradicting = parts + Self.parts(Self.own, [1])
    for segments in [incomplete + others, others, contradicting] {
      let image = try decoded([main] + segments)
      #expect(image.metadata.extendedXMP == nil && image.notices == [.damaged(.extendedXMP)])
    }
  }

  @Test func withoutANameThereMayBeOnlyOne() throws {
    let single = try decoded(Self.parts(Self.stale))
    #expect(single.metadata.extendedXMP?.guid == Self.stale && single.notices.isEmpty)
    let two = try decoded(Self.parts(Self.stale) + Self.parts(Self.own))
    #expect(two.metadata.extendedXMP == nil && two.notices == [.damaged(.extendedXMP)])
  }
}
