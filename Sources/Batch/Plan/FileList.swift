import SystemPackage

/// Paths read from a file, one a line or one after each zero byte, as `find -print0` writes them.
///
/// Lines may begin and end as those of Windows do, with a byte order mark and with carriage returns: a name that does
/// end in a carriage return needs a list with zero bytes.
public struct FileList: Sendable {
  /// The paths, in their order.
  public let paths: [FilePath]

  /// - Parameter isZeroTerminated: whether paths end in a zero byte and may contain line feeds.
  /// - Throws: ``FileListError`` if there are zero bytes and paths don't end in them: no path has any.
  public init(_ bytes: [UInt8], isZeroTerminated: Bool) throws(FileListError) {
    guard isZeroTerminated || !bytes.contains(0) else { throw .zeroBytes }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let bytes = !isZeroTerminated && bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    let names: [ArraySlice<UInt8>] =
      isZeroTerminated
      ? bytes.split(separator: 0)
      : bytes.split(separator: UInt8(ascii: "\n"))
        .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
        .filter { !$0.isEmpty }
    paths =
      names
      .map { FilePath(platformString: $0.map(CInterop.PlatformChar.init(bitPattern:)) + [0]) }
  }
}

/// Why a list names no files.
public enum FileListError: Error, Sendable, Equatable, CustomStringConvertible {
  /// It is one of paths that end in zero bytes, or no list at all.
  case zeroBytes

  /// What is wrong.
  public var description: String { "holds zero bytes, which no path has" }
}
