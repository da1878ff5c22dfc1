import Imaging
import Testing

@Suite struct JPEGMetadataTests {
  private func roundTrip(_ metadata: Metadata) throws -> Metadata {
    try ImageDecoder.decode(ImageEncoder.encode(.sample(.ycbcr, metadata: metadata), as: .jpeg())).metadata
  }

  private func decoded(inserting segments: [UInt8]) throws -> Image {
    try ImageDecoder.decode(JPEGFile.inserting(segments, into: Fixture.bytes("ycbcr-420.jpg")))
  }

  @Test func longProfilesAreSplitAndJoined() throws {
    for count in [1, 65519, 65520, 200_000] {
      let profile = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 31 >> 3) }
      #expect(try roundTrip(Metadata(iccProfile: profile)).iccProfile == profile)
    }
  }

  @Test func everythingSurvivesFromJPEGToJPEG() throws {
    let metadata = Metadata(
      iccProfile: [1, 2, 3], exif: TestEXIF.body(orientation: 3), xmp: Array("<x/>".utf8),
      extendedXMP: ExtendedXMP(guid: Array(repeating: 0x41, count: 32), content: Array(repeating: 7, count: 150_000)),
      iptc: [Array("8BIM....".utf8)], comments: [[1], [2, 3]], density: Density(unit: .perCentimetre, x: 40, y: 50),
      otherSegments: [JPEGSegment(marker: 0xE1, content: Array("FLIR\0data".utf8))])
    #expect(try roundTrip(metadata) == metadata)
    #expect(metadata.losses(writingAs: .jpeg).isEmpty)
    #expect(
      metadata.losses(writingAs: .png) == [
        .noPlace(.extendedXMP, in: .png), .noPlace(.iptc, in: .png), .noPlace(.other, in: .png),
      ])
  }

  @Test func thumbnailsOfPhotoshopAreLeftOut() throws {
    func resource(_ identifier: UInt16, name: String = "", _ data: [UInt8]) -> [UInt8] {
      var bytes = Array("8BIM".utf8)
      bytes += [UInt8(identifier >> 8), UInt8(identifier & 255), UInt8(name.utf8.count)]
      bytes += Array(name.utf8)
      if bytes.count % 2 == 1 { bytes.append(0) }
      bytes += PNGFile.bigEndian(data.count)
      bytes += data
      if bytes.count % 2 == 1 { bytes.append(0) }
      return bytes
    }
    let caption = resource(0x0404, name: "a name", [1, 2, 3])
    let thumbnail = resource(0x040C, [UInt8](repeating: 9, count: 70_001))
    let slices = resource(0x041A, [4, 5])
    let all = caption + thumbnail + resource(0x0409, name: "x", [6]) + slices
    // Segments go on where those before them end, in the middle of a thumbnail here.
    let parts = [Array(all[..<60_000]), Array(all[60_000...])]
    #expect(try roundTrip(Metadata(iptc: parts)).iptc == [caption + slices])
    // What can't be read stays.
    let strange = [caption + [1, 2, 3], Array(all[..<100])]
    #expect(try roundTrip(Metadata(iptc: strange)).iptc == strange)
    #expect(try roundTrip(Metadata(iptc: [thumbnail.suffix(60_000)])).iptc == [thumbnail.suffix(60_000)])
  }

  @Test func whatIsTooLongIsLeftOutButNotTheOrientation() throws {
    let exif = TestEXIF.body(orientation: 8) + [UInt8](repeating: 0, count: 70_000)
    let metadata = Metadata(exif: exif, xmp: [UInt8](repeating: 32, count: 70_000))
    let back = try roundTrip(metadata)
    #expect(back.orientation == 8 && back.exif?.count == 26 && back.xmp == nil)
    let losses = metadata.losses(writingAs: .jpeg)
    #expect(
      losses == [
        .tooLarge(.exif, bytes: exif.count, limit: 65527), .tooLarge(.xmp, bytes: 70_000, limit: 65504),
      ])
    let png = Image.sample(.rgb, metadata: metadata)
    #expect(try ImageDecoder.decode(ImageEncoder.encode(png, as: .png())).metadata == metadata)
  }

  @Test func damagedPiecesAreLeftOutAndNoted() throws {
    let icc = Array("ICC_PROFILE\0".utf8)
    let half = try decoded(inserting: JPEGFile.segment(0xE2, icc + [1, 2, 9, 9]))
    #expect(half.metadata.iccProfile == nil && half.notices == [.damaged(.icc)])
    let wrong = try decoded(inserting: JPEGFile.segment(0xE2, icc + [3, 2, 9, 9]))
    #expect(wrong.notices == [.damaged(.icc)])
    let exif = try decoded(inserting: JPEGFile.segment(0xE1, Array("Exif\0\0nonsense".utf8)))
    #expect(exif.metadata.exif == nil && exif.notices == [.damaged(.exif)])
    let extended = Array("http://ns.adobe.com/xmp/extension/\0".utf8)
    let gap = try decoded(
      inserting: JPEGFile.segment(
        0xE1, extended + [UInt8](repeating: 65, count: 32) + [0, 0, 0, 9] + [0, 0, 0, 5] + [1]))
    #expect(gap.metadata.extendedXMP == nil && gap.notices == [.damaged(.extendedXMP)])
  }

  @Test func segmentsThatOnlyHoldForTheOldPictureGo() throws {
    let image = try decoded(
      inserting: JPEGFile.segment(0xE2, Array("MPF\0II*\0".utf8)) + box("jumb")
        + JPEGFile.segment(0xEC, Array("Ducky\0".utf8)) + JPEGFile.segment(0xE0, Array("JFXX\0".utf8)))
    #expect(image.notices == [.furtherPictures, .contentCredentials])
    #expect(image.metadata.isEmpty)
  }

  /// A segment with the beginning of a box.
  private func box(_ type: String) -> [UInt8] {
    // Numbers of the box and of its part, and its length.
    let head = Array("JP".utf8) + [0, 1, 0, 0, 0, 1, 0, 0, 0, 16]
    return JPEGFile.segment(0xEB, head + Array(type.utf8) + [UInt8](repeating: 5, count: 8))
  }

  @Test func boxesOfOtherKindsAreNoSignatures() throws {
    // What a JPEG XT file adds to the pixels as they were.
    let image = try decoded(inserting: box("RESI") + box("RESI"))
    #expect(image.notices == [.outdated(.other)] && image.metadata.isEmpty)
    #expect(try decoded(inserting: JPEGFile.segment(0xEB, Array("JP".utf8))).notices == [.outdated(.other)])
    let others = try decoded(inserting: JPEGFile.segment(0xEB, Array("HDR_RI".utf8)))
    #expect(others.notices.isEmpty && others.metadata.otherSegments.count == 1)
  }

  @Test(arguments: ["ycbcr-420.jpg", "ycbcr-420-progressive.jpg", "ycbcr-420-scans.jpg"])
  func metadataBehindScansAreRead(name: String) throws {
    let bytes = try Fixture.bytes(name)
    let plain = try ImageDecoder.decode(bytes)
    let exif = JPEGFile.segment(0xE1, Array("Exif\0\0".utf8) + TestEXIF.body(orientation: 6))
    let late = JPEGFile.segment(0xFE, [7, 8]) + exif + JPEGFile.segment(0xED, Array("Photoshop 3.0\0xyz".utf8))
    let trailer = [UInt8](repeating: 9, count: 99)
    let image = try ImageDecoder.decode(Array(bytes.dropLast(2)) + late + [0xFF, 0xD9] + trailer)
    #expect(image.samples == plain.samples && image.notices.isEmpty)
    #expect(image.metadata.comments == [[7, 8]] && image.metadata.orientation == 6)
    #expect(image.metadata.iptc == [Array("xyz".utf8)] && image.metadata.trailer.elementsEqual(trailer))
    // Without an end nobody knows whether it is the picture's.
    #expect(try ImageDecoder.decode(bytes + late).metadata.comments.isEmpty)
    let stripped = MetadataRewriter.applying(
      .none, to: Array(bytes.dropLast(2)) + late + [0xFF, 0xD9], metadata: image.metadata)
    let after = try ImageDecoder.decode(stripped)
    #expect(after.metadata.orientation == 6 && after.metadata.comments.isEmpty && after.samples == plain.samples)
  }

  @Test func metadataBetweenScansAreRead() throws {
    let bytes = try Fixture.bytes("ycbcr-420-progressive.jpg")
    let scans = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
    let second = try #require(scans.dropFirst().first)
    let image = try ImageDecoder.decode(
      Array(bytes[..<second]) + JPEGFile.segment(0xFE, [1]) + Array(bytes[second...]))
    #expect(image.metadata.comments == [[1]] && image.notices.isEmpty)
  }
}
