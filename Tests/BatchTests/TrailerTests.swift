import Batch
import Imaging
import Reporting
import Testing

/// What follows a JPEG picture, such as the video of a motion photo, on its way from file to file.
@Suite struct TrailerTests {
  private static let video = Array("....ftypmp42".utf8) + (1...300).map { UInt8(truncatingIfNeeded: $0) }

  private func process(
    exit: Int, _ policy: MetadataPolicy, to format: ImageFormat? = nil
  ) throws -> (hasVideo: Bool, warnings: [String]?) {
    var record = ImageRecord(path: "a.jpg", status: .failed)
    let result = try processor(exit: exit, options: OutputOptions(metadata: policy))
      .process(SampleFile.jpeg() + Self.video, to: format, threads: 1, record: &record)
    return (result.suffix(Self.video.count).elementsEqual(Self.video), record.warnings)
  }

  @Test(arguments: [0, 1]) func itIsKeptWithAllMetadata(exit: Int) throws {
    let (hasVideo, warnings) = try process(exit: exit, .all)
    #expect(hasVideo && warnings == nil)
  }

  @Test(arguments: [0, 1]) func leavingItBehindIsTold(exit: Int) throws {
    let warning = ImageNotice.trailer(bytes: Self.video.count).description
    for (policy, format) in [(.icc, nil), (.none, nil), (.all, .png)] as [(MetadataPolicy, ImageFormat?)] {
      let (hasVideo, warnings) = try process(exit: exit, policy, to: format)
      #expect(!hasVideo && warnings == [warning], "\(policy)")
    }
  }
}
