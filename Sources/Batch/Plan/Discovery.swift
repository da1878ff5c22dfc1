import Imaging
import SystemPackage

/// Finds the images among the inputs.
///
/// Directories are searched with all that is below them, in the order of their names. Hidden files and directories are
/// passed over, symbolic links in directories aren't followed unless asked, and the format is told by a file's first
/// bytes.
public struct Discovery: Sendable {
  /// What is searched, and how.
  public struct Options: Sendable {
    /// Which of the files that are found take part.
    public var filter = PathFilter()
    /// Whether symbolic links in directories are followed.
    public var followsLinks = false
    /// A directory that is not searched, because results go there.
    public var excluding: FilePath?
    /// Files that are not even opened while they are in this state.
    var known: [FilePath: FileStamp] = [:]

    /// Everything, but for links.
    public init() {}
  }

  /// The images, in the order of the inputs and below each directory by name.
  public private(set) var sources: [Source] = []
  /// Files that are named like images but aren't, and what could not be read.
  public private(set) var rejections: [Rejection] = []
  /// Files that take no part: no images and not named like one, or left out by a filter.
  public private(set) var ignoredCount = 0

  /// Files that are there, and known in the state that they are in.
  private(set) var knownFiles: Set<FilePath> = []

  /// Whether one file was named, and nothing else.
  public let isSingleFile: Bool

  private let options: Options
  private let excluded: FileStatus.Identity?

  /// Searches the inputs.
  ///
  /// - Parameters:
  ///   - inputs: files and directories.
  ///   - list: more of them, which keep their paths where results mirror a tree.
  public init(inputs: [FilePath], list: [FilePath] = [], options: Options = Options()) {
    isSingleFile = inputs.count == 1 && list.isEmpty && FileStatus.ifPresent(at: inputs[0])?.kind != .directory
    self.options = options
    excluded = options.excluding.flatMap { FileStatus.ifPresent(at: $0)?.identity }
    for input in inputs { add(input, as: nil) }
    for path in list { add(path, as: path.withoutOrigin) }
  }

  /// What can't be enhanced of one part of the work; nil means all of it.
  public func rejections(of shard: Shard?) -> [Rejection] {
    rejections.filter { $0.belongs(to: shard) }
  }

  /// - Parameter listed: the path that mirrors where the input was listed.
  private mutating func add(_ input: FilePath, as listed: FilePath?) {
    do {
      let status = try FileError.naming(.read, input) { try FileStatus(of: input) }
      if status.kind == .directory {
        let top = Directory(path: input, relativePath: listed ?? FilePath(), root: input, above: [status.identity])
        search(top)
      } else {
        guard status.kind == .file, let name = input.lastComponent else { throw DiscoveryError.notAFile }
        let relative = listed ?? FilePath(root: nil, [name])
        guard options.filter.takesFile(relative) else {
          ignoredCount += 1
          return
        }
        let header = try SourceHeader(of: input, size: status.size)
        sources.append(
          Source(
            path: input, relativePath: relative, isBelowDirectory: false, format: header.format,
            header: header.header, root: input.removingLastComponent(), status: status))
      }
    } catch {
      reject(input, as: input, error)
    }
  }

  private mutating func search(_ directory: Directory) {
    let names: [FilePath.Component]
    do {
      names = try directoryEntries(of: directory.path)
    } catch {
      reject(directory.path, as: directory.relativePath.isEmpty ? directory.path : directory.relativePath, error)
      return
    }
    for name in names where name.platformBytes.first != CInterop.PlatformChar(UInt8(ascii: ".")) {
      let path = directory.path.appending(name)
      let relative = directory.relativePath.appending(name)
      if options.filter.excludes(relative) {
        ignoredCount += 1
        continue
      }
      do {
        try visit(path, relativePath: relative, in: directory)
      } catch Errno.noSuchFileOrDirectory {
        // Gone since the directory was listed.
      } catch let reason as Errno {
        reject(path, as: relative, FileError(.read, path, reason))
      } catch {
        reject(path, as: relative, error)
      }
    }
  }

  private mutating func visit(_ path: FilePath, relativePath: FilePath, in directory: Directory) throws {
    var status = try FileStatus(of: path, following: false)
    if status.kind == .symbolicLink && options.followsLinks {
      do {
        status = try FileStatus(of: path)
      } catch  where ImageFormat(extension: path.extension) == nil {
        ignoredCount += 1
        return
      } catch {
        throw FileError(.read, path, error)
      }
    }
    switch status.kind {
    case .directory:
      // A link that leads back to a directory above it would be followed for ever.
      if status.identity == excluded || directory.above.contains(status.identity) { return }
      search(
        Directory(
          path: path, relativePath: relativePath, root: directory.root,
          above: directory.above.union([status.identity])))
    case .file:
      try addFound(path, relativePath: relativePath, status: status, root: directory.root)
    case .symbolicLink, .other:
      ignoredCount += 1
    }
  }

  private mutating func addFound(
    _ path: FilePath, relativePath: FilePath, status: FileStatus, root: FilePath
  ) throws {
    guard options.filter.takesFile(relativePath) else {
      ignoredCount += 1
      return
    }
    if options.known[path] == status.stamp {
      knownFiles.insert(path)
      return
    }
    do {
      let header = try SourceHeader(of: path, size: status.size)
      sources.append(
        Source(
          path: path, relativePath: relativePath, isBelowDirectory: true, format: header.format,
          header: header.header, root: root, status: status))
    } catch  where ImageFormat(extension: path.extension) == nil {
      ignoredCount += 1
    }
  }

  private mutating func reject(_ path: FilePath, as name: FilePath, _ reason: any Error) {
    rejections.append(Rejection(path: path, relativePath: name, reason: reason))
  }
}

/// A directory that is being searched.
private struct Directory {
  let path: FilePath
  let relativePath: FilePath
  let root: FilePath
  /// This one and those that lead to it.
  let above: Set<FileStatus.Identity>
}
