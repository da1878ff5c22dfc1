import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Which of the files that are found take part, by patterns of the shell.
public struct PathFilter: Sendable {
  private let included: [Pattern]
  private let excluded: [Pattern]

  /// - Parameters:
  ///   - including: where there is any, a file must match one.
  ///   - excluding: a file or directory that matches one is passed over, whatever else matches.
  public init(including: [String] = [], excluding: [String] = []) {
    included = including.map(Pattern.init)
    excluded = excluding.map(Pattern.init)
  }

  func excludes(_ relativePath: FilePath) -> Bool {
    excluded.contains { $0.matches(relativePath) }
  }

  func takesFile(_ relativePath: FilePath) -> Bool {
    (included.isEmpty || included.contains { $0.matches(relativePath) }) && !excludes(relativePath)
  }
}

/// One pattern: without `/` it is compared with the name, otherwise with the path, where `**` stands for any number of
/// directories.
private struct Pattern: Sendable {
  let components: [String]
  let isForName: Bool

  init(_ text: String) {
    components = text.split(separator: "/").map(String.init)
    isForName = !text.dropLast(text.hasSuffix("/") ? 1 : 0).contains("/")
  }

  func matches(_ path: FilePath) -> Bool {
    if isForName, let pattern = components.first, let name = path.lastComponent {
      return Self.matches(name, pattern)
    }
    return Self.matches(Array(path.components)[...], components[...])
  }

  private static func matches(_ path: ArraySlice<FilePath.Component>, _ patterns: ArraySlice<String>) -> Bool {
    guard let pattern = patterns.first else { return path.isEmpty }
    if pattern == "**" {
      return path.indices.contains { matches(path[$0...], patterns.dropFirst()) } || patterns.count == 1
    }
    guard let name = path.first, matches(name, pattern) else { return false }
    return matches(path.dropFirst(), patterns.dropFirst())
  }

  private static func matches(_ name: FilePath.Component, _ pattern: String) -> Bool {
    name.withPlatformString { fnmatch(pattern, $0, 0) == 0 }
  }
}
