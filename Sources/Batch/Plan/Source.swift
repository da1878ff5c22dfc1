import Imaging
import Reporting
import SystemPackage

/// A file that is to be enhanced.
public struct Source: Sendable, Equatable {
  /// Where it is.
  public let path: FilePath
  /// Its place below the directory that was named, or its name alone if the file itself was named.
  public let relativePath: FilePath
  /// Whether it was found in a directory that was named, rather than named itself.
  public let isBelowDirectory: Bool
  /// What its first bytes say that it is.
  public let format: ImageFormat
  /// Pixels, channels and the like; nil if the file tells too late or not at all.
  public let header: ImageHeader?
  /// The directory that was named, or the one that the file lies in.
  let root: FilePath
  let status: FileStatus

  /// How records and messages call it.
  public var displayName: String { isBelowDirectory ? relativePath.string : path.string }

  /// Pixels of the picture, 0 where that isn't known before it is decoded.
  public var pixels: Int { header?.pixels ?? 0 }

  /// Two sources are equal if they are at the same path.
  public static func == (left: Source, right: Source) -> Bool { left.path == right.path }
}

/// An input that can't be enhanced, found before any work began.
public struct Rejection: Sendable {
  /// The input.
  public let path: FilePath
  /// Its place below the directory that was named; the path itself if it was named.
  let relativePath: FilePath
  /// What is wrong with it, and what to do about it.
  public let reason: any Error

  /// How records and messages call it.
  public var displayName: String { relativePath.string }

  /// Whether it is part of a share of the work; nil means all of it.
  public func belongs(to shard: Shard?) -> Bool { shard?.contains(relativePath) ?? true }

  /// The record of it.
  public var outcome: ImageOutcome {
    var record = ImageRecord(path: displayName, status: .failed)
    record.error = String(describing: reason)
    return ImageOutcome(record: record, error: reason, source: path)
  }
}
