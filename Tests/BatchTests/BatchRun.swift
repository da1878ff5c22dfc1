import Batch
import Foundation
import Imaging
import RBQE
import Reporting
import Synchronization
import SystemPackage

/// One run of a batch with a journal, as the command does it.
struct BatchRun {
  var exit = 1
  var isResuming = false
  var changing: Set<FilePath>?
  var existing = OutputPlan.Existing.skip
  var destination: OutputPlan.Destination
  var shard: Shard?
  var naming: NameTemplate?
  var followsLinks = false
  var options = BatchOptions(jobs: 2)
  /// Runs before the first image.
  var stop = StopSwitch()
  /// Is told of every image.
  var note: @Sendable (ImageOutcome) -> Void = { _ in }

  /// Enhances what is below `inputs`; gives the records in their order.
  func callAsFunction(_ inputs: FilePath...) throws -> [ImageRecord] {
    let processor = try processor(exit: exit)
    let run = RunRecord(
      version: "test", options: ["exit": "\(exit)"], model: "fast", modelHash: "0", cpu: "", instructionSet: "",
      jobs: 2, threads: 1, libraries: [:], start: "")
    var discovering = Discovery.Options()
    discovering.excluding = destination.directory
    discovering.followsLinks = followsLinks
    var plan = try OutputPlan(
      sources: Discovery(inputs: inputs, options: discovering).sources, destination: destination, format: nil,
      existing: existing, naming: naming, shard: shard)
    let temporaries = Temporaries()
    var journals: [FilePath: Journal] = [:]
    for directory in plan.journalDirectories {
      journals[directory] = try Journal(
        at: Journal.path(in: directory, shard: shard), run: run, temporaries: temporaries,
        outputs: plan.outputDirectories(of: directory), keepsOwner: destination == .inPlace)
    }
    try plan.takeUp(journals.mapValues(\.history), run: run, isResuming: isResuming, changing: changing)
    let records = Mutex<[ImageRecord]>([])
    BatchRunner(processor: processor, options: options, temporaries: temporaries, journals: journals, stop: stop)
      .run(plan) { [note] outcome in
        note(outcome)
        records.withLock { $0.append(outcome.record) }
      }
    for journal in journals.values { try journal.finish() }
    return records.withLock { $0 }
  }
}

extension [ImageRecord] {
  /// Every image and how it ended, as `a.jpg enhanced`.
  var outcomes: [String] { map { "\($0.path) \($0.status)" } }
}
