#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The most memory that this process ever held.
public enum PeakMemory {
  /// In bytes; nil where the system doesn't tell.
  public static var bytes: Int? {
    var usage = rusage()
    // RUSAGE_SELF, which C libraries import with different types.
    guard getrusage(0, &usage) == 0 else { return nil }
    #if canImport(Darwin)
      return usage.ru_maxrss
    #else
      return usage.ru_maxrss * 1024
    #endif
  }
}
