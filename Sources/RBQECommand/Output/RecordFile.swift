import Batch
import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Opens files for records, and nothing that these would destroy.
enum RecordFile {
  /// Opens a file; what it holds stays until ``begin(_:)``, unless it is continued.
  ///
  /// - Parameter continuing: whether the records that the file holds are kept: whole lines, as what follows the last one
  ///   was left by a run that was cut off.
  static func open(_ path: FilePath, continuing: Bool) throws -> FileDescriptor {
    try check(path)
    do {
      let descriptor = try FileDescriptor.open(
        path, continuing ? .readWrite : .writeOnly, options: .create,
        permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
      if continuing {
        do {
          try goBehindLastLine(of: descriptor)
        } catch {
          try? descriptor.close()
          throw error
        }
      }
      return descriptor
    } catch {
      throw Failure(.cannotCreate, "\(path): cannot open the records file: \(error)")
    }
  }

  /// Empties a file; a pipe or a device holds nothing.
  static func begin(_ descriptor: FileDescriptor) throws {
    do {
      try descriptor.resize(to: 0)
    } catch Errno.invalidArgument {}
  }

  /// Sees whether a file can be written that holds nothing but records, and leaves everything as it is.
  static func checkPlace(_ path: FilePath) throws {
    try check(path)
    do {
      _ = try StreamedFile(at: path)
    } catch {
      throw Failure(.cannotCreate, "\(path): cannot open the records file: \(error.reason)")
    }
  }

  private static func check(_ path: FilePath) throws {
    if path == "-" {
      throw Failure(
        .usage, "--records takes the name of a file",
        hint: "--json prints the records to standard output; for a file of this name say ./-")
    }
    if let name = path.lastComponent, Journal.isJournal(name) {
      throw Failure(
        .usage, "\(path): this is the name of a journal, which records must not replace",
        hint: "name another file with --records")
    }
    // What can't be read is none of ours.
    let isFree = (try? FileContents.firstLine(of: path).map(isRecord) ?? true) ?? false
    guard isFree else {
      throw Failure(
        .cannotCreate, "\(path): holds something other than records, and would be lost",
        hint: "name another file with --records, or remove this one first")
    }
  }

  private static func isRecord(_ line: [UInt8]) -> Bool {
    struct Kind: Decodable {
      let v: Int
      let kind: String
    }
    return (try? JSONDecoder().decode(Kind.self, from: Data(line))) != nil
  }

  private static func goBehindLastLine(of descriptor: FileDescriptor) throws {
    let size: Int64
    do {
      size = try descriptor.seek(offset: 0, from: .end)
    } catch Errno.illegalSeek {
      // A pipe holds nothing.
      return
    }
    let end = try endOfLastLine(of: descriptor, size: size)
    guard end < size else { return }
    try descriptor.resize(to: end)
    try descriptor.seek(offset: end, from: .start)
  }

  private static func endOfLastLine(of descriptor: FileDescriptor, size: Int64) throws -> Int64 {
    var end = size
    while end > 0 {
      let start = max(0, end - Int64(blockSize))
      let block = try [UInt8](unsafeUninitializedCapacity: blockSize) { buffer, count in
        let part = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<Int(end - start)]))
        count = try descriptor.read(fromAbsoluteOffset: start, into: part)
      }
      if let feed = block.lastIndex(of: UInt8(ascii: "\n")) { return start + Int64(feed) + 1 }
      end = start
    }
    return 0
  }

  private static let blockSize = 1 << 12
}
