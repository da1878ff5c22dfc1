import SystemPackage

// Names in a file system are bytes, and not always UTF-8; what is made of them must not lose any.

extension FilePath {
  /// The path as the file system has it.
  var platformBytes: [CInterop.PlatformChar] {
    withPlatformString { Array(UnsafeBufferPointer(start: $0, count: length)) }
  }

  /// The path below no particular directory: without root, and without leading `..`.
  var withoutOrigin: FilePath {
    FilePath(root: nil, lexicallyNormalized().components.drop { $0.kind != .regular })
  }
}

extension FilePath.Component {
  /// The name as the file system has it.
  var platformBytes: [CInterop.PlatformChar] {
    withPlatformString { FilePath(platformString: $0).platformBytes }
  }

  /// The name without its extension.
  var stemBytes: [CInterop.PlatformChar] {
    let bytes = platformBytes
    guard let dot = bytes.lastIndex(of: CInterop.PlatformChar(UInt8(ascii: "."))), dot > 0 else { return bytes }
    return Array(bytes[..<dot])
  }
}
