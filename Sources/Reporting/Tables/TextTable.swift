/// A table for the terminal or for Markdown: the first column is text, the others are numbers.
public struct TextTable: Sendable, Equatable {
  /// What the columns hold, units included.
  public let header: [String]
  /// As many cells a row as the header has.
  public private(set) var rows: [[String]] = []

  /// A table without rows.
  public init(_ header: [String]) {
    self.header = header
  }

  /// Adds a row; missing cells are empty.
  public mutating func add(_ cells: [String]) {
    rows.append(Array((cells + Array(repeating: "", count: header.count)).prefix(header.count)))
  }

  /// Columns by spaces, numbers to the right.
  public var plain: String {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      let cells = row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + padding : padding + row[column]
      }
      return cells.joined(separator: "  ").trimmingSuffix { $0 == " " } + "\n"
    }.joined()
  }

  /// A table of GitHub's Markdown; what has a meaning there is escaped.
  public var markdown: String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    let rule = header.indices.map { $0 == 0 ? "---" : "---:" }
    return line(header.map(Markdown.escape)) + line(rule) + rows.map { line($0.map(Markdown.escape)) }.joined()
  }
}

/// Text in Markdown.
enum Markdown {
  private static let special = Set("\\`*_{}[]<>|#&~!".unicodeScalars)

  /// The text as it is, whatever it contains, on one line.
  static func escape(_ text: String) -> String {
    var result = ""
    // By scalars: a bracket with a combining accent is another character.
    for scalar in text.unicodeScalars {
      if Character(scalar).isNewline {
        result += " "
      } else {
        if special.contains(scalar) { result += "\\" }
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension String {
  func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
    var end = endIndex
    while end > startIndex, predicate(self[index(before: end)]) { end = index(before: end) }
    return String(self[..<end])
  }
}
