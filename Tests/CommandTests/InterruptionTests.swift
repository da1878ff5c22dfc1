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

  @Test func nohupIsHeeded() async throws {
    let command = """
      trap '' HUP
      '\(Tool.path)' enhance '\(scratch("in"))' -o '\(scratch("out"))' --exit last &
      until [ -e '\(scratch("out"))/3.jpg' ]; do sleep 0.01; done
      kill -HUP $!
      wait $!
      """
    #expect(try await Tool.run("/bin/bash", ["-c", command]).status == 0)
    #expect(try outputs().count == 80)
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

  @Test func aBenchThatIsInterruptedLeavesNothing() async throws {
    let script = """
      mkdir tmp && export TMPDIR="$PWD/tmp"
      '\(Tool.path)' bench --repeat 50 & P=$!
      while [ -z "$(ls tmp)" ]; do sleep 0.05; done
      kill -TERM $P; wait $P; echo $?; ls tmp | wc -l
      """
    let result = try await Tool.run("/bin/sh", ["-c", "cd '\(scratch("."))'\n\(script)"])
    #expect(result.text.split(separator: "\n").map { $0.filter { $0 != " " } } == ["143", "0"], "\(result.text)")
  }

  /// Results among the pictures that are watched aren't enhanced again.
  @Test func watchingIsNotMisledByItsOwnResults() async throws {
    try scratch.write(TestImages.jpeg(), to: "same/a.jpg")
    let script = """
      '\(Tool.path)' enhance --watch same -o same --name '{stem}-e.{ext}' --exit 1 & P=$!
      while [ ! -e same/a-e.jpg ]; do sleep 0.1; done
      sleep 4; kill -INT $P; wait $P; ls same
      """
    let result = try await Tool.run("/bin/sh", ["-c", "cd '\(scratch("."))'\n\(script)"])
    #expect(result.text == "a-e.jpg\na.jpg\n" || result.text == "a.jpg\na-e.jpg\n", "\(result.text)")
  }

  @Test func watchingTakesWhatComesAndNeverLosesAnOutput() async throws {
    let scratch = try Scratch()
    try scratch.write(TestImages.jpeg(), to: "in/a.jpg")
    try scratch.write(TestImages.png(), to: "later.png")
    let command = """
      cd '\(scratch.url.path)'
      '\(Tool.path)' enhance --watch in -o out --exit 1 --format png --records r.jsonl & P=$!
      until [ -e out/a.png ]; do sleep 0.1; done
      cp later.png in/b.png; cp later.png in/a.png
      until [ -e out/b.png ]; do sleep 0.1; done
      cp out/a.png before.png
      sleep 3
      kill -INT $P; wait $P
      """
    let result = try await Tool.run("/bin/bash", ["-c", command])
    #expect(result.status == 130)
    // b.png came with a second picture that would become a.png too.
    #expect(result.error.contains("in/a.jpg") && result.error.contains("would both become"))
    #expect(result.error.contains("2 enhanced") && result.error.contains("1 failed"), "\(result.error)")
    #expect(!result.error.contains("--resume"))
    let records = String(decoding: try scratch.bytes(of: "r.jsonl"), as: UTF8.self)
    #expect(records.components(separatedBy: "\"status\":\"failed\"").count == 2)
    #expect(try scratch.bytes(of: "out/a.png") == scratch.bytes(of: "before.png"))
    // Of a second watch, only what came since is work; the wait is for that, not for a time.
    let restart = """
      cd '\(scratch.url.path)'
      cp later.png in/c.png
      '\(Tool.path)' enhance --watch in -o out --exit 1 --format png & P=$!
      until [ -e out/c.png ]; do sleep 0.1; done
      kill -INT $P; wait $P
      """
    let again = try await Tool.run("/bin/bash", ["-c", restart])
    #expect(again.error.contains("2 skipped"))
    #expect(try scratch.bytes(of: "out/a.png") == scratch.bytes(of: "before.png"))
  }
}
