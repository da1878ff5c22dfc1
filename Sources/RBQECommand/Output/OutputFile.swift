import ArgumentParser
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

/// A file that is written beside the records: opened before the work begins, so that its failure comes early.
struct OutputFile {
  private let path: FilePath
  private let descriptor: FileDescriptor

  init(_ path: String) throws {
    self.path = FilePath(argument: path)
    do {
      descriptor = try FileDescriptor.open(
        self.path, .writeOnly, options: [.create],
        permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
    } catch {
      throw Failure(.cannotCreate, "\(path): cannot create the file: \(error)")
    }
  }

  var isHTML: Bool { (try? ReportFormat(path: path.string)) == .html }

  /// Writes a text.
  func write(_ text: String) throws {
    try replace { sink in try sink(Array(text.utf8)) }
  }

  /// Writes a report in the format of the file's name.
  func write(_ report: Report, jobs: Int, exhibit: @escaping @Sendable (ReportRow) -> HTMLReport.Exhibit) throws {
    switch try ReportFormat(path: path.string) {
    case .markdown: try write(MarkdownReport(report).text)
    case .csv: try write(CSVTable(report.runs).text)
    case .html: try replace { sink in try HTMLReport(report).write(jobs: jobs, exhibit: exhibit, to: sink) }
    }
  }

  private func replace(_ body: (([UInt8]) throws -> Void) throws -> Void) throws {
    do {
      try descriptor.closeAfter {
        try descriptor.resize(to: 0)
        try body { bytes in _ = try descriptor.writeAll(bytes) }
      }
    } catch let error as Errno {
      throw Failure(.inputOutput, "\(path): cannot write the file: \(error)")
    }
  }

  /// The path of another file as seen from the directory of this one.
  func reference(to other: String) -> String {
    RelativePath.from(path.removingLastComponent(), to: FilePath(other)).string
  }
}

/// Paths relative to a directory, by their names alone.
enum RelativePath {
  /// `target` as seen from `directory`; absolute if one of the two is.
  static func from(_ directory: FilePath, to target: FilePath) -> FilePath {
    let base = directory.lexicallyNormalized()
    let end = target.lexicallyNormalized()
    guard base.isAbsolute == end.isAbsolute, !base.components.contains("..") else {
      return end
    }
    var shared = 0
    let (from, to) = (Array(base.components), Array(end.components))
    while shared < from.count, shared < to.count - 1, from[shared] == to[shared] { shared += 1 }
    let up = Array(repeating: FilePath.Component(".."), count: from.count - shared)
    return FilePath(root: nil, up + to[shared...])
  }
}
