#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One JSON object a line, keys sorted, numbers independent of the locale.
public enum JSONLines {
  /// The line for a record, with its line feed.
  ///
  /// - Throws: `EncodingError` if the record holds a number that JSON has no notation for.
  public static func line(_ record: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(record)) + [UInt8(ascii: "\n")]
  }
}
