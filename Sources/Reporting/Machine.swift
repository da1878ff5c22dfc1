#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The machine that a run was made on.
public enum Machine {
  /// Cores that this process may use, at least 1.
  public static var coreCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

  /// Bytes of memory that the machine has, or that its control group leaves to this process if that is less.
  public static var memory: Int { min(Int(clamping: ProcessInfo.processInfo.physicalMemory), groupLimit ?? .max) }

  /// What containers and cluster managers allow.
  private static var groupLimit: Int? {
    #if os(Linux)
      let groups = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
      let own = groups.split(separator: "\n").first { $0.hasPrefix("0::") }?.dropFirst(3) ?? "/"
      // The limits of all groups above hold too.
      var group = own.split(separator: "/")
      var limits: [Int] = []
      while true {
        let path = (["/sys/fs/cgroup"] + group.map(String.init) + ["memory.max"]).joined(separator: "/")
        if let text = try? String(contentsOfFile: path, encoding: .utf8), let limit = Int(text.prefix { $0.isNumber }) {
          limits.append(limit)
        }
        if group.popLast() == nil { return limits.min() }
      }
    #else
      return nil
    #endif
  }

  /// The processor's name as the system gives it, or the architecture where it gives none.
  public static var processorName: String {
    #if os(Linux)
      if let information = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) {
        for line in information.split(separator: "\n") where line.hasPrefix("model name") {
          if let colon = line.firstIndex(of: ":") {
            return line[line.index(after: colon)...].trimmingPrefix(while: \.isWhitespace).description
          }
        }
      }
    #endif
    return architecture
  }

  /// The instruction set architecture that the program was compiled for.
  public static var architecture: String {
    #if arch(x86_64)
      "x86-64"
    #elseif arch(arm64)
      "arm64"
    #else
      "unknown"
    #endif
  }
}
