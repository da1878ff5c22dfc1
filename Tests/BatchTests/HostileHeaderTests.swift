import Batch
import Imaging
import RBQE
import Reporting
import Testing

/// Files that claim more pixels than any sum of them could hold.
@Suite struct HostileHeaderTests {
  /// A PNG file that ends where its pixels begin.
  private static func claim(width: UInt32, height: UInt32) -> [UInt8] {
    func bigEndian(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let header: [UInt8] = Array("IHDR".utf8) + bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0]
    var checksum = UInt32.max
    for byte in header {
      checksum ^= UInt32(byte)
      for _ in 0..<8 { checksum = checksum & 1 == 0 ? checksum >> 1 : (checksum >> 1) ^ 0xEDB8_8320 }
    }
    return signature + bigEndian(13) + header + bigEndian(~checksum) + bigEndian(1) + Array("IDAT".utf8)
  }

  private static let largest = claim(width: 0x7FFF_FFFF, height: 0x7FFF_FFFF)

  @Test(arguments: [false, true]) func picturesBesideThemAreEnhanced(progressive: Bool) throws {
    let scratch = try Scratch()
    for index in 0..<3 { try scratch.write(Self.largest, to: "in/\(index)-claim.png") }
    try scratch.write(Self.claim(width: 2_000_000, height: 2_000_000), to: "in/3-claim.png")
    for index in 0..<4 { try scratch.write(SampleFile.png(), to: "in/\(index)-picture.png") }
    let plan = try OutputPlan(
      sources: Discovery(inputs: [scratch("in")]).sources, destination: .directory(scratch("out")), format: .jpeg,
      existing: .skip)
    #expect(plan.pixels == .max)
    let worker = try processor(exit: 1, options: OutputOptions(jpeg: JPEGOptions(progressive: progressive)))
    let summary = BatchRunner(processor: worker, options: BatchOptions(jobs: 2)).run(plan)
    #expect(summary[.failed] == 4 && summary[.enhanced] == 4)
    #expect(!ProgressLine(summary.progress, now: summary.start + .seconds(9)).text(width: 200).isEmpty)
  }

  @Test func theyNeedAllTheMemoryThatThereIs() throws {
    for bytes in [Self.largest, Self.claim(width: 2_000_000, height: 2_000_000)] {
      let header = try ImageDecoder.inspect(bytes)
      for progressive in [false, true] {
        let worker = try processor(exit: 1, options: OutputOptions(jpeg: JPEGOptions(progressive: progressive)))
        #expect(worker.memoryNeeded(for: header, to: .jpeg, fileSize: bytes.count, threads: nil) == .max)
      }
    }
  }
}
