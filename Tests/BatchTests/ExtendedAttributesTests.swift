import Batch
import CExtendedAttributes
import Foundation
import Synchronization
import SystemPackage
import Testing

/// What users have attached to files.
@Suite struct ExtendedAttributesTests {
  private static let name = "user.rbqe.test"

  private static func attach(_ value: [UInt8], to path: FilePath, as name: String = name) -> Bool {
    #if canImport(Darwin)
      setxattr(path.string, name, value, value.count, 0, 0) == 0
    #else
      setxattr(path.string, name, value, value.count, 0) == 0
    #endif
  }

  private static func value(at path: FilePath, as name: String = name) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    #if canImport(Darwin)
      let count = getxattr(path.string, name, &buffer, buffer.count, 0, 0)
    #else
      let count = getxattr(path.string, name, &buffer, buffer.count)
    #endif
    return count < 0 ? nil : Array(buffer.prefix(count))
  }

  /// Whether the directory for temporary files is on a file system that has them.
  static let areKept: Bool = {
    guard let scratch = try? Scratch(), let path = try? scratch.write([], to: "a") else {
      return false
    }
    return attach([1], to: path)
  }()

  private static func enhance(
    _ scratch: Scratch, to destination: OutputPlan.Destination, keepsTimes: Bool
  ) throws -> [String] {
    let notes = Mutex<[String]>([])
    var run = BatchRun(
      destination: destination, options: BatchOptions(jobs: 1, keepsTimes: keepsTimes))
    run.note = { outcome in notes.withLock { $0 += outcome.notes } }
    _ = try run(scratch("in"))
    return notes.withLock { $0 }
  }

  @Test(.enabled(if: areKept)) func theyComeAlongWithPreserveAndInPlace() throws {
    let scratch = try Scratch()
    let input = try scratch.write(SampleFile.jpeg(), to: "in/a.jpg")
    let long = (0..<3000).map { UInt8(truncatingIfNeeded: $0) }
    #expect(Self.attach([0, 7, 0], to: input) && Self.attach([], to: input, as: "user.empty"))
    let hasRoom = Self.attach(long, to: input, as: "user.long")
    #expect(try Self.enhance(scratch, to: .directory(scratch("plain")), keepsTimes: false).isEmpty)
    #expect(Self.value(at: scratch("plain/a.jpg")) == nil)
    #expect(try Self.enhance(scratch, to: .directory(scratch("kept")), keepsTimes: true).isEmpty)
    #expect(try Self.enhance(scratch, to: .inPlace, keepsTimes: false).isEmpty)
    for path in ["kept/a.jpg", "in/a.jpg", "in/.rbqe-originals/a.jpg"] {
      #expect(Self.value(at: scratch(path)) == [0, 7, 0], "\(path)")
      #expect(Self.value(at: scratch(path), as: "user.empty") == [], "\(path)")
      if hasRoom { #expect(Self.value(at: scratch(path), as: "user.long") == long, "\(path)") }
    }
  }
}
