import Reporting

/// One image on its way through the pipeline.
struct ImageJob: Sendable {
  let item: OutputPlan.Item
  /// Its place in the plan.
  let index: Int
  /// Bytes of the memory budget that it holds.
  var memory: Int
  var attempt: Attempt
  /// The input's bytes once they are read, and until the result is made.
  var input: [UInt8] = []
  /// The state that the input was read in.
  var inputStatus: FileStatus?
  /// The result's bytes.
  var result: [UInt8] = []
  /// Whether the result is the input, byte for byte.
  var isCopy = false
  /// The state of the output once it is there.
  var outputStamp: FileStamp?
  /// What a person who asks for details might want to know.
  var notes: [String] = []

  /// How it ended.
  var outcome: ImageOutcome { attempt.outcome(notes: notes) }

  init(_ item: OutputPlan.Item, index: Int, memory: Int) {
    self.item = item
    self.index = index
    self.memory = memory
    attempt = Attempt(path: item.source.displayName, output: item.output.string, source: item.source.path)
  }
}
