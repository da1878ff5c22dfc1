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
