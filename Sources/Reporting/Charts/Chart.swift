/// A chart as inline SVG with axes, units, and a title and description for those who can't see it.
///
/// Colours come from the page's style by the classes `s0`, `s1` ...; series differ in shape too.
struct Chart {
  enum Mark {
    /// A column from the bottom between two values of the horizontal axis.
    case bar(from: Double, to: Double, height: Double, series: Int, hint: String)
    /// A small shape.
    case point(x: Double, y: Double, series: Int, hint: String, isLarge: Bool)
    /// Straight lines from point to point.
    case line([(x: Double, y: Double)], series: Int)
    /// A vertical rule with a word, in a row of its own where rules stand close.
    case rule(x: Double, label: String, row: Int)
    /// A word beside a place, left out where it would lie on one before it.
    case label(x: Double, y: Double, text: String)
    /// The places where both axes have the same value.
    case diagonal
  }

  let title: String
  /// What the chart says, in a sentence or two with its numbers.
  let description: String
  let x, y: Axis
  var marks: [Mark] = []
  /// Names of the series, where there are several.
  var legend: [String] = []

  /// Colours that the page's style has.
  static let colorCount = 10
  private static let width = 560.0
  private static let height = 320.0
  private static let left = 64.0
  private static let right = 20.0
  private static let top = 14.0
  private static let bottom = 48.0
  /// From a mark to its label.
  private static let labelGap = 9.0

  /// The SVG element; `identifier` must be unique on the page.
  func svg(identifier: String) -> String {
    var parts = [
      """
      <svg viewBox="0 0 \(Self.text(Self.width)) \(Self.text(Self.height))" role="img" \
      aria-labelledby="\(identifier)-t \(identifier)-d"><title id="\(identifier)-t">\(HTML.escape(title))</title>\
      <desc id="\(identifier)-d">\(HTML.escape(description))</desc>
      """
    ]
    parts += axes
    // Words last, so that no line runs through them.
    parts += marks.map(element) + words
    parts.append("</svg>")
    return parts.joined()
  }

  private var axes: [String] {
    let bottom = Self.height - Self.bottom
    let end = Self.width - Self.right
    var parts: [String] = []
    for tick in y.ticks {
      let place = vertical(tick)
      parts.append(Self.line("grid", from: (Self.left, place), to: (end, place)))
      parts.append(Self.word(y.text(tick), x: Self.left - 6, y: place + 4, anchor: "end"))
    }
    for tick in x.ticks {
      let place = horizontal(tick)
      parts.append(Self.line("axis", from: (place, bottom), to: (place, bottom + 4)))
      parts.append(Self.word(x.text(tick), x: place, y: bottom + 18, anchor: "middle"))
    }
    parts.append(Self.line("axis", from: (Self.left, bottom), to: (end, bottom)))
    parts.append(
      Self.word(x.label, class: "name", x: (Self.left + end) / 2, y: Self.height - 8, anchor: "middle"))
    let turn = " transform=\"translate(14 \(Self.text((Self.top + bottom) / 2))) rotate(-90)\""
    parts.append(Self.word(y.label, class: "name", x: 0, y: 0, anchor: "middle", attributes: turn))
    return parts
  }

  private static func line(_ kind: String, from: (x: Double, y: Double), to: (x: Double, y: Double)) -> String {
    """
    <line class="\(kind)" x1="\(text(from.x))" y1="\(text(from.y))" x2="\(text(to.x))" y2="\(text(to.y))"/>
    """
  }

  private static func word(
    _ word: String, class kind: String = "tick", x: Double, y: Double, anchor: String, attributes: String = ""
  ) -> String {
    """
    <text class="\(kind)" text-anchor="\(anchor)" x="\(text(x))" y="\(text(y))"\(attributes)>\(HTML.escape(word))</text>
    """
  }

  /// Right of a place, or left of it where it would run over the edge.
  private static func word(_ text: String, beside place: Double, gap: Double, y: Double) -> String {
    let isRight = isRight(of: place)
    return word(text, x: place + (isRight ? gap : -gap), y: y, anchor: isRight ? "start" : "end")
  }

