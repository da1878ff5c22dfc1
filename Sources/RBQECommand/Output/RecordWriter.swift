import Batch
import Reporting
import Synchronization
import SystemPackage

/// Where records go.
enum RecordTarget {
  case file(FilePath)
  /// Added to a file of records, of which the first so many bytes are kept.
  case continuing(FilePath, keeping: Int)
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
  private let failure = Mutex<(any Error)?>(nil)

  init(_ target: RecordTarget) throws {
    switch target {
    case .file(let path):
      guard FileContents.isAbsentOrBegins(with: UInt8(ascii: "{"), at: path) else {
        throw Failure(
          .cannotCreate, "\(path): holds something other than records, and would be lost",
          hint: "name another file with --records, or remove this one first")
      }
      do {
        descriptor = try FileDescriptor.open(
          path, .writeOnly, options: [.create, .truncate],
          permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
      } catch {
        throw Failure(.cannotCreate, "\(path): cannot create the records file: \(error)")
      }
      name = path.string
    case .continuing(let path, let size):
      do {
        descriptor = try FileDescriptor.open(path, .readWrite)
        try descriptor.resize(to: Int64(size))
        try descriptor.seek(offset: 0, from: .end)
      } catch {
        throw Failure(.cannotCreate, "\(path): cannot add to the records file: \(error)")
      }
      name = path.string
    case .standardOutput:
      descriptor = .standardOutput
      name = "standard output"
    case .standardError:
      descriptor = .standardError
      name = "standard error"
    }
    switch target {
    case .file, .continuing: isOwner = true
    case .standardOutput, .standardError: isOwner = false
    }
  }

  deinit {
    if isOwner { try? descriptor.close() }
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

  var isEmpty: Bool { writers.isEmpty }

  func write(_ record: some Encodable) {
    for writer in writers { writer.write(record) }
  }

  func finish() throws {
    for writer in writers { try writer.finish() }
  }
}
