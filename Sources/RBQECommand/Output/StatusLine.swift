import Synchronization

/// The last line of the terminal, drawn again and again, and the messages that scroll by above it.
final class StatusLine: Sendable {
  let terminal: Terminal

  private let shown = Mutex("")

  init(terminal: Terminal = Terminal()) {
    self.terminal = terminal
  }

  /// Draws the line; an empty one is none.
  func show(_ text: String) {
    guard terminal.canRedraw else { return }
    shown.withLock { shown in
      guard text != shown else { return }
      shown = text
      StandardError.write("\r\(text)\(Self.clearToEnd)")
    }
  }

  /// Writes a message, with its line feed, above the line.
  func write(_ message: String) {
    shown.withLock { shown in
      let isShown = !shown.isEmpty
      StandardError.write("\(isShown ? "\r\(Self.clearToEnd)" : "")\(message)\(shown)")
    }
  }

  private static let clearToEnd = "\u{1B}[K"
}
