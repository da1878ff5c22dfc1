/// What a report says in its first ten seconds.
struct ReportSummary {
  /// Whole sentences, the most important first.
  let sentences: [String]
  /// Single figures with what they are.
  let tiles: [(value: String, label: String)]

  init(rows: [ReportRow], runs: [RecordedRun], evaluation: EvaluationSummary) {
    var sentences = runs.indices.compactMap { index -> String? in
      let text = Self.sentence(rows.filter { $0.run == index })
      return text.map { runs.count > 1 ? "\(runs[index].name): \($0)" : $0 }
    }
    sentences += evaluation.groups.compactMap(Self.sentence)
    self.sentences = sentences.isEmpty ? ["There is nothing in these records yet."] : sentences
    tiles = Self.tiles(rows)
  }

  /// How a run of `rbqe enhance` went.
  private static func sentence(_ rows: [ReportRow]) -> String? {
    let images = rows.filter { $0.status != EvaluationRecord.Status.measured.rawValue }
    guard !images.isEmpty else { return nil }
    func count(_ status: ImageRecord.Status) -> Int { images.count { $0.status == status.rawValue } }
    let parts = [
      (count(.enhanced), "enhanced"), (count(.unchanged), "left alone"), (count(.skipped), "skipped"),
      (count(.failed), "failed"),
    ]
    let text = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    var sentence = "\(images.count) image\(images.count == 1 ? "" : "s"): \(text)."
    if let times = Distribution(images.compactMap(\.ms)) {
      sentence += " Half took less than \(NumberText.duration(times.median))"
      sentence += ", nine in ten less than \(NumberText.duration(times.quantile(0.9)))."
    }
    var tiles = TileCounts()
    for map in images.compactMap(\.tiles) { tiles.add(map.rows) }
    if !tiles.isEmpty { sentence += " Decided tile by tile, \(tiles)." }
    let enhanced = images.filter { $0.status == ImageRecord.Status.enhanced.rawValue && $0.isDecidedByScore }
    if let before = Distribution(enhanced.compactMap(\.scoreBefore)),
      let after = Distribution(enhanced.compactMap(\.scoreAfter))
    {
      sentence += " The score that decides when to stop was \(NumberText.fixed(before.median, 2)) before and "
      sentence += "\(NumberText.fixed(after.median, 2)) after in the median; what was gained only a reference can tell."
    }
    return sentence
  }

  /// What an evaluation found for one degradation.
  private static func sentence(_ group: EvaluationSummary.Group) -> String? {
    let policies = group.rows.filter { if case .policy = $0.choice { $0.ms != nil } else { false } }
    let main = EvaluationRecord.mainPolicy(of: policies.map(\.choice.name))
    guard let row = policies.first(where: { $0.choice.name == main }) ?? group.rows.last, let input = group.rows.first
    else { return nil }
    var sentence =
      "\(group.name): \(row.choice.name) brings PSNR from \(NumberText.fixed(input.psnr.mean, 2)) to "
      + "\(NumberText.fixed(row.psnr.mean, 2)) dB (\(NumberText.fixed(row.gain.mean, 2, signed: true))), better on "
      + "\(row.wins) and worse on \(row.losses) of \(group.count)"
    if let ratio = row.timeRatio, ratio.isFinite, row.choice != group.rows.last?.choice || !policies.isEmpty {
      sentence += ", in \(NumberText.fixed(ratio * 100, 0))% of the time of the last exit"
    }
    return sentence + "."
  }

  private static func tiles(_ rows: [ReportRow]) -> [(value: String, label: String)] {
    var tiles = [(String(rows.count), "images"), (String(rows.count(where: \.isFailure)), "failed")]
    let pixels = rows.compactMap(\.megapixels).reduce(0, +)
    if pixels > 0 { tiles.append((NumberText.fixed(pixels, 1), "megapixels")) }
    let timed = rows.filter { $0.ms != nil && $0.megapixels != nil && !$0.isFailure }
    if let times = Distribution(timed.compactMap(\.ms)) {
      tiles.append((NumberText.duration(times.median), "median time an image"))
      tiles.append((NumberText.duration(times.quantile(0.99)), "99 of 100 are faster than"))
      let seconds = times.sorted.reduce(0, +) / 1000
      if seconds > 0 {
        let pace = timed.compactMap(\.megapixels).reduce(0, +) / seconds
        tiles.append((NumberText.fixed(pace, 2), "megapixels a second, one image at a time"))
      }
    }
    if let gain = Distribution(rows.compactMap(\.psnrGain)) {
      tiles.append((NumberText.fixed(gain.mean, 2, signed: true) + " dB", "mean gain in PSNR"))
    } else if let gain = Distribution(rows.filter(\.isDecidedByScore).compactMap(\.scoreGain)) {
      tiles.append((NumberText.fixed(gain.mean, 3, signed: true), "mean change of the score"))
    }
    if let macs = Distribution(rows.compactMap(\.macsPerPixel)) {
      tiles.append((NumberText.fixed(macs.mean / 1000, 1) + "k", "multiply-accumulates a pixel, mean"))
    }
    return tiles
  }
}
