import Foundation
import Testing

/// What people read.
@Suite struct MessageTests {
  @Test func namesDoNotSteerTheTerminal() async throws {
    let scratch = try Scratch()
    for folder in ["x\u{1B}[2J", "y"] { try scratch.write(TestImages.jpeg(), to: "\(folder)/a.jpg") }
    let collision = try await Tool.run(
      "enhance", scratch("x\u{1B}[2J/a.jpg"), scratch("y/a.jpg"), "-o", scratch("out"))
    // A file where a directory should be.
    try scratch.write([], to: "b\u{1B}]0;title")
    let obstacle = try await Tool.run("enhance", scratch("y/a.jpg"), "-o", scratch("b\u{1B}]0;title/c.jpg"))
    for (result, name) in [(collision, "x\\u{1B}[2J"), (obstacle, "b\\u{1B}]0;title")] {
      #expect(result.status != 0 && result.error.contains(name))
      #expect(!result.error.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
    }
    // What is a message's own stays.
    let missing = try await Tool.run("assess", scratch("y/a.jpg"), "--model", scratch("none.onnx"))
    #expect(missing.error.contains("\n  hint: "))
  }

  @Test(arguments: [("0", "0.0000"), ("1e-300", "0.0000"), ("0.00016", "0.0002")])
  func thresholdsHaveFourDecimals(threshold: String, text: String) async throws {
    let scratch = try Scratch()
    let input = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    let result = try await Tool.run("assess", input, "--policy", "assessor", "--threshold=\(threshold)")
    #expect(result.status == 0)
    #expect(result.text.contains("reached the threshold \(text)\n"))
  }

  @Test func aReportOfPicturesThatClaimTooManyPixelsSaysSo() async throws {
    let scratch = try Scratch()
    // A PNG file that ends where its pixels begin: 2147483647 by 2147483647 pixels.
    let claim: [UInt8] = [
      0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x7F, 0xFF,
      0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0x08, 0x02, 0x00, 0x00, 0x00, 0x9B, 0xAB, 0x9C, 0x31,
      0x00, 0x00, 0x00, 0x01, 0x49, 0x44, 0x41, 0x54,
    ]
    let path = try scratch.write(claim, to: "claim.png")
    let output = try scratch.write(claim, to: "out/claim.png")
    let record = #"{"v":1,"kind":"image","path":"\#(path)","output":"\#(output)","status":"enhanced"}"# + "\n"
    let records = try scratch.write(Array(record.utf8), to: "r.jsonl")
    #expect(try await Tool.run("report", records, "-o", scratch("r.html")).status == 0)
    let page = String(decoding: try scratch.bytes(of: "r.html"), as: UTF8.self)
    #expect(page.contains("cutting them takes about"))
  }
}
