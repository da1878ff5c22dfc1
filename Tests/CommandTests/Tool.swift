import Foundation

/// The built program, run as a process.
enum Tool {
  /// What one run gave.
  struct Result {
    let status: Int32
    let output: [UInt8]
    let error: String

    var text: String { String(decoding: output, as: UTF8.self) }
  }

  /// The program lies beside the test bundle.
  static let path: String = {
    let executable = Bundle.main.executablePath ?? CommandLine.arguments[0]
    return URL(filePath: executable).deletingLastPathComponent().appending(path: "rbqe").path
  }()

  /// Whether a test may have a small file system for itself.
  static let canMount: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  static func run(_ arguments: String..., input: [UInt8] = []) async throws -> Result {
    try await run(path, arguments, input: input)
  }

  /// Runs any program, with files as its streams, so that neither side can wait for the other.
  static func run(_ program: String, _ arguments: [String], input: [UInt8] = []) async throws -> Result {
    let scratch = try Scratch()
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let outputPath = try scratch.write([], to: "output")
    let errorPath = try scratch.write([], to: "error")
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: scratch.write(input, to: "input")))
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: outputPath))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: errorPath))
    try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { _ in continuation.resume() }
      do {
        try process.run()
      } catch {
        continuation.resume(throwing: error)
      }
    }
    return Result(
      status: process.terminationStatus, output: try scratch.bytes(of: "output"),
      error: String(decoding: try scratch.bytes(of: "error"), as: UTF8.self))
  }
}
