import Batch
import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Ends a run as signals ask.
///
/// The first one stops the work within a second, in order; the second one ends the program at once. Either way no
/// temporary file stays behind, and the program ends by the signal, as its parent expects.
final class Interruption {
  /// What signals and the run itself agree upon.
  private final class State: Sendable {
    struct Values {
      var signal: Int32?
      var isEnding = false
    }

    let values = Mutex(Values())

    /// Whether the caller is the one that ends the program.
    func claimEnd() -> Bool {
      values.withLock { values in
        defer { values.isEnding = true }
        return !values.isEnding
      }
    }
  }

  private let state = State()
  /// The signals that are listened to.
  private let numbers: [Int32]
  private let sources: [any DispatchSourceSignal]
  private let cleanUp: @Sendable () -> Void

  /// How long images that are being worked on may take to stop.
  private static let patience = DispatchTimeInterval.milliseconds(800)

  /// Listens from now on, until this object goes away.
  ///
  /// - Parameters:
  ///   - stop: is switched by the first signal.
  ///   - temporaries: are removed when the program ends in the middle of something.
  ///   - tellState: says what was done, when the work doesn't stop by itself in time.
  ///   - cleanUp: removes what else the run has made and nobody keeps.
  init(
    stop: StopSwitch, temporaries: Temporaries, tellState: @escaping @Sendable () -> Void,
    cleanUp: @escaping @Sendable () -> Void = {}
  ) {
    self.cleanUp = cleanUp
    let queue = DispatchQueue(label: "rbqe.signals")
    // What nohup asked for is heeded.
    let numbers = Self.isIgnored(SIGHUP) ? [SIGINT, SIGTERM] : [SIGINT, SIGTERM, SIGHUP]
    self.numbers = numbers
    sources = numbers.map { [state] number in
      Self.suppressDefault(of: number)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { @Sendable in
        let isFirst = state.values.withLock { values in
          defer { values.signal = values.signal ?? number }
          return values.signal == nil
        }
        guard isFirst else {
          temporaries.abandon()
          cleanUp()
          Self.end(by: number)
        }
        stop.stop(.interruption)
        queue.asyncAfter(deadline: .now() + Self.patience) {
          guard state.claimEnd() else { return }
          temporaries.abandon()
          cleanUp()
          tellState()
          Self.end(by: number)
        }
      }
      source.resume()
      return source
    }
  }

  deinit {
    for source in sources { source.cancel() }
    for number in numbers { Self.restoreDefault(of: number) }
  }

  /// The work is over: if a signal asked for it, says what was done, and ends the program.
  func conclude(_ tellState: () -> Void) {
    guard let number = state.values.withLock({ $0.signal }) else { return }
    guard state.claimEnd() else {
      // The signal's own queue is about to end the program.
      while true { pause() }
    }
    tellState()
    cleanUp()
    Self.end(by: number)
  }

  /// Keeps a signal from ending the program before its source has told of it.
  private static func suppressDefault(of number: Int32) {
    // On Linux a source blocks its signal, which is enough.
    #if canImport(Darwin)
      signal(number, SIG_IGN)
    #endif
  }

  private static func restoreDefault(of number: Int32) {
    #if canImport(Darwin)
      signal(number, SIG_DFL)
    #endif
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    let handler = signal(number, SIG_DFL)
    signal(number, handler)
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func end(by number: Int32) -> Never {
    // Otherwise it might be ignored still.
    signal(number, SIG_DFL)
    var mask = sigset_t()
    sigemptyset(&mask)
    sigaddset(&mask, number)
    pthread_sigmask(SIG_UNBLOCK, &mask, nil)
    raise(number)
    exit(128 + number)
  }
}
