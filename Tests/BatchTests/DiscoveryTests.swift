import Batch
import Foundation
import SystemPackage
import Testing

@Suite struct DiscoveryTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  private func discover(excluding: String? = nil, filter: PathFilter = PathFilter(), follows: Bool = false) -> Discovery
  {
    var options = Discovery.Options()
    options.excluding = excluding.map { scratch($0) }
    options.filter = filter
    options.followsLinks = follows
    return Discovery(inputs: [scratch.path], options: options)
  }

  @Test func directoriesAreSearchedInTheOrderOfNames() throws {
    try scratch.write(SampleFile.png(), to: "b/z.png")
    try scratch.write(SampleFile.jpeg(), to: "b/a.jpg")
    try scratch.write(SampleFile.jpeg(), to: "a.jpeg")
    let found = discover()
    #expect(found.sources.map(\.relativePath.string) == ["a.jpeg", "b/a.jpg", "b/z.png"])
    #expect(found.sources.map(\.format) == [.jpeg, .jpeg, .png])
    #expect(found.rejections.isEmpty && found.ignoredCount == 0)
  }

  @Test func contentDecidesNotTheName() throws {
    try scratch.write(SampleFile.png(), to: "really-png.jpg")
    try scratch.write(SampleFile.jpeg(), to: "no-extension")
    let found = discover()
    #expect(found.sources.map(\.format) == [.jpeg, .png])
  }

  @Test func filesNamedLikeImagesThatAreNoneAreFailures() throws {
    try scratch.write([], to: "empty.JPG")
    try scratch.write(Array("hello".utf8), to: "text.png")
    try scratch.write(Array("hello".utf8), to: "notes.txt")
    let found = discover()
    #expect(found.sources.isEmpty)
    #expect(found.rejections.map(\.path.lastComponent?.string) == ["empty.JPG", "text.png"])
    #expect(found.rejections.map { $0.reason as? DiscoveryError } == [.empty, .notAnImage])
    #expect(found.ignoredCount == 1)
  }

  @Test func hiddenFilesAndLinksArePassedOver() throws {
    try scratch.write(SampleFile.png(), to: "seen.png")
    try scratch.write(SampleFile.png(), to: ".hidden.png")
    try scratch.write(SampleFile.png(), to: ".git/inside.png")
    try FileManager.default.createSymbolicLink(
      atPath: scratch("link.png").string, withDestinationPath: scratch("seen.png").string)
    try FileManager.default.createSymbolicLink(
      atPath: scratch("loop").string, withDestinationPath: scratch.path.string)
    #expect(discover().sources.map(\.relativePath.string) == ["seen.png"])
  }

  @Test func theOutputDirectoryIsNotSearched() throws {
    try scratch.write(SampleFile.png(), to: "a.png")
    try scratch.write(SampleFile.png(), to: "out/a.png")
    #expect(discover(excluding: "out").sources.map(\.relativePath.string) == ["a.png"])
  }

  @Test func namedInputsThatAreNoFilesAreFailures() throws {
    #expect(mkfifo(scratch("pipe.jpg").string, 0o600) == 0)
    let found = Discovery(inputs: [scratch("missing.jpg"), scratch("pipe.jpg")])
    #expect(found.rejections.count == 2)
    #expect((found.rejections[0].reason as? FileError)?.reason == .noSuchFileOrDirectory)
    #expect((found.rejections[1].reason as? DiscoveryError) == .notAFile)
    // In a directory a pipe must not hold up the search.
    #expect(discover().ignoredCount == 1)
  }

  @Test func namesNeedNotBeUTF8() throws {
    let name = scratch.path.string + "/caf"
    let bytes = Array(name.utf8CString.dropLast()) + [CChar(bitPattern: 0xE9), CChar(bitPattern: 0)]
    let file = try #require(bytes.withUnsafeBufferPointer { $0.baseAddress.flatMap { fopen($0, "wb") } })
    let png = try SampleFile.png()
    #expect(fwrite(png, 1, png.count, file) == png.count)
    fclose(file)
    let found = discover()
    #expect(found.sources.count == 1)
    #expect(try FileContents.read(found.sources[0].path) == png)
  }

  @Test func namesThatAreNoUTF8StayApart() throws {
    for byte: UInt8 in [0xFE, 0xFF] {
      let name = scratch.path.string.utf8CString.dropLast() + [0x2F, CChar(bitPattern: byte), 0]
      let file = try #require(name.withUnsafeBufferPointer { $0.baseAddress.flatMap { fopen($0, "wb") } })
      let png = try SampleFile.png()
      #expect(fwrite(png, 1, png.count, file) == png.count)
      fclose(file)
    }
    let plan = try OutputPlan(
      sources: discover().sources, destination: .directory(scratch("out")), format: nil, existing: .skip)
    #expect(plan.items.count == 2)
  }
}