  private static func isRight(of place: Double) -> Bool { place < width * 0.8 }

  /// What is written beside marks.
  private var words: [String] {
    var taken: [(columns: ClosedRange<Double>, row: Double)] = []
    return marks.compactMap { mark in
      if case .label(let x, let y, let text) = mark {
        let (place, row) = (horizontal(x), vertical(y))
        // About as wide as a small sans serif face is on average.
        let width = 6.5 * Double(text.count) + Self.labelGap
        let columns = Self.isRight(of: place) ? place...place + width : place - width...place
        guard !taken.contains(where: { $0.columns.overlaps(columns) && abs($0.row - row) < 11 }) else { return nil }
        taken.append((columns, row))
      }
      return word(mark)
    }
  }

  private func element(_ mark: Mark) -> String {
    switch mark {
    case .bar(let from, let to, let height, let series, let hint):
      let x = horizontal(from)
      let y = vertical(height)
      let width = max(1, horizontal(to) - x - 1)
      let tall = max(0, Self.height - Self.bottom - y)
      return """
        <rect class="s\(series % Self.colorCount)" x="\(Self.text(x))" y="\(Self.text(y))" width="\(Self.text(width))" \
        height="\(Self.text(tall))"><title>\(HTML.escape(hint))</title></rect>
        """
    case .point(let x, let y, let series, let hint, let isLarge):
      let shape = Self.shape(series, radius: isLarge ? 6 : 3.5)
      return """
        <path class="s\(series % Self.colorCount) point\(isLarge ? " large" : "")" d="\(shape)" \
        transform="translate(\(Self.text(horizontal(x))) \(Self.text(vertical(y))))">\
        <title>\(HTML.escape(hint))</title></path>
        """
    case .line(let points, let series):
      let list = points.map { "\(Self.text(horizontal($0.x))),\(Self.text(vertical($0.y)))" }.joined(separator: " ")
      return #"<polyline class="s\#(series % Self.colorCount) line" points="\#(list)"/>"#
    case .rule(let x, _, _):
      return Self.line("rule", from: (horizontal(x), Self.top), to: (horizontal(x), Self.height - Self.bottom))
    case .label: return ""
    case .diagonal:
      let low = max(x.lower, y.lower)
      let high = min(x.upper, y.upper)
      guard low < high else { return "" }
      return Self.line("rule", from: (horizontal(low), vertical(low)), to: (horizontal(high), vertical(high)))
    }
  }

  /// What is written beside a mark.
  private func word(_ mark: Mark) -> String? {
    switch mark {
    case .rule(let x, let text, let row):
      return Self.word(text, beside: horizontal(x), gap: 4, y: Self.top + 10 + Double(row) * 14)
    case .label(let x, let y, let text):
      return Self.word(text, beside: horizontal(x), gap: Self.labelGap, y: vertical(y) + 4)
    case .bar, .point, .line, .diagonal: return nil
    }
  }

  private func horizontal(_ value: Double) -> Double {
    Self.left + x.place(value) * (Self.width - Self.left - Self.right)
  }

  private func vertical(_ value: Double) -> Double {
    Self.height - Self.bottom - y.place(value) * (Self.height - Self.bottom - Self.top)
  }

  /// Circle, square, triangle, diamond.
  private static func shape(_ series: Int, radius r: Double) -> String {
    let s = text(r)
    let d = text(2 * r)
    switch series % 4 {
    case 0: return "M-\(s) 0a\(s) \(s) 0 1 0 \(d) 0a\(s) \(s) 0 1 0 -\(d) 0z"
    case 1: return "M-\(s) -\(s)h\(d)v\(d)h-\(d)z"
    case 2: return "M0 -\(s)L\(s) \(s)L-\(s) \(s)z"
    default: return "M0 -\(s)L\(s) 0L0 \(s)L-\(s) 0z"
    }
  }

  private static func text(_ value: Double) -> String {
    let text = NumberText.fixed(value, 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

/// Text in HTML.
enum HTML {
  /// The text as it is, in an element or a quoted attribute.
  static func escape(_ text: String) -> String {
    guard text.utf8.contains(where: { "&<>\"'".utf8.contains($0) }) else { return text }
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
