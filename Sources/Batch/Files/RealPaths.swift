import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Finds the one path of a file that no link has a part in; every directory is looked up once.
struct RealPaths {
  private var directories: [FilePath: FilePath] = [:]

  /// The absolute path of a file, or the path as it is, where that can't be found out.
  mutating func callAsFunction(_ path: FilePath) -> FilePath {
    let path = path.resolvingLinks
    guard let name = path.lastComponent else { return path }
    return directory(path.removingLastComponent()).appending(name)
  }

  /// The same of a directory; the empty path is the one that the process works in.
  mutating func directory(_ path: FilePath) -> FilePath {
    if let known = directories[path] { return known }
    let real = (path.isEmpty ? "." : path).real ?? path
    directories[path] = real
    return real
  }
}

extension FilePath {
  /// The absolute path that no link has a part in; the path as it is, where that can't be found out.
  public var realPath: FilePath {
    var paths = RealPaths()
    return paths(self)
  }

  /// The file itself, where the path is a link to it; the path as it is, where that can't be found out.
  var resolvingLinks: FilePath {
    guard FileStatus.ifPresent(at: self, following: false)?.kind == .symbolicLink else { return self }
    return real ?? self
  }

  /// Without links and relative parts; nil if there is nothing.
  fileprivate var real: FilePath? {
    guard let resolved = withPlatformString({ realpath($0, nil) }) else { return nil }
    defer { free(resolved) }
    return FilePath(platformString: resolved)
  }
}
