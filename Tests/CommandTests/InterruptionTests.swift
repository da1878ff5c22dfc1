import Foundation
import Testing

/// Runs that are stopped from outside.
@Suite struct InterruptionTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    for index in 0..<80 { try scratch.write(TestImages.jpeg(), to: "in/\(index).jpg") }
  }

  /// Starts a run, and kills it as soon as some results are there.
  private func interrupt(by signal: String) async throws -> Tool.Result {
    let command = """
      '\(Tool.path)' enhance '\(scratch("in"))' -o '\(scratch("out"))' --exit last &
      until [ -e '\(scratch("out"))/3.jpg' ]; do sleep 0.01; done
      kill -\(signal) $!
      wait $!
      """
    return try await Tool.run("/bin/bash", ["-c", command])
  }

  private func outputs() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: scratch("out")).filter { !$0.hasPrefix(".rbqe.") }
  }

  @Test(arguments: [("INT", 130), ("TERM", 143), ("HUP", 129)] as [(String, Int32)])
  func aSignalStopsInOrder(signal: String, status: Int32) async throws {
    let result = try await interrupt(by: signal)
    #expect(result.status == status)
    #expect(result.error.contains("not done") && result.error.contains("--resume"))
    let outputs = try outputs()
    #expect(outputs.count < 80)
    #expect(outputs.allSatisfy { $0.hasSuffix(".jpg") && !$0.hasPrefix(".") })
    let resumed = try await Tool.run(
      "enhance", scratch("in"), "-o", scratch("out"), "--exit", "last", "--resume", "--existing", "overwrite")
    #expect(resumed.status == 0)
    #expect(resumed.error.contains("\(outputs.count) skipped"))
    #expect(try self.outputs().count == 80)
  }

  @Test func afterAKillNothingIsHalfDone() async throws {
    #expect(try await interrupt(by: "KILL").status == 137)
    for name in try outputs() where !name.hasPrefix(".") {
      #expect(try scratch.bytes(of: "out/\(name)").suffix(2) == [0xFF, 0xD9])
    }
    let resumed = try await Tool.run("enhance", scratch("in"), "-o", scratch("out"), "--exit", "last", "--resume")
    #expect(resumed.status == 0)
    #expect(try outputs().count == 80)
    #expect(try outputs().allSatisfy { $0.hasSuffix(".jpg") })
  }
}
