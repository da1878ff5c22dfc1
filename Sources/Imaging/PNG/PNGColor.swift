extension Metadata {
  /// Whether PNG's colour description says something that a file of another format, which has at most the ICC profile,
  /// won't say: colours other than sRGB's, which readers assume without a description.
  ///
  /// What counts is what comes first of cICP, profile, sRGB, and gAMA with cHRM, as the third edition of PNG has it.
  var hasOwnColorChunks: Bool {
    if let codes = colorChunk("cICP"), codes.count == 4 { return !codes.starts(with: Self.codesOfSRGB) }
    if iccProfile != nil || colorChunk("sRGB") != nil { return false }
    return colorChunks.contains { chunk in
      switch chunk.name {
      case "gAMA": !Self.isNear(chunk.content, [Self.gammaOfSRGB])
      case "cHRM": !Self.isNear(chunk.content, Self.primariesOfSRGB)
      // What is left says how bright a display the picture was made on.
      default: true
      }
    }
  }

  private func colorChunk(_ name: String) -> [UInt8]? { colorChunks.first { $0.name == name }?.content }

  /// Primaries and transfer function, in the numbers of ITU-T H.273.
  private static let codesOfSRGB: [UInt8] = [1, 13]
  private static let gammaOfSRGB = 45455
  /// White, red, green and blue.
  private static let primariesOfSRGB = [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000]

  /// Whether a chunk holds these numbers, which some writers round otherwise.
  private static func isNear(_ content: [UInt8], _ numbers: [Int]) -> Bool {
    guard content.count == 4 * numbers.count else { return false }
    return numbers.indices.allSatisfy { index in
      let own = content[4 * index..<4 * index + 4].bigEndian
      return abs(own - numbers[index]) <= 1
    }
  }
}
