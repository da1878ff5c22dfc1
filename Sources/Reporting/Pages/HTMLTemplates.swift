import CReportAssets
import Mustache

/// The page's parts, embedded in the program.
struct HTMLTemplates {
  let page, row, image, end: MustacheTemplate
  let style, script: String

  /// - Throws: `MustacheTemplate.Error` if a template is broken, which the tests rule out.
  init() throws {
    MustacheContentTypes.register(EscapedScalars(), named: EscapedScalars.name)
    page = try MustacheTemplate(string: Self.text(rbqe_report_page))
    row = try MustacheTemplate(string: Self.text(rbqe_report_row))
    image = try MustacheTemplate(string: Self.text(rbqe_report_image))
    end = try MustacheTemplate(string: Self.text(rbqe_report_end))
    style = Self.text(rbqe_report_style)
    script = Self.text(rbqe_report_script)
  }

  private static func text(_ asset: (UnsafeMutablePointer<Int>) -> UnsafePointer<UInt8>?) -> String {
    var count = 0
    let start = asset(&count)
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }
}

/// Text as it is, in an element or a quoted attribute.
///
/// The library's own escaping looks at characters: a quotation mark with a combining accent is another character, and
/// would end the attribute that it stands in.
private struct EscapedScalars: MustacheContentType {
  /// By which templates ask for it.
  static let name = "SCALARS"

  func escapeText(_ text: String) -> String { HTML.escape(text) }
}
