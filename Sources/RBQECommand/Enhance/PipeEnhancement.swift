import Batch
import Logging
import SystemPackage

extension EnhanceCommand {
  /// Takes one image from standard input or a file to standard output or a file.
  func runPipe(logger: Logger) throws {
    let input = place.inputs[0] == "-" ? nil : FilePath(argument: place.inputs[0])
    if let input, input.isDirectory {
      throw Failure(
        .usage, "\(input) is a directory, and one image goes to standard output", hint: "name a directory with -o DIR/")
    }
    let output = place.output == "-" ? nil : place.output.map { FilePath(argument: $0) }
    guard output != nil || !StandardOutput.isTerminal else {
      throw Failure(
        .usage, "an image would go to the terminal", hint: "send it on with > FILE or |, or name a file with -o FILE")
    }
    let destination = try output.map { try OutputPlan.Destination(output: place.output, at: $0, inputs: []) }
    if let directory = destination?.directory {
      throw Failure(.usage, "\(directory) is a directory, and what comes through a pipe has no name", hint: "-o FILE")
    }
    let format = try encoding.resultFormat(for: destination)
    try reporting.checkApart { $0.realPath == output?.realPath }
    let context = try EnhanceContext(self, json: output == nil ? .standardError : .standardOutput, logger: logger)
    context.begin()
    let stop = StopSwitch()
    let temporaries = Temporaries()
    let interruption = Interruption(stop: stop, temporaries: temporaries, tellState: {})
    let outcome = PipeRunner(
      processor: context.processor, threads: context.run.threads, temporaries: temporaries, stop: stop
    )
    .run(
      input: input, output: output, existing: place.existing, format: format,
      writeStandardOutput: StandardOutput.write)
    interruption.conclude {}
    context.note(outcome)
    if outcome.record.status == .skipped { logger.notice("\(OutcomeLine(outcome))") }
    try context.finish(temporaries: temporaries)
    if let error = outcome.error { throw ExitStatus(for: error).code }
  }
}
