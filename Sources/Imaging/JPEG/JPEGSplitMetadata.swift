/// An ICC profile that is spread over numbered segments.
struct ICCParts {
  private var parts: [Int: ArraySlice<UInt8>] = [:]
  private var count = 0
  private var isBroken = false

  var isPresent: Bool { isBroken || !parts.isEmpty }

  /// Takes what follows the signature: number, count, and the part.
  mutating func take(_ content: ArraySlice<UInt8>) {
    let head = Array(content.prefix(2))
    guard head.count == 2, head[0] >= 1, head[0] <= head[1], count == 0 || count == Int(head[1]),
      parts[Int(head[0])] == nil
    else {
      isBroken = true
      return
    }
    count = Int(head[1])
    parts[Int(head[0])] = content.dropFirst(2)
  }

  /// The profile; `nil` if parts are missing or contradict each other.
  func joined() -> [UInt8]? {
    guard !isBroken, parts.count == count, count > 0 else { return nil }
    let profile = (1...count).reduce(into: [UInt8]()) { $0 += parts[$1] ?? [] }
    return profile.isEmpty ? nil : profile
  }
}

/// An extended XMP packet that is spread over segments with offsets.
struct ExtendedXMPParts {
  private static let headerBytes = 40

  private var guid: [UInt8] = []
  private var size = 0
  private var parts: [Int: ArraySlice<UInt8>] = [:]
  private var isBroken = false

  var isPresent: Bool { isBroken || !parts.isEmpty }

  /// Takes what follows the signature: 32 digits, full size, offset (4 bytes each), and the part.
  mutating func take(_ content: ArraySlice<UInt8>) {
    let head = Array(content.prefix(Self.headerBytes))
    guard head.count == Self.headerBytes else {
      isBroken = true
      return
    }
    let digits = Array(head[0..<32])
    let fullSize = head[32..<36].reduce(0) { $0 << 8 | Int($1) }
    let offset = head[36..<40].reduce(0) { $0 << 8 | Int($1) }
    guard guid.isEmpty || (guid == digits && size == fullSize), parts[offset] == nil else {
      isBroken = true
      return
    }
    guid = digits
    size = fullSize
    parts[offset] = content.dropFirst(Self.headerBytes)
  }

  /// The packet; `nil` unless the parts fill it without gap or overlap.
  func joined() -> ExtendedXMP? {
    guard !isBroken, !parts.isEmpty else { return nil }
    var content: [UInt8] = []
    for (offset, part) in parts.sorted(by: { $0.key < $1.key }) {
      guard offset == content.count else { return nil }
      content += part
    }
    return content.count == size ? ExtendedXMP(guid: guid, content: content) : nil
  }
}
