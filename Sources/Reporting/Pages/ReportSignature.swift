/// Tells the reports and tables that this program writes from other files.
public enum ReportSignature {
  /// So many bytes of a file tell.
  public static let length = 1024

  private static let html = "<!DOCTYPE html>"
  /// The page's template has it in its head.
  private static let generator = "<meta name=\"generator\" content=\"rbqe "

  /// Whether a file that begins with these bytes holds a report or a table.
  public static func matches(_ beginning: [UInt8]) -> Bool {
    let text = String(decoding: beginning, as: UTF8.self)
    if text.hasPrefix(html) { return text.contains(generator) }
    return text.hasPrefix("# " + Report.titleStart) || text == CSVTable.empty
      || CSVTable.beginnings.contains { text.hasPrefix($0) }
  }
}
