import CReportAssets
import Mustache

/// The page's parts, embedded in the program.
struct HTMLTemplates {
  let page, row, image, end: MustacheTemplate
  let style, script: String

  /// - Throws: `MustacheTemplate.Error` if a template is broken, which the tests rule out.
  init() throws {
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
