extension EvaluationSummary.Group {
  /// How every exit and policy fares, for the terminal or for Markdown.
  public var table: TextTable {
    var table = TextTable([
      "", "PSNR dB", "gain dB", "median", "p10", "p90", "better", "worse", "SSIM", "PSNR-B dB", "MS-SSIM", "exit",
      "kMAC/px", "ms/MP", "time / last",
    ])
    for row in rows {
      table.add([
        row.choice.name, NumberText.fixed(row.psnr.mean, 3), NumberText.fixed(row.gain.mean, 3, signed: true),
        NumberText.fixed(row.gain.median, 3, signed: true), NumberText.fixed(row.gain.quantile(0.1), 3, signed: true),
        NumberText.fixed(row.gain.quantile(0.9), 3, signed: true), String(row.wins), String(row.losses),
        NumberText.fixed(row.ssim, 4), NumberText.fixed(row.psnrB, 3), NumberText.fixed(row.msSSIM, 4),
        NumberText.fixed(row.meanExit, 2), NumberText.fixed(row.macsPerPixel.map { $0.mean / 1000 }, 1),
        NumberText.fixed(row.msPerMegapixel?.median, 0), NumberText.fixed(row.timeRatio, 2),
      ])
    }
    return table
  }

  /// The pictures that gained least, under the last exit and under each policy.
  public var worstTable: TextTable {
    var table = TextTable(["least gain under", "image", "gain dB", "exit"])
    // The oracle, which costs nothing, chooses by what is measured: its list says nothing of its own.
    for row in rows where row.choice != .exit(0) && row.macsPerPixel != nil {
      if case .exit = row.choice, row.choice != lastExit { continue }
      for outcome in row.worst {
        table.add([
          row.choice.name, outcome.path, NumberText.fixed(outcome.gain, 3, signed: true), String(outcome.exit),
        ])
      }
    }
    return table
  }

  private var lastExit: EvaluationSummary.Choice? {
    rows.map(\.choice).last { if case .exit = $0 { true } else { false } }
  }
}
