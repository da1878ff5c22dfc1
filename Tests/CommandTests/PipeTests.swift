import Foundation
import Imaging
import Reporting
import Testing

/// One image through standard input and output.
@Suite struct PipeTests {
  @Test func anImageGoesThrough() async throws {
    for (bytes, format) in [(try TestImages.jpeg(), ImageFormat.jpeg), (try TestImages.png(), .png)] {
      let result = try await Tool.run("enhance", "-", "-o", "-", "--exit", "1", input: bytes)
      #expect(result.status == 0)
      #expect(result.error.isEmpty)
      #expect(ImageFormat.detect(result.output) == format)
      #expect(try ImageDecoder.decode(result.output).width == 40)
    }
  }

  @Test func theFormatCanChange() async throws {
    let result = try await Tool.run(
      "enhance", "-", "-o", "-", "--exit", "1", "--format", "png", "--depth", "16", input: TestImages.jpeg())
    #expect(try ImageDecoder.decode(result.output).bitDepth == .sixteen)
  }

  @Test func exitZeroGivesTheSameBytes() async throws {
    let bytes = try TestImages.jpeg()
    #expect(try await Tool.run("enhance", "-", "-o", "-", "--exit", "0", input: bytes).output == bytes)
  }

  @Test func recordsGoToStandardErrorWhileTheImageTakesStandardOutput() async throws {
    let result = try await Tool.run("enhance", "-", "-o", "-", "--exit", "2", "--json", input: TestImages.jpeg())
    #expect(ImageFormat.detect(result.output) == .jpeg)
    let lines = result.error.split(separator: "\n")
    #expect(lines.count == 2)
    let record = try JSONDecoder().decode(ImageRecord.self, from: Data(lines[1].utf8))
    #expect(record.status == .enhanced && record.exit == 2 && record.path == "-")
  }

  @Test(arguments: [[UInt8](), Array("hello, world".utf8), [0xFF, 0xD8, 0xFF, 0xE0, 0, 16]])
  func nothingButAnErrorComesOutOfWhatIsNoImage(bytes: [UInt8]) async throws {
    let result = try await Tool.run("enhance", "-", "-o", "-", input: bytes)
    #expect(result.status == 65)
    #expect(result.output.isEmpty)
    #expect(result.error.hasPrefix("error: -: "))
  }

  @Test func aTruncatedImageGivesNoOutput() async throws {
    let result = try await Tool.run("enhance", "-", "-o", "-", input: Array(TestImages.jpeg().dropLast(100)))
    #expect(result.status == 65)
    #expect(result.output.isEmpty)
    #expect(result.error.contains("truncated") || result.error.contains("ends"))
  }

  @Test func aFileCanGoToStandardOutputAndBack() async throws {
    let scratch = try Scratch()
    let input = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    let streamed = try await Tool.run("enhance", input, "-o", "-", "--exit", "1")
    let stored = try await Tool.run("enhance", "-", "-o", scratch("b.jpg"), "--exit", "1", input: TestImages.jpeg())
    #expect(stored.status == 0)
    #expect(try scratch.bytes(of: "b.jpg") == streamed.output)
  }

  @Test func anExistingFileIsNotReplacedUnasked() async throws {
    let scratch = try Scratch()
    let output = try scratch.write(Array("precious".utf8), to: "b.jpg")
    let result = try await Tool.run("enhance", "-", "-o", output, "--exit", "1", input: TestImages.jpeg())
    #expect(result.status == 0 && result.error.contains("skipped"))
    #expect(try scratch.bytes(of: "b.jpg") == Array("precious".utf8))
    _ = try await Tool.run(
      "enhance", "-", "-o", output, "--exit", "1", "--existing", "overwrite", input: TestImages.jpeg())
    #expect(ImageFormat.detect(try scratch.bytes(of: "b.jpg")) == .jpeg)
  }

  @Test func aPrivateFileStaysPrivate() async throws {
    let scratch = try Scratch()
    let output = try scratch.write(Array("precious".utf8), to: "b.jpg")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: output)
    let result = try await Tool.run(
      "enhance", "-", "-o", output, "--exit", "1", "--existing", "overwrite", input: TestImages.jpeg())
    let attributes = try FileManager.default.attributesOfItem(atPath: output)
    #expect(result.status == 0 && attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func onePipeCarriesOneImage() async throws {
    let scratch = try Scratch()
    let directory = try await Tool.run("enhance", scratch.url.path, "-o", "-")
    #expect(directory.status == 64 && directory.error.contains("is a directory"))
    #expect(try await Tool.run("enhance", "-", "a.jpg", "-o", "-").status == 64)
    let result = try await Tool.run("enhance", "-", input: TestImages.jpeg())
    #expect(result.status == 64)
    #expect(result.error.contains("-o"))
  }

  @Test func patternsHaveNothingToChooseFrom() async throws {
    let scratch = try Scratch()
    let input = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    for option in ["--include", "--exclude"] {
      let result = try await Tool.run("enhance", input, "-o", "-", option, "*.png")
      #expect(result.status == 64 && result.output.isEmpty && result.error.contains(option))
    }
  }

  @Test func cmykToPNGIsRefusedWithTheReason() async throws {
    let result = try await Tool.run(
      "enhance", "-", "-o", "-", "--exit", "1", "--format", "png", input: TestImages.cmyk())
    #expect(result.status == 65)
    #expect(result.output.isEmpty)
    #expect(result.error.contains("CMYK"))
  }

  @Test func aReaderThatGoesAwayEndsTheProgramQuietly() async throws {
    let scratch = try Scratch()
    // Bytes behind the end of a picture travel along at exit 0; here they are more than a pipe holds.
    let input = try scratch.write(TestImages.jpeg() + [UInt8](repeating: 0, count: 1 << 20), to: "a.jpg")
    let command = "'\(Tool.path)' enhance '\(input)' -o - --exit 0 | true; exit ${PIPESTATUS[0]}"
    let result = try await Tool.run("/bin/bash", ["-c", command])
    #expect(result.status == 128 + SIGPIPE)
    #expect(result.error.isEmpty)
  }

  @Test func aDirectoryIsNoPlaceForWhatHasNoName() async throws {
    let scratch = try Scratch()
    for output in [scratch.url.path, scratch("new") + "/"] {
      let result = try await Tool.run("enhance", "-", "-o", output, input: TestImages.jpeg())
      #expect(result.status == 64)
    }
    #expect(try scratch.names().isEmpty)
  }

  @Test func pipesOfTheShellWork() async throws {
    let scratch = try Scratch()
    let input = try scratch.write(TestImages.jpeg(), to: "a.jpg")
    let command = "cat '\(input)' | '\(Tool.path)' enhance - -o - --exit 1 | cat > '\(scratch("b.jpg"))'"
    #expect(try await Tool.run("/bin/sh", ["-c", command]).status == 0)
    #expect(try scratch.bytes(of: "b.jpg") == (try await Tool.run("enhance", input, "-o", "-", "--exit", "1")).output)
  }

  @Test func terminalsAreRefused() async throws {
    let scratch = try Scratch()
    let input = try scratch.write(TestImages.png(), to: "a.png")
    // script(1) gives the program a terminal for all its streams.
    let result = try await Tool.run(
      "/usr/bin/script", ["-qec", "'\(Tool.path)' enhance '\(input)' -o -", "/dev/null"])
    #expect(result.status == 64)
    #expect(result.text.contains("terminal"))
  }
}
