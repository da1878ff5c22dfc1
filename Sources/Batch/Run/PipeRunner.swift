import Imaging
import Reporting
import SystemPackage

/// Takes one image from standard input or a file to standard output or a file.
public struct PipeRunner: Sendable {
  private let processor: ImageProcessor

  /// A runner.
  public init(processor: ImageProcessor) {
    self.processor = processor
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
    if let output, let present = FileStatus.ifPresent(at: output), existing == .skip, present.kind == .file {
      var record = ImageRecord(path: input?.string ?? "-", status: .skipped)
      record.output = output.string
      return ImageOutcome(record: record, error: nil)
    }
    return processor.run(
      path: input?.string ?? "-", output: output?.string ?? "-", format: format,
      read: { () throws -> [UInt8] in
        guard let input else { return try FileContents.readStandardInput() }
        return try FileContents.read(input)
      },
      write: { bytes in
        guard let output else { return try writeStandardOutput(bytes) }
        if let present = FileStatus.ifPresent(at: output), present.kind != .file {
          throw OutputPlanError.outputIsNoFile(input ?? "-", output: output)
        }
        try AtomicFile().write(bytes, to: output, permissions: nil, sequence: 0)
      })
  }
}
