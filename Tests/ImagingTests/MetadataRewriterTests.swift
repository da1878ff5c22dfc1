import Imaging
import Testing

@Suite struct MetadataRewriterTests {
  private static let files = ["metadata.jpg", "metadata.png", "ycbcr-420-scans.jpg", "cmyk-adobe.jpg"]

  @Test(arguments: files)
  func allLeavesEveryByte(name: String) throws {
    let bytes = try Fixture.bytes(name)
    let metadata = try ImageDecoder.decode(bytes).metadata
    #expect(MetadataRewriter.applying(.all, to: bytes + [1], metadata: metadata) == bytes + [1])
  }

  @Test(arguments: files)
  func pixelsStayAndMetadataGo(name: String) throws {
    let bytes = try Fixture.bytes(name)
    let before = try ImageDecoder.decode(bytes)
    for policy in [MetadataPolicy.icc, .none] {
      let stripped = MetadataRewriter.applying(policy, to: bytes + Array("trailing".utf8), metadata: before.metadata)
      let after = try ImageDecoder.decode(stripped)
      #expect(after.samples == before.samples && after.jpeg == before.jpeg)
      #expect(after.metadata.iccProfile == (policy == .icc ? before.metadata.iccProfile : nil))
      #expect(after.metadata.orientation == before.metadata.orientation)
      #expect(after.metadata.exif?.count == (before.metadata.orientation == 1 ? nil : 26))
      #expect(after.metadata.xmp == nil && after.metadata.comments.isEmpty && after.metadata.density == nil)
      #expect(after.metadata.otherChunks.isEmpty)
      #expect(stripped.count < bytes.count + 60)
    }
  }

  @Test func nothingElseOfTheFileChanges() throws {
    let bytes = try ImageEncoder.encode(.sample(.ycbcr), as: .jpeg(JPEGOptions(progressive: true)))
    #expect(MetadataRewriter.applying(.none, to: bytes, metadata: Metadata()) == bytes)
    let png = try ImageEncoder.encode(.sample(.rgb), as: .png())
    #expect(MetadataRewriter.applying(.none, to: png, metadata: Metadata()) == png)
  }
}
