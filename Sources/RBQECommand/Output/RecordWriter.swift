import Reporting
import Synchronization
import SystemPackage

/// Where records go.
enum RecordTarget {
  case file(FilePath)
  /// Added to what a file of records holds.
  case continuing(FilePath)
  case standardOutput
  case standardError
}

/// Appends records to one place, a line each.
///
/// The first failure is kept and reported at the end: that records can't be written never stops the enhancement.
final class RecordWriter: Sendable {
  private let descriptor: FileDescriptor
  private let name: String
  private let isOwner: Bool
  /// Whether a file is emptied before the first record.
  private let replaces: Bool
  private let failure = Mutex<(any Error)?>(nil)

  init(_ target: RecordTarget) throws {
    switch target {
    case .file(let path):
      descriptor = try RecordFile.open(path, continuing: false)
      name = path.string
    case .continuing(let path):
      descriptor = try RecordFile.open(path, continuing: true)
      name = path.string
    case .standardOutput:
      descriptor = .standardOutput
      name = "standard output"
    case .standardError:
      descriptor = .standardError
      name = "standard error"
    }
    switch target {
    case .file: (isOwner, replaces) = (true, true)
    case .continuing: (isOwner, replaces) = (true, false)
    case .standardOutput, .standardError: (isOwner, replaces) = (false, false)
    }
  }

  deinit {
    if isOwner { try? descriptor.close() }
  }

  /// Writes the first record, in place of what was there.
  func begin(_ record: some Encodable) {
    if replaces {
      failure.withLock { failure in
        do {
          try RecordFile.begin(descriptor)
        } catch {
          failure = error
        }
      }
    }
    write(record)
  }

  func write(_ record: some Encodable) {
    failure.withLock { failure in
      guard failure == nil else { return }
      do {
        try descriptor.writeAll(JSONLines.line(record))
      } catch {
        failure = error
      }
    }
  }

  /// - Throws: `Failure` if some record could not be written.
  func finish() throws {
    if let failure = failure.withLock({ $0 }) {
      if failure as? Errno == .brokenPipe { StandardOutput.endLikeAnyToolInAPipe() }
      throw Failure(.inputOutput, "\(name): cannot write the records: \(failure)")
    }
  }
}

/// All the places that records of one run go to; often none.
struct RecordWriters: Sendable {
  let writers: [RecordWriter]

  init(writers: [RecordWriter]) {
    self.writers = writers
  }

  /// Opens those that were asked for.
  ///
  /// - Parameters:
  ///   - target: where `--json` prints.
  ///   - isResuming: whether a file keeps the records that it holds.
  init(_ arguments: RecordArguments, json target: RecordTarget, isResuming: Bool = false) throws {
    var writers: [RecordWriter] = []
    if let records = arguments.records {
      let path = FilePath(argument: records)
      writers.append(try RecordWriter(isResuming ? .continuing(path) : .file(path)))
    }
    if arguments.json { writers.append(try RecordWriter(target)) }
    self.writers = writers
  }

  /// Writes the first record, in place of what was there: once nothing can refuse the run any more.
  func begin(_ record: some Encodable) {
    for writer in writers { writer.begin(record) }
  }

  func write(_ record: some Encodable) {
    for writer in writers { writer.write(record) }
  }

  /// Tells whether all records were written.
  ///
  /// The last of all steps: a reader of theirs that has gone away ends the program.
  func finish(in steps: inout LastSteps) {
    for writer in writers { steps.take { try writer.finish() } }
  }
}
