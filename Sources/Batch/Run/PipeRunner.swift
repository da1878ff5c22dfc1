import Imaging
import Reporting
import SystemPackage

/// Takes one image from standard input or a file to standard output or a file.
public struct PipeRunner: Sendable {
  private let processor: ImageProcessor
  private let threads: Int
  private let temporaries: Temporaries
  private let stop: StopSwitch

  /// A runner.
  ///
  /// - Parameters:
  ///   - threads: that work on the image.
  ///   - stop: ends the work early.
  public init(processor: ImageProcessor, threads: Int, temporaries: Temporaries, stop: StopSwitch) {
    self.processor = processor
    self.threads = threads
    self.temporaries = temporaries
    self.stop = stop
  }

  /// Enhances the image.
  ///
  /// - Parameters:
  ///   - input: a file; nil means standard input.
  ///   - output: a file; nil means standard output.
  ///   - existing: what to do about an output file that is there already. What comes from standard input is always
  ///     newer.
  ///   - format: that of the result; nil means the input's.
  ///   - writeStandardOutput: called once with all bytes of the result, and never after an error.
  public func run(
    input: FilePath?, output: FilePath?, existing: OutputPlan.Existing, format: ImageFormat?,
    writeStandardOutput: ([UInt8]) throws -> Void
  ) -> ImageOutcome {
    let planned = output.flatMap { FileStatus.ifPresent(at: $0) }
    if let output, let planned, existing == .skip, planned.kind == .file {
      var record = ImageRecord(path: input?.string ?? "-", status: .skipped)
      record.output = output.string
      return ImageOutcome(record: record, error: nil, source: input)
    }
    var attempt = Attempt(path: input?.string ?? "-", output: output?.string ?? "-", source: input)
    attempt.step { record in
      if let output, let planned, planned.kind != .file {
        throw OutputPlanError.outputIsNoFile(input ?? "-", output: output)
      }
      let bytes = try Stopwatch.measure(&record.milliseconds.read) {
        try input.map { path throws(FileError) in try FileContents.read(path) } ?? FileContents.readStandardInput()
      }
      let result = try processor.process(
        bytes, to: format, threads: threads, record: &record, isCancelled: { [stop] in stop.isAbandoned })
      try Stopwatch.measure(&record.milliseconds.write) {
        guard let output else { return try writeStandardOutput(result) }
        Temporaries.removeAbandoned(in: output.removingLastComponent())
        let former = AtomicFile.Attributes(permissions: planned?.permissions, owner: planned?.owner)
        try AtomicFile(temporaries: temporaries).write(result, to: output, attributes: former, sequence: 0) { _ in
          try (existing == .overwrite ? OutputPlan.Replaced.anything : .only(planned?.stamp)).check(output)
        }
      }
    }
    return attempt.outcome()
  }
}
