import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a journal calls an output: its path below the journal's directory, so that the directory can be moved.
struct JournalName: Sendable, Hashable {
  private let bytes: [CInterop.PlatformChar]

  /// - Parameter root: the journal's directory.
  init(_ output: FilePath, below root: FilePath) {
    var path = output.lexicallyNormalized()
    _ = path.removePrefix(root.lexicallyNormalized())
    bytes = path.platformBytes
  }

  /// The output's own name.
  var lastComponent: FilePath.Component? { path.lastComponent }

  /// The output below the journal's directory; the output itself, if it lies elsewhere.
  var path: FilePath {
    (bytes + [0]).withUnsafeBufferPointer { $0.baseAddress.map { FilePath(platformString: $0) } ?? FilePath() }
  }

  enum CodingKeys: String, CodingKey {
    case name
    case encodedName = "name_base64"
  }
}

// Names that aren't UTF-8 have no place in JSON; as Base64 they stay apart from each other.
extension JournalName: Codable {
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let octets = bytes.map(UInt8.init(bitPattern:))
    if let text = String(validating: octets, as: UTF8.self) {
      try container.encode(text, forKey: .name)
    } else {
      try container.encode(Data(octets).base64EncodedString(), forKey: .encodedName)
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let text = try container.decodeIfPresent(String.self, forKey: .name) {
      bytes = text.utf8.map(CInterop.PlatformChar.init(bitPattern:))
    } else {
      let text = try container.decode(String.self, forKey: .encodedName)
      guard let data = Data(base64Encoded: text) else {
        throw DecodingError.dataCorruptedError(forKey: .encodedName, in: container, debugDescription: "not Base64")
      }
      bytes = data.map(CInterop.PlatformChar.init(bitPattern:))
    }
  }
}
