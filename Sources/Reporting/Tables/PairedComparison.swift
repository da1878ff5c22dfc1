/// How one choice compares with the last exit, picture by picture.
public struct PairedComparison: Sendable {
  /// Ratios of multiply-accumulates a pixel.
  public let cost: Distribution?
  /// Ratios of measured times.
  public let time: Distribution?
  /// Differences in PSNR, in dB: below 0 is less than the last exit gives.
  public let gain: Distribution

  /// Pairs up what a choice and the last exit did with each picture; nil if no picture has figures for both.
  ///
  /// - Parameter capped: PSNR as a number, also where the pictures are identical.
  init?(
    _ choice: EvaluationSummary.Choice, _ records: [EvaluationRecord], capped: (Double?) -> Double
  ) {
    var costs: [Double] = []
    var times: [Double] = []
    var gains: [Double] = []
    for record in records {
      guard let exit = record.exit(of: choice), let psnr = record.psnr, psnr.indices.contains(exit)
      else { continue }
      gains.append(capped(psnr[exit]) - capped(psnr[psnr.count - 1]))
      let (macs, ms) = record.cost(of: choice)
      if let macs, let last = record.macsPerPixel?.last, last > 0 { costs.append(macs / last) }
      if let ms, let last = record.ms?.last, last > 0 { times.append(ms / last) }
    }
    guard let gain = Distribution(gains) else { return nil }
    self.gain = gain
    cost = Distribution(costs)
    time = Distribution(times)
  }
}

extension EvaluationSummary.Group {
  /// Every exit and policy against the last exit, for the terminal or for Markdown.
  public var pairedTable: TextTable {
    var table = TextTable([
      "against the last exit, picture by picture", "gain dB", "p10", "p90", "kMAC ratio", "p10",
      "p90", "time ratio",
      "p10", "p90",
    ])
    for row in rows {
      guard let pairs = row.pairs else { continue }
      func cells(_ values: Distribution?, signed: Bool = false) -> [String] {
        [values?.median, values?.quantile(0.1), values?.quantile(0.9)]
          .map { NumberText.fixed($0, signed ? 3 : 2, signed: signed) }
      }
      table.add(
        [row.choice.name] + cells(pairs.gain, signed: true) + cells(pairs.cost) + cells(pairs.time))
    }
    return table
  }
}
