import Imaging
import Mustache
import RBQE

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A report as one HTML file that needs nothing beside it and loads nothing.
///
/// The page is written piece by piece, pictures as they are made, so that memory stays bounded however many there are.
public struct HTMLReport: Sendable {
  /// What is shown of one image beside its figures.
  public struct Exhibit: Sendable {
    /// The pictures, or why there are none.
    public var pictures: Result<PicturePair, any Error>?
    /// Where the whole files are, as references relative to the report, with their labels.
    public var links: [(label: String, path: String)]

    /// An exhibit.
    public init(pictures: Result<PicturePair, any Error>?, links: [(label: String, path: String)]) {
      self.pictures = pictures
      self.links = links
    }
  }

  /// Bytes of all pictures of one report together, before they are written as text, which makes them a third larger.
  private static let pictureBytes = 16_000_000
  /// Bytes of one image's pictures, at most.
  private static let largestBudget = 600_000

  private let report: Report
  private let templates: HTMLTemplates

  /// A page over some runs.
  public init(_ report: Report) throws {
    self.report = report
    templates = try HTMLTemplates()
  }

  /// Bytes that the pictures of one of `count` images may take together.
  public static func pictureBudget(imageCount count: Int) -> Int {
    min(largestBudget, pictureBytes / max(1, count))
  }

  /// Writes the page.
  ///
  /// - Parameters:
  ///   - jobs: images whose pictures are made at a time.
  ///   - exhibit: gives the pictures of a row; called by several threads.
  ///   - sink: takes the page's bytes, in order.
  public func write(
    jobs: Int, exhibit: @escaping @Sendable (ReportRow) -> Exhibit,
    to sink: ([UInt8]) throws -> Void
  ) throws {
    let columns = columns
    try sink(Array(templates.page.render(head(columns)).utf8))
    for row in report.rows { try sink(Array(templates.row.render(cells(row, columns)).utf8)) }
    try sink(Array("</tbody></table></div>\n".utf8))
    let rows = report.rows
    try OrderedWork(jobs: jobs).run(rows.count) {
      exhibit(rows[$0])
    } report: { index, exhibit in
      try sink(Array(templates.image.render(image(rows[index], exhibit)).utf8))
    }
    try sink(Array(templates.end.render(end).utf8))
  }

  /// Failures that are listed on top.
  private static let mostFailures = 200

  private func head(_ columns: [Column]) -> [String: Any] {
    let summary = report.summary
    let failed = report.rows.filter(\.isFailure)
    var failures = failed.prefix(Self.mostFailures).map {
      ["name": $0.name, "reason": $0.remarks.joined(separator: "; ")]
    }
    if failed.count > failures.count {
      failures.append(["name": "and \(failed.count - failures.count) more", "reason": "the table has all"])
    }
    let charts = report.charts.enumerated().map { index, chart -> [String: Any] in
      [
        "title": chart.title, "svg": chart.svg(identifier: "chart-\(index)"), "hasLegend": chart.legend.count > 1,
        "legend": chart.legend.enumerated().map { ["series": String($0 % Chart.colorCount), "name": $1] },
      ]
    }
    let tables = report.tables.map { title, table -> [String: Any] in
      [
        "title": title, "header": table.header,
        "rows": table.rows.map { row -> [String: Any] in
          ["cells": row.enumerated().map { ["isFirst": $0 == 0, "text": $1] as [String: Any] }]
        },
      ]
    }
    return [
      "version": RBQEVersion.current, "title": report.title, "style": templates.style,
      "sentences": summary.sentences, "tiles": summary.tiles.map { ["value": $0.value, "label": $0.label] },
      "hasFailures": !failures.isEmpty, "failures": failures, "hasCharts": !charts.isEmpty, "charts": charts,
      "tables": tables, "statuses": Set(report.rows.map(\.status)).sorted(),
      "exits": Set(report.rows.compactMap(\.exit)).sorted().map(String.init), "hasRuns": report.runs.count > 1,
      "runNames": report.runs.map(\.name), "columns": columns.map { ["name": $0.name] },
    ]
  }

  private var end: [String: Any] {
    [
      "script": templates.script,
      "runs": report.runs.map { run -> [String: Any] in
        ["name": run.name, "facts": Self.facts(Report.facts(of: run))]
      },
    ]
  }

  private static func facts(_ facts: [(name: String, text: String)]) -> [[String: String]] {
    facts.map { ["name": $0.name, "text": $0.text] }
  }
}

extension HTMLReport {
  /// A column of the table: its name, the value that it is sorted by, and what is shown.
  private struct Column {
    let name: String
    let value: (ReportRow) -> String
    let text: (ReportRow) -> String

