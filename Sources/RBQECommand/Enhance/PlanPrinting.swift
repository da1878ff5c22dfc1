import Batch
import Imaging
import Logging
import Reporting

extension EnhanceCommand {
  /// Prints what a run would do, and creates nothing.
  ///
  /// - Returns: why the first image would fail, as far as headers tell; nil if none would.
  func printPlan(_ plan: OutputPlan, rejections: [Rejection], logger: Logger) throws -> (any Error)? {
    var plan = plan
    // The model is loaded for its hash: another model makes other results.
    let model = try network.loadFile()
    let enhancer = try network.enhancer(
      for: model, scores: reporting.isWanted, constraint: constraint.mode, granularity: decision.granularity)
    let run = RunRecord(
      options: recordedOptions(enhancer), model: model, information: enhancer.model.information,
      jobs: running.jobCount, threads: 1)
    let histories = try plan.journalDirectories.map { directory throws(FileError) in
      (directory, try JournalHistory(readingFrom: Journal.path(in: directory, shard: search.shard)))
    }
    try plan.takeUp(Dictionary(histories) { first, _ in first }, run: run, isResuming: running.resume)
    let processor = ImageProcessor(
      enhancer: enhancer, options: encoding.options, limits: limits.decoding,
      memoryLimit: try running.memoryForImages(with: enhancer))

    var places = PlaceCheck()
    for directory in plan.journalDirectories {
      if let obstacle = places.obstacle(to: Journal.path(in: directory, shard: search.shard)) { throw obstacle }
    }
    try reporting.checkPlaces()
    var errors: [any Error] = []
    func fail(_ name: String, _ error: any Error) {
      errors.append(error)
      logger.error("\(name.printable): \(error)")
    }
    for rejection in rejections {
      try printLine(PlanRecord(rejection))
      fail(rejection.displayName, rejection.reason)
    }
    var pixels = 0
    for item in plan.items {
      let refusal: (any Error)? =
        item.isSkipped ? nil : processor.refusal(of: item, threads: running.threads) ?? places.obstacle(to: item)
      try printLine(PlanRecord(item, refusal: refusal))
      if let refusal {
        fail(item.source.displayName, refusal)
      } else if !item.isSkipped {
        pixels = pixels.adding(saturating: item.source.pixels)
      }
    }
    let skipped = plan.items.count(where: \.isSkipped)
    let failed = errors.count - rejections.count
    logger.notice(
      """
      would enhance \(plan.items.count - skipped - failed) images of \(pixels.megapixels) megapixels, skip \(skipped), \
      and fail on \(errors.count)
      """)
    return errors.first
  }

  private func printLine(_ line: PlanRecord) throws {
    try StandardOutput.write(reporting.json ? JSONLines.line(line) : Array(line.text.utf8))
  }
}

/// What would become of one image.
private struct PlanRecord: Encodable {
  var v = 1
  var kind = "plan"
  let path: String
  let output: String?
  let action: String
  let error: String?
  let width: Int?
  let height: Int?

  /// An action that no plan has: it is known before that nothing will come of it.
  private static let failing = "fail"

  init(_ item: OutputPlan.Item, refusal: (any Error)?) {
    path = item.source.path.string
    output = item.output.string
    action = refusal == nil ? item.action.rawValue : Self.failing
    error = refusal.map { String(describing: $0) }
    width = item.source.header?.width
    height = item.source.header?.height
  }

  init(_ rejection: Rejection) {
    path = rejection.path.string
    output = nil
    action = Self.failing
    error = String(describing: rejection.reason)
    width = nil
    height = nil
  }

  /// Why it will fail isn't said: messages do.
  var text: String {
    let target = error == nil ? output.map { " -> \($0.printable)" } : nil
    return "\(action.padding(to: 8))  \(path.printable)\(target ?? "")\n"
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
