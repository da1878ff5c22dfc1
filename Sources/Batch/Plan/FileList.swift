import SystemPackage

/// Paths read from a file, one a line or one after each zero byte, as `find -print0` writes them.
public struct FileList: Sendable {
  /// The paths, in their order.
  public let paths: [FilePath]

  /// - Parameter isZeroTerminated: whether paths end in a zero byte and may contain line feeds.
  public init(_ bytes: [UInt8], isZeroTerminated: Bool) {
    paths = bytes.split(separator: isZeroTerminated ? 0 : UInt8(ascii: "\n"))
      .map { FilePath(platformString: $0.map(CInterop.PlatformChar.init(bitPattern:)) + [0]) }
  }
}