    init(_ name: String, _ value: @escaping (ReportRow) -> String?) {
      self.name = name
      self.value = { value($0) ?? "" }
      text = { value($0) ?? "" }
    }

    init(_ name: String, decimals: Int, signed: Bool = false, _ value: @escaping (ReportRow) -> Double?) {
      self.name = name
      self.value = { value($0).map { String($0) } ?? "" }
      text = { value($0).map { NumberText.fixed($0, decimals, signed: signed) } ?? "" }
    }
  }

  /// Those that some row has a value for.
  private var columns: [Column] {
    let all = [
      Column("image") { $0.name },
      Column("run") { [names = report.runs.map(\.name)] in names.count > 1 ? names[$0.run] : nil },
      Column("ended as") { $0.status },
      Column("exit") { $0.exit.map(String.init) },
      Column("JPEG quality") { $0.quality.map(String.init) },
      Column("megapixels", decimals: 2) { $0.megapixels },
      Column("PSNR before", decimals: 2) { $0.psnrBefore },
      Column("PSNR after", decimals: 2) { $0.psnrAfter },
      Column("gain dB", decimals: 3, signed: true) { $0.psnrGain },
      Column("score before", decimals: 3) { $0.scoreBefore },
      Column("score after", decimals: 3) { $0.scoreAfter },
      Column("kMAC a pixel", decimals: 1) { $0.macsPerPixel.map { $0 / 1000 } },
      Column("ms", decimals: 1) { $0.ms },
      Column("kB in", decimals: 1) { $0.bytesIn.map { Double($0) / 1000 } },
      Column("kB out", decimals: 1) { $0.bytesOut.map { Double($0) / 1000 } },
    ]
    return all.filter { column in report.rows.isEmpty || report.rows.contains { !column.value($0).isEmpty } }
  }

  private func cells(_ row: ReportRow, _ columns: [Column]) -> [String: Any] {
    [
      "index": String(row.index), "name": row.name, "status": row.status,
      "exit": row.exit.map(String.init) ?? "", "run": report.runs[row.run].name, "isFailure": row.isFailure,
      "cells": columns.dropFirst().map { ["value": $0.value(row), "text": $0.text(row)] },
    ]
  }

  private func image(_ row: ReportRow, _ exhibit: Exhibit) -> [String: Any] {
    var values: [String: Any] = [
      "index": String(row.index), "name": row.name, "note": Self.note(row), "remarks": row.remarks,
      "facts": Self.facts(row.facts),
      "links": exhibit.links.map { ["label": $0.label, "href": Self.reference($0.path)] },
    ]
    if let tiles = row.tiles { values["tileMap"] = ["text": tiles.text, "rows": tiles.cells] as [String: Any] }
    switch exhibit.pictures {
    case .success(let pair): values["pictures"] = Self.pictures(pair)
    case .failure(let error): values["noPictures"] = "No pictures: \(error)"
    case nil: break
    }
    return values
  }

  private static func note(_ row: ReportRow) -> String {
    let parts = [
      row.status, row.exit.map { "exit \($0)" }, row.psnrGain.map { NumberText.fixed($0, 2, signed: true) + " dB" },
      row.ms.map(NumberText.duration),
    ]
    return parts.compactMap(\.self).joined(separator: ", ")
  }

  private static func pictures(_ pair: PicturePair) -> [String: Any] {
    let isWhole = pair.partWidth == pair.width && pair.partHeight == pair.height
    let place =
      isWhole
      ? "The whole image, \(pair.width) x \(pair.height) pixels."
      : """
      The part that changed most: \(pair.partWidth) x \(pair.partHeight) pixels at (\(pair.x), \(pair.y)) of \
      \(pair.width) x \(pair.height).
      """
    return [
      "partWidth": String(pair.partWidth), "longestSide": String(max(pair.partWidth, pair.partHeight)),
      "place": pair.after == nil ? place + " Nothing was changed." : place,
      "before": Data(pair.before).base64EncodedString(), "hasAfter": pair.after != nil,
      "after": Data(pair.after ?? []).base64EncodedString(), "hasMap": pair.map != nil,
      "map": Data(pair.map ?? []).base64EncodedString(),
      "mapText":
        "Mean change \(NumberText.fixed(pair.meanDifference, 2)) levels of luma, in one cell up to \(NumberText.fixed(pair.largestDifference, 1)).",
      "brightest": NumberText.fixed(DifferenceMap.brightest, 0),
    ]
  }

  /// A path as the reference of a link: what isn't plain is percent-encoded, and no part of it is taken for a scheme.
  static func reference(_ path: String) -> String {
    var text = path.hasPrefix("/") ? "file://" : path.hasPrefix("../") ? "" : "./"
    let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
    for byte in path.utf8 {
      if plain.contains(byte) {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        text += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return text
  }
}
