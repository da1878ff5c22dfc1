import Batch
import Foundation
import SystemPackage
import Testing

/// When a file counts as complete.
@Suite struct WatchTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  private var watch: Watch { Watch(directories: [scratch.path], options: Discovery.Options()) }

  private func touch(_ name: String, at time: Double) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: time)], ofItemAtPath: scratch(name).string)
  }

  @Test func aFileIsNewOnceItLooksTheSameTwice() throws {
    var watch = watch
    try scratch.write(SampleFile.jpeg(), to: "a.jpg")
    #expect(watch.look().new.isEmpty)
    try touch("a.jpg", at: 1000)
    #expect(watch.look().new.isEmpty)
    #expect(watch.look().new.map(\.relativePath.string) == ["a.jpg"])
    #expect(watch.look().new.isEmpty)
    try scratch.write(SampleFile.png(), to: "deep/b.png")
    _ = watch.look()
    let finding = watch.look()
    #expect(finding.new.map(\.relativePath.string) == ["deep/b.png"])
    #expect(finding.all.map(\.relativePath.string).sorted() == ["a.jpg", "deep/b.png"])
  }

  @Test func aFileThatChangesIsNewAgain() throws {
    var watch = watch
    try scratch.write(SampleFile.jpeg(), to: "a.jpg")
    _ = (watch.look(), watch.look())
    try scratch.write(SampleFile.jpeg(quality: 50), to: "a.jpg")
    try touch("a.jpg", at: 2000)
    #expect(watch.look().new.isEmpty)
    #expect(watch.look().new.count == 1)
    try FileManager.default.removeItem(atPath: scratch("a.jpg").string)
    #expect(watch.look().all.isEmpty)
  }

  @Test func whatWasRefusedHoldsNoPlaceUntilItChanges() throws {
    var watch = watch
    try scratch.write(SampleFile.jpeg(), to: "a.jpg")
    try scratch.write(SampleFile.png(), to: "a.png")
    _ = (watch.look(), watch.look())
    watch.refuse(scratch("a.png"))
    var finding = watch.look()
    #expect(finding.new.isEmpty && finding.all.map(\.relativePath.string) == ["a.jpg"] && finding.rejections.isEmpty)
    try scratch.write(SampleFile.png(width: 30), to: "a.png")
    try touch("a.png", at: 3000)
    _ = watch.look()
    finding = watch.look()
    #expect(finding.new.map(\.relativePath.string) == ["a.png"])
  }

  @Test func onlyDirectoriesThatAreThereAreWatched() throws {
    let file = try scratch.write(SampleFile.jpeg(), to: "a.jpg")
    func reason(_ directories: FilePath...) -> Errno? {
      (Watch.obstacle(to: directories)?.reason as? FileError)?.reason
    }
    #expect(reason(scratch("missing"), file) == .noSuchFileOrDirectory)
    #expect(reason(file) == .notDirectory)
    // One that is missing may yet come.
    #expect(Watch.obstacle(to: [scratch("missing"), scratch.path]) == nil)
  }

  @Test func whatHasNoPlaceIsCalledAsRecordsCallIt() throws {
    try scratch.write(SampleFile.jpeg(), to: "deep/a.jpg")
    let source = try #require(Discovery(inputs: [scratch.path]).sources.first)
    let collision = OutputPlanError.sharedOutput("b", source.path, output: "c")
    let rejection = source.rejected(for: collision)
    #expect(rejection.displayName == "deep/a.jpg" && rejection.outcome.record.status == .failed)
    #expect(rejection.reason as? OutputPlanError == collision)
  }

  @Test func whatIsNoImageIsSaidOnceAndMayBecomeOne() throws {
    var watch = watch
    try scratch.write([], to: "a.jpg")
    #expect(watch.look().rejections.isEmpty)
    #expect(watch.look().rejections.count == 1)
    #expect(watch.look().rejections.isEmpty)
    try scratch.write(SampleFile.jpeg(), to: "a.jpg")
    _ = watch.look()
    #expect(watch.look().new.count == 1)
  }

  /// A copy that stalls is one picture; another one under the name of what is gone is not.
  @Test func whatGoesOnBeingWrittenIsTheSamePicture() throws {
    var watch = watch
    let path = try scratch.write(SampleFile.jpeg(), to: "a.jpg")
    _ = watch.look()
    #expect(watch.look().changing.isEmpty)
    let handle = try FileHandle(forWritingTo: URL(filePath: path.string))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(repeating: 1, count: 99))
    try handle.close()
    _ = watch.look()
    let grown = watch.look()
    #expect(grown.new.count == 1 && grown.changing == Set(grown.new.map(\.path)))
    try FileManager.default.removeItem(atPath: path.string)
    _ = watch.look()
    try scratch.write(SampleFile.jpeg(quality: 70), to: "a.jpg")
    _ = watch.look()
    let other = watch.look()
    #expect(other.new.count == 1 && other.changing.isEmpty)
  }
}
