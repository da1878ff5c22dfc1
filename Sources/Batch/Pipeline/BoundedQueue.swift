import Dispatch
import Synchronization

/// Hands elements from some threads to others, holding no more than it was made for.
final class BoundedQueue<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let free = DispatchSemaphore(value: 0)
  private let filled = DispatchSemaphore(value: 0)

  init(capacity: Int) {
    // A semaphore must not end below the value that it was made with.
    for _ in 0..<max(1, capacity) { free.signal() }
  }

  /// Waits for room.
  func add(_ element: Element) {
    free.wait()
    state.withLock { $0.elements.append(element) }
    filled.signal()
  }

  /// Waits for an element; nil means that there will be none.
  func next() -> Element? {
    filled.wait()
    let element = state.withLock { $0.elements.isEmpty ? nil : $0.elements.removeFirst() }
    if element == nil {
      // The others that wait must learn it too.
      filled.signal()
    } else {
      free.signal()
    }
    return element
  }

  /// No more elements will come.
  func close() {
    let isFirst = state.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
    if isFirst { filled.signal() }
  }
}
