/// A report as GitHub's Markdown: what one pastes into a pull request.
public struct MarkdownReport {
  private let report: Report

  /// A report over some runs.
  public init(_ report: Report) {
    self.report = report
  }

  /// The page.
  public var text: String {
    var parts = ["# \(Markdown.escape(report.title))\n"]
    parts.append(report.summary.sentences.map { Markdown.escape($0) + "\n" }.joined(separator: "\n"))
    let failures = report.rows.filter(\.isFailure)
    if !failures.isEmpty {
      var table = TextTable(["failed", "why"])
      for row in failures { table.add([row.name, row.remarks.joined(separator: "; ")]) }
      parts.append(table.markdown)
    }
    for (title, table) in report.tables { parts.append("## \(Markdown.escape(title))\n\n" + table.markdown) }
    for run in report.runs {
      var table = TextTable([run.name, ""])
      for fact in Report.facts(of: run) { table.add([fact.name, fact.text]) }
      parts.append(table.markdown)
    }
    return parts.joined(separator: "\n")
  }
}
