import Imaging
import Testing

@Suite struct DecodingTests {
  @Test func thereArePicturesOfEveryKind() {
    #expect(Fixture.pictures.count == 58)
  }

  @Test(arguments: Fixture.pictures)
  func samplesAreThoseOfIndependentDecoders(picture: Fixture.Picture) throws {
    let image = try ImageDecoder.decodeSamples(try Fixture.bytes(picture.file))
    #expect(image.width == picture.width && image.height == picture.height)
    #expect(image.colorModel == picture.colorModel)
    #expect(image.bitDepth == picture.bitDepth)
    #expect(image.hasAlpha == picture.hasAlpha)
    #expect(image.channels == picture.channels)
    #expect(try image.interleaved == picture.golden())
    #expect(image.notices.isEmpty)
  }

  @Test(arguments: Fixture.pictures)
  func headersTellTheSameWithoutDecoding(picture: Fixture.Picture) throws {
    let header = try ImageDecoder.inspect(try Fixture.bytes(picture.file))
    #expect(header.width == picture.width && header.height == picture.height)
    #expect(header.colorModel == picture.colorModel && header.bitDepth == picture.bitDepth)
    #expect(header.hasAlpha == picture.hasAlpha && header.channels == picture.channels)
    #expect(header.format == (picture.file.hasSuffix(".png") ? .png : .jpeg))
    let isWhole = ["progressive", "scans", "interlaced"].contains { picture.name.hasSuffix($0) }
    if picture.name != "png-palette-4-alpha" { #expect(header.needsWholePicture == isWhole) }
    #expect((header.codecMemory > 0) == (header.needsWholePicture || header.keepsCoefficients))
  }

  @Test func jpegFilesDescribeThemselves() throws {
    let plain = try #require(try Fixture.picture("ycbcr-420").decoded().jpeg)
    #expect(plain.sampling == .s420 && !plain.isProgressive && !plain.isArithmetic && plain.restartInterval == 0)
    #expect(plain.estimatedQuality == 80 && plain.hasStandardTables && plain.adobeTransform == nil)
    #expect(plain.quantizationTables[0].prefix(4) == [6, 4, 4, 6] && plain.quantizationTables[2].isEmpty)
    #expect(try Fixture.picture("ycbcr-444").decoded().jpeg?.sampling == .s444)
    #expect(try Fixture.picture("ycbcr-422").decoded().jpeg?.sampling == .s422)
    #expect(try Fixture.picture("ycbcr-440").decoded().jpeg?.sampling == .s440)
    #expect(try Fixture.picture("ycbcr-411").decoded().jpeg?.sampling == .s411)
    #expect(try Fixture.picture("ycbcr-420-progressive").decoded().jpeg?.isProgressive == true)
    #expect(try Fixture.picture("ycbcr-420-arithmetic").decoded().jpeg?.isArithmetic == true)
    #expect(try Fixture.picture("ycbcr-420-restart").decoded().jpeg?.restartInterval == 1)
    #expect(try Fixture.picture("cmyk-adobe").decoded().jpeg?.adobeTransform == 0)
    #expect(try Fixture.picture("ycck-adobe").decoded().jpeg?.isYCCK == true)
    #expect(try Fixture.picture("cmyk-plain").decoded().jpeg?.adobeTransform == nil)
  }

  @Test(arguments: [1, 5, 10, 25, 49, 50, 75, 90, 95, 100])
  func qualityIsEstimatedFromTables(quality: Int) throws {
    for model in [ColorModel.ycbcr, .gray] {
      let bytes = try ImageEncoder.encode(.sample(model), as: .jpeg(JPEGOptions(quality: quality)))
      let jpeg = try #require(try ImageDecoder.inspect(bytes).jpeg)
      #expect(jpeg.hasStandardTables)
      #expect(jpeg.estimatedQuality == quality)
    }
  }

  @Test func qualityIsEstimatedFromStepsAbove255() throws {
    // At quality 50 steps are the standard's own, at 10 five times as large; 8 bits can't hold them all.
    let bytes = try ImageEncoder.encode(.sample(.ycbcr), as: .jpeg(JPEGOptions(quality: 50)))
    var tables: [UInt8] = []
    for content in JPEGFile.contents(0xDB, of: bytes) {
      for start in stride(from: 0, to: content.count, by: 65) {
        let steps = content[start + 1..<start + 65].map { 5 * Int($0) }
        tables += [0x10 | content[start]] + steps.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
      }
    }
    let first = try #require(bytes.firstIndex(ofSequence: [0xFF, 0xC0]))
    let file = Array(bytes[..<first]) + JPEGFile.segment(0xDB, tables) + Array(bytes[first...])
    let jpeg = try #require(try ImageDecoder.inspect(file).jpeg)
    #expect(jpeg.estimatedQuality == 10 && jpeg.hasStandardTables)
  }

  @Test func tablesThatAreNotThereAreNoStandardOnes() throws {
    var bytes = try ImageEncoder.encode(.sample(.gray), as: .jpeg(JPEGOptions(quality: 80)))
    let table = try #require(bytes.firstIndex(ofSequence: [0xFF, 0xDB]))
    bytes[table + 1] = 0xFE
    #expect(try ImageDecoder.inspect(bytes).jpeg?.hasStandardTables == false)
  }

  @Test func whatFollowsTheEndIsIgnored() throws {
    for name in ["ycbcr-420", "ycbcr-420-progressive", "png-rgb-8"] {
      let picture = Fixture.picture(name)
      let bytes = try Fixture.bytes(picture.file)
      let image = try ImageDecoder.decode(bytes)
      for tail in [[1, 2, 3, 0xFF], [0xFF, 0xD8, 0xFF], [0xFF, 0xC0, 0, 4, 0, 0], Array(bytes)] {
        #expect(try ImageDecoder.decode(bytes + tail).samples == image.samples)
      }
    }
  }

  @Test func formatsAreDetectedByContent() throws {
    #expect(ImageFormat.detect(try Fixture.bytes("gray.jpg")) == .jpeg)
    #expect(ImageFormat.detect(try Fixture.bytes("png-gray-1.png").prefix(8)) == .png)
    #expect(ImageFormat.detect([0xFF, 0xD8]) == nil)
    #expect(ImageFormat.detect(Array("GIF89a".utf8)) == nil)
  }
}
