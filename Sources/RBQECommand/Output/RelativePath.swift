import Batch
import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Paths relative to a directory, by their names alone.
enum RelativePath {
  /// `target` as seen from `directory`.
  ///
  /// - Parameter working: where relative paths begin.
  static func from(
    _ directory: FilePath, to target: FilePath,
    working: FilePath = FilePath(FileManager.default.currentDirectoryPath)
  ) -> FilePath {
    var (base, end) = (directory.lexicallyNormalized(), target.lexicallyNormalized())
    // Where names alone don't tell how two places lie to each other, the working directory does.
    if base.isAbsolute != end.isAbsolute || base.components.contains("..") {
      (base, end) = (working.pushing(base).realPath, working.pushing(end).realPath)
    }
    var shared = 0
    let (from, to) = (Array(base.components), Array(end.components))
    while shared < from.count, shared < to.count - 1, from[shared] == to[shared] { shared += 1 }
    let up = Array(repeating: FilePath.Component(".."), count: from.count - shared)
    return FilePath(root: nil, up + to[shared...])
  }
}
