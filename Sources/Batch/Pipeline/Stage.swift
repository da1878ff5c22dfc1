import Dispatch

/// A step of the pipeline: workers that take elements from a bounded queue.
final class Stage<Element: Sendable>: Sendable {
  private let queue: BoundedQueue<Element>
  private let group = DispatchGroup()

  /// - Parameters:
  ///   - workers: elements worked on at a time.
  ///   - capacity: elements that may wait.
  init(_ name: String, workers: Int, capacity: Int, body: @escaping @Sendable (Element) -> Void) {
    let queue = BoundedQueue<Element>(capacity: capacity)
    self.queue = queue
    for index in 0..<workers {
      // Serial queues have threads of their own; on a shared one, workers that wait would hold up those that compute.
      DispatchQueue(label: "rbqe.\(name).\(index)").async(group: group) {
        while let element = queue.next() { body(element) }
      }
    }
  }

  /// Waits for room in the queue.
  func submit(_ element: Element) {
    queue.add(element)
  }

  /// Waits until everything submitted is done.
  ///
  /// Nothing may be submitted any more.
  func finish() {
    queue.close()
    group.wait()
  }
}
