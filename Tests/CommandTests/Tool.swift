import Foundation
import Subprocess
import Testing

#if canImport(System)
  import System
#else
  import SystemPackage
#endif

/// The built program, run as a process.
enum Tool {
  /// What one run gave.
  struct Result {
    let status: TerminationStatus
    let output: [UInt8]
    let error: String

    var text: String { String(decoding: output, as: UTF8.self) }
  }

  /// The program lies beside the test bundle.
  static let path: FilePath = {
    let executable = Bundle.main.executablePath ?? CommandLine.arguments[0]
    return FilePath(executable).removingLastComponent().appending("rbqe")
  }()

  static func run(_ arguments: String..., input: [UInt8] = []) async throws -> Result {
    let result = try await Subprocess.run(
      .path(path), arguments: Arguments(arguments), input: .array(input), output: .bytes(limit: 1 << 26),
      error: .string(limit: 1 << 22))
    return Result(
      status: result.terminationStatus, output: result.standardOutput, error: result.standardError ?? "")
  }
}
