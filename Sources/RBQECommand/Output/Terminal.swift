#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What the terminal behind standard error can do.
struct Terminal: Sendable {
  /// Whether a line can be drawn again.
  let canRedraw: Bool
  /// Whether colours are wanted.
  let hasColor: Bool

  /// Standard error as it is, going by what the user says in `TERM` and `NO_COLOR`.
  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    canRedraw = isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
    hasColor = canRedraw && environment["NO_COLOR"]?.isEmpty ?? true
  }

  /// Characters in a row, as of now.
  var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
