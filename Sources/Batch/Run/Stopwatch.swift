#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Measures wall-clock time, and the processor time of the thread that it was made on.
struct Stopwatch {
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private let processorStart: Duration

  init() {
    start = clock.now
    processorStart = Self.threadProcessorTime()
  }

  var milliseconds: Double { (clock.now - start).milliseconds }

  var processorMilliseconds: Double { (Self.threadProcessorTime() - processorStart).milliseconds }

  /// Runs `body` and stores how many milliseconds it took, also if it throws.
  static func measure<Result>(_ milliseconds: inout Double?, _ body: () throws -> Result) rethrows -> Result {
    let watch = Stopwatch()
    defer { milliseconds = watch.milliseconds }
    return try body()
  }

  private static func threadProcessorTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}

extension Duration {
  /// The duration in milliseconds.
  public var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) * 1e-15
  }
}
