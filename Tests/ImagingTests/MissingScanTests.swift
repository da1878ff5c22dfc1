import Imaging
import Testing

/// Progressive files that end, in good order, before their last scans.
@Suite struct MissingScanTests {
  private static let files = [
    "ycbcr-420-progressive.jpg", "gray-progressive.jpg", "ycbcr-420-arithmetic-progressive.jpg",
  ]

  /// The file with its first scans alone.
  private func cut(_ bytes: [UInt8], after scans: Int) throws -> [UInt8] {
    let starts = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
    try #require(starts.count > scans)
    return Array(bytes[..<starts[scans]]) + [0xFF, 0xD9]
  }

  @Test(arguments: files) func theyAreTold(name: String) throws {
    let bytes = try Fixture.bytes(name)
    let scans = bytes.indices.dropLast().count { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
    let whole = try ImageDecoder.decode(bytes)
    #expect(whole.notices.isEmpty)
    for count in 1..<scans {
      let file = try cut(bytes, after: count)
      let image = try ImageDecoder.decode(file)
      #expect(image.notices == [.missingScans], "\(count) of \(scans)")
      #expect(try ImageDecoder.decodeSamples(file).notices == [.missingScans])
      #expect(image.jpeg == whole.jpeg)
    }
  }

  /// Of what no scan has sent, nothing may be held to.
  @Test(arguments: files) func whatWasNotSentIsUnknown(name: String) throws {
    let bytes = try Fixture.bytes(name)
    let first = try #require(try ImageDecoder.decode(cut(bytes, after: 1)).coefficients)
    for component in first.components {
      #expect(component.steps[0] > 0 && component.steps.dropFirst().allSatisfy { $0 == 0 })
    }
    let second = try #require(try ImageDecoder.decode(cut(bytes, after: 2)).coefficients)
    let luma = second.components[0].steps
    // The first five in the order of coding come besides.
    #expect(luma.indices.filter { luma[$0] > 0 } == [0, 1, 2, 8, 9, 16])
    let whole = try #require(try ImageDecoder.decode(bytes).coefficients)
    #expect(whole.components.allSatisfy { !$0.steps.contains(0) })
  }

  @Test func otherFilesLackNothing() throws {
    for picture in Fixture.pictures where picture.file.hasSuffix(".jpg") {
      #expect(try picture.decoded().notices.isEmpty, "\(picture)")
    }
    for file in CoefficientFile.all {
      #expect(try !ImageDecoder.decode(file.bytes()).notices.contains(.missingScans), "\(file)")
    }
  }
}
