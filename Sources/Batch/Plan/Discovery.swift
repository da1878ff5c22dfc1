import Imaging
import SystemPackage

/// Finds the images among the inputs.
///
/// Directories are searched with all that is below them, in the order of their names. Hidden files and directories are
/// passed over, symbolic links in directories aren't followed, and the format is told by a file's first bytes.
public struct Discovery: Sendable {
  /// The images, in the order of the inputs and below each directory by name.
  public private(set) var sources: [Source] = []
  /// Files that are named like images but aren't, and what could not be read.
  public private(set) var rejections: [Rejection] = []
  /// Files in directories that are no images and aren't named like one.
  public private(set) var ignoredCount = 0

  /// Whether one file was named, and nothing else.
  public let isSingleFile: Bool

  private let excluded: FileStatus.Identity?

  /// Searches the inputs.
  ///
  /// - Parameters:
  ///   - inputs: files and directories.
  ///   - excluding: a directory that is not searched, because results go there.
  public init(inputs: [FilePath], excluding: FilePath? = nil) {
    isSingleFile = inputs.count == 1 && FileStatus.ifPresent(at: inputs[0])?.kind != .directory
    excluded = excluding.flatMap { FileStatus.ifPresent(at: $0)?.identity }
    for input in inputs {
      do {
        let status = try FileError.naming(.read, input) { try FileStatus(of: input) }
        if status.kind == .directory {
          search(input, relativeTo: FilePath())
        } else {
          try addNamed(input, status: status)
        }
      } catch {
        reject(input, as: input, error)
      }
    }
  }

  private mutating func addNamed(_ path: FilePath, status: FileStatus) throws {
    guard status.kind == .file else { throw DiscoveryError.notAFile }
    guard let name = path.lastComponent else { throw DiscoveryError.notAFile }
    let format = try Self.format(of: path)
    sources.append(
      Source(
        path: path, relativePath: FilePath(root: nil, [name]), isBelowDirectory: false, format: format, status: status))
  }

  private mutating func search(_ directory: FilePath, relativeTo relative: FilePath) {
    let names: [FilePath.Component]
    do {
      names = try directoryEntries(of: directory)
    } catch {
      reject(directory, as: relative.isEmpty ? directory : relative, error)
      return
    }
    for name in names where bytes(of: name).first != CInterop.PlatformChar(UInt8(ascii: ".")) {
      let path = directory.appending(name)
      let status: FileStatus
      do {
        status = try FileStatus(of: path, following: false)
      } catch Errno.noSuchFileOrDirectory {
        continue
      } catch {
        reject(path, as: relative.appending(name), FileError(.read, path, error))
        continue
      }
      switch status.kind {
      case .directory:
        if status.identity != excluded { search(path, relativeTo: relative.appending(name)) }
      case .file:
        addFound(path, relativePath: relative.appending(name), status: status)
      case .symbolicLink, .other:
        ignoredCount += 1
      }
    }
  }

  private mutating func addFound(_ path: FilePath, relativePath: FilePath, status: FileStatus) {
    do {
      let format = try Self.format(of: path)
      sources.append(
        Source(path: path, relativePath: relativePath, isBelowDirectory: true, format: format, status: status))
    } catch {
      if ImageFormat(extension: path.extension) == nil {
        ignoredCount += 1
      } else {
        reject(path, as: relativePath, error)
      }
    }
  }

  private mutating func reject(_ path: FilePath, as name: FilePath, _ reason: any Error) {
    rejections.append(Rejection(path: path, displayName: name.string, reason: reason))
  }

  private static func format(of path: FilePath) throws -> ImageFormat {
    let prefix = try FileContents.prefix(of: path)
    guard !prefix.isEmpty else { throw DiscoveryError.empty }
    guard let format = ImageFormat.detect(prefix) else { throw DiscoveryError.notAnImage }
    return format
  }
}

extension ImageFormat {
  /// The format that files with this extension should have, upper or lower case.
  init?(extension name: String?) {
    switch name?.lowercased() {
    case "jpg", "jpeg": self = .jpeg
    case "png": self = .png
    default: return nil
    }
  }
}

/// Why an input is no image.
public enum DiscoveryError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A pipe, a device or a socket.
  case notAFile
  /// A file of no bytes.
  case empty
  /// Neither JPEG nor PNG.
  case notAnImage

  /// What happened, and what to do about it.
  public var description: String {
    switch self {
    case .notAFile: "is not a regular file; to enhance what comes through a pipe, use - with -o -"
    case .empty: "the file is empty: it may be what an interrupted copy left; restore it from its origin"
    case .notAnImage: "is neither a JPEG nor a PNG file, going by its first bytes; convert it to one of them first"
    }
  }
}
