import SystemPackage

/// Paths relative to a directory, by their names alone.
enum RelativePath {
  /// `target` as seen from `directory`; absolute if one of the two is.
  static func from(_ directory: FilePath, to target: FilePath) -> FilePath {
    let base = directory.lexicallyNormalized()
    let end = target.lexicallyNormalized()
    guard base.isAbsolute == end.isAbsolute, !base.components.contains("..") else {
      return end
    }
    var shared = 0
    let (from, to) = (Array(base.components), Array(end.components))
    while shared < from.count, shared < to.count - 1, from[shared] == to[shared] { shared += 1 }
    let up = Array(repeating: FilePath.Component(".."), count: from.count - shared)
    return FilePath(root: nil, up + to[shared...])
  }
}
