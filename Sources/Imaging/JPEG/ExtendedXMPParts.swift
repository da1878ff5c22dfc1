/// An extended XMP packet that is spread over segments with offsets.
///
/// Programs that write a new one may leave parts of an old one behind, with another GUID: the main packet says which
/// one it goes on with.
struct ExtendedXMPParts {
  private static let headerBytes = 40

  private var packets: [[UInt8]: Parts] = [:]
  /// Whether there were segments too short to say what they are part of.
  private var hasStrays = false

  var isPresent: Bool { hasStrays || !packets.isEmpty }

  /// The parts that have one GUID.
  private struct Parts {
    let size: Int
    var parts: [Int: ArraySlice<UInt8>] = [:]
    var isBroken = false

    /// What they are parts of; `nil` unless they fill it without gap or overlap.
    func joined() -> [UInt8]? {
      guard !isBroken else { return nil }
      var content: [UInt8] = []
      for (offset, part) in parts.sorted(by: { $0.key < $1.key }) {
        guard offset == content.count else { return nil }
        content += part
      }
      return content.count == size ? content : nil
    }
  }

  /// Takes what follows the signature: 32 digits, full size, offset (4 bytes each), and the part.
  mutating func take(_ content: ArraySlice<UInt8>) {
    let head = Array(content.prefix(Self.headerBytes))
    guard head.count == Self.headerBytes else {
      hasStrays = true
      return
    }
    let guid = Array(head[0..<32])
    let size = head[32..<36].bigEndian
    let offset = head[36..<40].bigEndian
    var packet = packets.removeValue(forKey: guid) ?? Parts(size: size)
    if packet.size == size, packet.parts[offset] == nil {
      packet.parts[offset] = content.dropFirst(Self.headerBytes)
    } else {
      packet.isBroken = true
    }
    packets[guid] = packet
  }

  /// The packet that a main packet goes on with; `nil` if it isn't whole.
  ///
  /// - Parameter main: The main packet. Where it names none, there may be only one.
  func joined(for main: [UInt8]?) -> ExtendedXMP? {
    if let guid = main.flatMap(Self.guid(namedIn:)) {
      return packets[guid]?.joined().map { ExtendedXMP(guid: guid, content: $0) }
    }
    guard !hasStrays, packets.count == 1, let (guid, packet) = packets.first else { return nil }
    return packet.joined().map { ExtendedXMP(guid: guid, content: $0) }
  }

  private static let property = Array("HasExtendedXMP".utf8)

  /// The GUID that a packet names, in an attribute or an element; `nil`: it names none.
  private static func guid(namedIn packet: [UInt8]) -> [UInt8]? {
    guard let name = packet.firstRange(of: property) else { return nil }
    let value = packet[name.upperBound...].drop { !isDigit($0) }
    // A GUID that isn't one belongs to no packet.
    return Array(value.prefix(32))
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "F"),
      UInt8(ascii: "a")...UInt8(ascii: "f"):
      true
    default: false
    }
  }
}
