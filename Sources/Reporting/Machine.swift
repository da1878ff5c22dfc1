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
  public static var memory: Int {
    min(Int(clamping: ProcessInfo.processInfo.physicalMemory), ControlGroup.memoryLimit ?? .max)
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
