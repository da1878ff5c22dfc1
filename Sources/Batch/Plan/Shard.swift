import SystemPackage

/// One of several equal parts of the work, for processes that share nothing but the file system.
public struct Shard: Sendable, Equatable {
  /// Which part, from 1.
  public let index: Int
  /// How many parts there are.
  public let count: Int

  /// Part `index` of `count`; nil if there is no such part.
  public init?(index: Int, count: Int) {
    guard count >= 1, (1...count).contains(index) else { return nil }
    self.index = index
    self.count = count
  }

  /// Whether a file belongs to this part.
  ///
  /// It depends on nothing but the path, so every process agrees, whatever else each of them sees.
  func contains(_ relativePath: FilePath) -> Bool {
    // FNV-1a, 64 bits: the same on every machine and in every version.
    let hash = relativePath.withPlatformString { start in
      UnsafeBufferPointer(start: start, count: relativePath.length).reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
        ($0 ^ UInt64(UInt8(bitPattern: $1))) &* 0x100_0000_01b3
      }
    }
    // The low bits of FNV-1a are its weak ones.
    return Int((hash ^ (hash >> 32)) % UInt64(count)) == index - 1
  }
}
