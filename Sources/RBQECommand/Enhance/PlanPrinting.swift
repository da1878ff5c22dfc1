import Batch
import Logging
import Reporting

extension EnhanceCommand {
  /// Prints what a run would do, and creates nothing.
  func printPlan(_ plan: OutputPlan, rejections: [Rejection], logger: Logger) throws {
    var plan = plan
    // The model is loaded for its hash: another model makes other results.
    let model = try network.loadFile()
    let enhancer = try network.enhancer(for: model, scores: false)
    let run = RunRecord(
      options: recordedOptions(enhancer), model: model, information: enhancer.model.information,
      jobs: running.jobCount, threads: 1)
    let histories = try plan.journalDirectories.map { directory throws(FileError) in
      (directory, try JournalHistory(readingFrom: Journal.path(in: directory, shard: search.shard)))
    }
    plan.takeUp(Dictionary(histories) { first, _ in first }, run: run, isResuming: running.resume)
    for item in plan.items {
      let line = PlanRecord(item)
      try StandardOutput.write(reporting.json ? JSONLines.line(line) : Array(line.text.utf8))
    }
    for rejection in rejections { logger.error("\(rejection.displayName.printable): \(rejection.reason)") }
    let skipped = plan.items.count(where: \.isSkipped)
    logger.notice(
      """
      would enhance \(plan.items.count - skipped) images of \(plan.pixels.megapixels) megapixels, \
      skip \(skipped), and fail on \(rejections.count)
      """)
  }
}

/// What would become of one image.
private struct PlanRecord: Encodable {
  var v = 1
  var kind = "plan"
  let path: String
  let output: String
  let action: String
  let width: Int?
  let height: Int?

  init(_ item: OutputPlan.Item) {
    path = item.source.path.string
    output = item.output.string
    action = item.action.rawValue
    width = item.source.header?.width
    height = item.source.header?.height
  }

  var text: String { "\(action.padding(to: 8))  \(path.printable) -> \(output.printable)\n" }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
