/// Results that come in any order, taken in that of their numbers.
package struct InOrder<Element: Sendable>: Sendable {
  private var waiting: [Int: Element] = [:]
  private var next = 0

  /// Nothing has come yet; numbers begin at 0.
  package init() {}

  /// Takes in a result.
  package mutating func add(_ element: Element, at index: Int) {
    waiting[index] = element
  }

  /// The next result, if it is there.
  package mutating func take() -> Element? {
    guard let element = waiting.removeValue(forKey: next) else { return nil }
    next += 1
    return element
  }

  /// What still waits behind results that will never come.
  package mutating func takeRest() -> [Element] {
    defer { waiting = [:] }
    return waiting.sorted { $0.key < $1.key }.map(\.value)
  }
}
