/// One image of a report, whichever command its record came from.
public struct ReportRow: Sendable {
  /// Where the row stands among all rows of the report, from 0.
  public let index: Int
  /// The run that it belongs to, by its place among the runs.
  public let run: Int
  /// What people call it: the path, and for measurements the degradation.
  public let name: String
  /// The input as the record names it.
  public let path: String
  /// The result as the record names it.
  public let output: String?
  /// Where the input is kept that the result replaced.
  public let original: String?
  /// How it ended: the record's word.
  public let status: String
  /// Why it failed, or what was odd.
  public let remarks: [String]
  /// What chose the exit, where the record tells.
  public let policy: String?
  /// The exit taken, and how many there are.
  public let exit, exits: Int?
  /// Where each tile left, if the image was decided about tile by tile.
  public let tiles: TileMap?
  /// The quality it was compressed with, or seems to have been.
  public let quality: Int?
  /// Size in pixels.
  public let width, height: Int?
  /// No-reference scores.
  public let scoreBefore, scoreAfter: Double?
  /// PSNR in dB; where measured, but identical, the cap of the summary.
  public let psnrBefore, psnrAfter: Double?
  /// Multiply-accumulates a pixel.
  public let macsPerPixel: Double?
  /// Wall-clock milliseconds: of all for an enhancement, of the network and its decisions for a measurement.
  public let ms: Double?
  /// File sizes.
  public let bytesIn, bytesOut: Int?
  /// The whole record, value by value.
  public let facts: [(name: String, text: String)]

  /// Whether the result is the picture that the input is.
  public var isUnchanged: Bool { status == ImageRecord.Status.unchanged.rawValue }
  /// Whether it failed.
  public var isFailure: Bool { status == ImageRecord.Status.failed.rawValue }
  /// Millions of pixels.
  var megapixels: Double? {
    guard let width, let height else { return nil }
    return Double(width * height) / 1e6
  }
  /// Improvement in dB where there is a reference.
  var psnrGain: Double? {
    guard let psnrBefore, let psnrAfter else { return nil }
    return psnrAfter - psnrBefore
  }
  /// Whether the no-reference score decided when to stop; of others it says little.
  var isDecidedByScore: Bool { policy == "assessor" || policy == "assessor-paper" }
  /// Improvement of the no-reference score.
  var scoreGain: Double? {
    guard let scoreBefore, let scoreAfter else { return nil }
    return scoreAfter - scoreBefore
  }

  /// A row for an image that went through `rbqe enhance`.
  init(_ record: ImageRecord, index: Int, run: Int) throws {
    self.index = index
    self.run = run
    name = record.path
    path = record.path
    output = record.output
    original = record.original
    status = record.status.rawValue
    remarks = [record.error].compactMap(\.self) + (record.warnings ?? [])
    policy = record.policy
    exit = record.exit
    exits = record.exits
    tiles = TileMap(record)
    quality = record.estimatedQuality ?? record.foundQuality
    width = record.width
    height = record.height
    scoreBefore = record.scoreBefore
    scoreAfter = record.scoreAfter
    psnrBefore = nil
    psnrAfter = nil
    macsPerPixel = record.macsPerPixel
    ms = record.ms?.total
    bytesIn = record.bytesIn
    bytesOut = record.bytesOut
    facts = try CSVTable.cells(of: record)
  }

  /// A row for a picture that was measured: under its main policy, or at the last exit.
  ///
  /// - Parameter isCapped: whether PSNRs are, as in the tables of the same report.
  init(_ record: EvaluationRecord, index: Int, run: Int, isCapped: Bool) throws {
    self.index = index
    self.run = run
    name = record.path + (record.quality.map { " at quality \($0)" } ?? "")
    path = record.path
    output = nil
    original = nil
    status = record.status.rawValue
    remarks = [record.error].compactMap(\.self)
    let policy = record.mainPolicy
    self.policy = nil
    let exit = policy?.exit ?? record.exits
    func figure(_ list: [Double?]?, _ index: Int?) -> Double? {
      guard let list, let index, list.indices.contains(index) else { return nil }
      return list[index]
    }
    self.exit = exit
    exits = record.exits
    tiles = nil
    quality = record.quality ?? record.estimatedQuality
    width = record.width
    height = record.height
    scoreBefore = figure(record.scores, 0)
    scoreAfter = figure(record.scores, exit)
    func psnr(_ index: Int?) -> Double? {
      guard let list = record.psnr, let index, list.indices.contains(index) else { return nil }
      return EvaluationSummary.counted(list[index], isCapped: isCapped)
    }
    psnrBefore = psnr(0)
    psnrAfter = psnr(exit)
    macsPerPixel = policy?.macsPerPixel ?? figure(record.macsPerPixel, exit)
    ms = policy?.ms ?? figure(record.ms, exit)
    bytesIn = record.bytesIn
    bytesOut = nil
    facts = try CSVTable.cells(of: record)
  }
}
