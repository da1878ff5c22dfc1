import Reporting

/// One line that says where a run stands.
public struct ProgressLine: Sendable {
  private let progress: RunProgress
  private let elapsed: Duration

  /// - Parameter now: the time that speed and remaining time are reckoned at.
  public init(_ progress: RunProgress, now: ContinuousClock.Instant) {
    self.progress = progress
    elapsed = now - progress.start
  }

  /// The line, in at most `width` characters: where there is too little room, the lesser parts are left out.
  public func text(width: Int) -> String {
    // By weight; the order on the line is another.
    let parts: [(place: Int, text: String?)] = [
      (0, "\(progress.done)/\(progress.total) \(progress.unit)"),
      (3, remaining.map { "ETA \($0.clock)" }),
      (1, pixels),
      (5, progress.failed > 0 ? "\(progress.failed) failed" : nil),
      (2, speed),
      (4, exits),
      (6, progress.current),
    ]
    var chosen: [(place: Int, text: String)] = []
    for (place, text) in parts {
      guard let text else { continue }
      let line = Self.joined(chosen + [(place, text)])
      guard line.count <= width else { break }
      chosen.append((place, text))
    }
    return Self.joined(chosen)
  }

  private static func joined(_ parts: [(place: Int, text: String)]) -> String {
    parts.sorted { $0.place < $1.place }.map(\.text).joined(separator: "  ")
  }

  private var pixels: String? {
    guard progress.plannedPixels > 0 else { return nil }
    return "\(progress.pixels.megapixels)/\(progress.plannedPixels.megapixels) MP"
  }

  private var speed: String? {
    guard progress.pixels > 0, elapsed > .zero else { return nil }
    return "\(NumberText.fixed(Double(progress.pixels) / 1e6 / (elapsed / .seconds(1)), 2)) MP/s"
  }

  /// Files differ too much in size for their number to tell anything.
  private var remaining: Duration? {
    guard progress.pixels > 0 else { return nil }
    let ratio = Double(max(0, progress.plannedPixels - progress.pixels)) / Double(progress.pixels)
    // Headers may claim more pixels than there are seconds to count.
    return ratio < 1e9 ? elapsed * ratio : nil
  }

  private var exits: String? {
    guard !progress.exits.isEmpty else { return nil }
    return "exits " + progress.exits.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: " ")
  }
}
