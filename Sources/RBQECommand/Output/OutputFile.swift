import ArgumentParser
import Batch
import Imaging
import Reporting
import SystemPackage

/// The formats that a report is written in, by the extension of its file.
enum ReportFormat {
  case html, csv, markdown

  init(path: String) throws {
    switch FilePath(path).extension?.lowercased() {
    case "html", "htm": self = .html
    case "csv": self = .csv
    case "md", "markdown": self = .markdown
    default: throw ValidationError("\(path): a report ends in .html, .csv or .md.")
    }
  }
}

/// A report or a table, written when the work is done.
///
/// Whether it can be, and whether it would replace something else than an earlier one, is seen before the work begins.
struct OutputFile {
  private let path: FilePath
  private let file: StreamedFile

  init(_ path: String) throws {
    self.path = FilePath(argument: path)
    if self.path == "-" {
      throw Failure(
        .usage, "a report or a table goes to a file, and not to standard output",
        hint: "for a file of this name say ./-")
    }
    do throws(FileError) {
      file = try StreamedFile(at: self.path)
    } catch {
      throw Failure(.cannotCreate, "\(path): cannot create the file: \(error.reason)")
    }
    try checkFormer()
  }

  /// Refuses to replace what isn't a report; what can't be read is none.
  private func checkFormer() throws {
    let beginning = try? file.beginning(ReportSignature.length)
    if let beginning, beginning.isEmpty || ReportSignature.matches(beginning) { return }
    let content = beginning.flatMap { ImageFormat.detect($0) }.map { "a \($0) picture" }
    throw Failure(
      .cannotCreate, "\(path): holds \(content ?? "something other than a report"), and would be lost",
      hint: "name another file, or remove this one first")
  }

  var isHTML: Bool { (try? ReportFormat(path: path.string)) == .html }

  /// Writes a text.
  func write(_ text: String, temporaries: Temporaries = Temporaries()) throws {
    try file.write(temporaries: temporaries) { sink in try sink(Array(text.utf8)) }
  }

  /// Writes a report in the format of the file's name.
  ///
  /// - Parameter temporaries: those of the run.
  func write(
    _ report: Report, jobs: Int, temporaries: Temporaries = Temporaries(),
    exhibit: @escaping @Sendable (ReportRow) -> HTMLReport.Exhibit
  ) throws {
    switch try ReportFormat(path: path.string) {
    case .markdown: try write(MarkdownReport(report).text, temporaries: temporaries)
    case .csv: try write(CSVTable(report.runs).text, temporaries: temporaries)
    case .html:
      try file.write(temporaries: temporaries) { sink in
        try HTMLReport(report).write(jobs: jobs, exhibit: exhibit, to: sink)
      }
    }
  }

  /// The path of another file as seen from the directory of this one.
  func reference(to other: String) -> String {
    RelativePath.from(path.removingLastComponent(), to: FilePath(other)).string
  }
}
