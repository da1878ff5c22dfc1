#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What containers and cluster managers allow this process, by Linux's control groups of either version.
enum ControlGroup {
  /// Bytes of memory; nil where nothing is said.
  static var memoryLimit: Int? {
    let lines = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
    return lines.split(separator: "\n").flatMap { line -> [Int] in
      // "0::/path" in version 2, "4:memory:/path" in version 1.
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      if fields[1].isEmpty { return limits(of: fields[2], below: "/sys/fs/cgroup", file: "memory.max") }
      guard fields[1].split(separator: ",").contains("memory") else { return [] }
      return limits(of: fields[2], below: "/sys/fs/cgroup/memory", file: "memory.limit_in_bytes")
    }.min()
  }

  /// The limits of a group and of those above it, which hold too.
  private static func limits(of group: Substring, below root: String, file: String) -> [Int] {
    var names = group.split(separator: "/").map(String.init)
    var limits: [Int] = []
    while true {
      let path = ([root] + names + [file]).joined(separator: "/")
      if let text = try? String(contentsOfFile: path, encoding: .utf8), let limit = Int(text.prefix(while: \.isNumber))
      {
        limits.append(limit)
      }
      if names.popLast() == nil { return limits }
    }
  }
}
