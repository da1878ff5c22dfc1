import Imaging
import Testing

@Suite struct EncodingTests {
  private static let pngKinds: [(ColorModel, BitDepth, Bool)] = [
    (.gray, .eight, false), (.gray, .eight, true), (.gray, .sixteen, false), (.gray, .sixteen, true),
    (.rgb, .eight, false), (.rgb, .eight, true), (.rgb, .sixteen, false), (.rgb, .sixteen, true),
  ]

  @Test(arguments: pngKinds)
  func pngLosesNothing(model: ColorModel, depth: BitDepth, alpha: Bool) throws {
    let image = Image.sample(model, depth, alpha: alpha)
    var sizes: [Int] = []
    for level in 0...9 {
      let bytes = try ImageEncoder.encode(image, as: .png(PNGOptions(level: level)))
      let back = try ImageDecoder.decode(bytes)
      #expect(back.samples == image.samples && back.alpha == image.alpha && back.colorModel == model)
      sizes.append(bytes.count)
    }
    if depth == .eight { #expect(sizes[9] < sizes[0]) }
  }

  @Test(arguments: Fixture.pictures)
  func everyPictureCanBeWrittenAgain(picture: Fixture.Picture) throws {
    let image = try picture.decoded()
    if image.colorModel != .cmyk {
      let png = try ImageDecoder.decode(ImageEncoder.encode(image, as: .png()))
      #expect(try png.interleaved == image.converted(to: .png).interleaved)
      #expect(png.bitDepth == image.bitDepth)
    }
    if !image.hasAlpha {
      let jpeg = try ImageDecoder.decode(ImageEncoder.encode(image, as: .jpeg(JPEGOptions(quality: 100))))
      let expected = try image.converted(to: .jpeg, depth: .eight).interleaved
      #expect(jpeg.colorModel.channels == image.colorModel.channels && jpeg.jpeg?.sampling == .s444)
      #expect(zip(jpeg.interleaved, expected).allSatisfy { abs($0 - $1) <= 3 })
    }
  }

  @Test func fourComponentsStayWhatTheyWere() throws {
    for name in ["cmyk-adobe", "ycck-adobe", "cmyk-plain"] {
      let image = try Fixture.picture(name).decoded()
      let back = try ImageDecoder.decode(ImageEncoder.encode(image, as: .jpeg()))
      #expect(back.colorModel == .cmyk)
      #expect(back.jpeg?.adobeTransform == image.jpeg?.adobeTransform)
      #expect(back.jpeg?.isYCCK == image.jpeg?.isYCCK)
    }
  }

  @Test func rgbFilesAreSucceededByYCbCr() throws {
    let image = try Fixture.picture("rgb").decoded()
    let back = try ImageDecoder.decode(ImageEncoder.encode(image, as: .jpeg(JPEGOptions(quality: 100))))
    #expect(back.colorModel == .ycbcr)
    let difference = zip(try back.converted(to: .png).interleaved, image.interleaved).map { abs($0 - $1) }.max() ?? 255
    #expect(difference <= 6)
  }

  @Test(arguments: [(ChromaSampling.s444, false), (.s422, true), (.s420, false), (.s420, true)])
  func jpegObeysItsOptions(sampling: ChromaSampling, progressive: Bool) throws {
    let options = JPEGOptions(quality: 61, sampling: sampling, progressive: progressive)
    for model in [ColorModel.ycbcr, .gray, .cmyk] {
      let bytes = try ImageEncoder.encode(.sample(model), as: .jpeg(options))
      let jpeg = try #require(try ImageDecoder.inspect(bytes).jpeg)
      #expect(jpeg.sampling == (model == .ycbcr ? sampling : .s444))
      #expect(jpeg.isProgressive == progressive && jpeg.estimatedQuality == 61)
    }
  }

  @Test func tablesOfTheSourceAreUsedAgain() throws {
    for name in ["coefficients/420.jpg", "coefficients/wide-steps.jpg", "coefficients/grey.jpg", "cmyk-adobe.jpg"] {
      let source = try ImageDecoder.decode(try Fixture.bytes(name))
      let options = JPEGOptions(quality: 30, sampling: .s420, matchesSource: true)
      let result = try ImageDecoder.inspect(ImageEncoder.encode(source, as: .jpeg(options)))
      let (before, after) = (try #require(source.jpeg), try #require(result.jpeg))
      for (old, new) in zip(before.components, after.components) {
        #expect(before.quantizationTables[old.table] == after.quantizationTables[new.table], "\(name)")
      }
    }
    // Without a source the quality counts.
    let plain = try ImageEncoder.encode(.sample(.rgb), as: .jpeg(JPEGOptions(quality: 30, matchesSource: true)))
    #expect(try ImageDecoder.inspect(plain).jpeg?.estimatedQuality == 30)
  }

  @Test func whatTheCodecHoldsIsKnownBefore() {
    func memory(_ side: Int, _ options: JPEGOptions) -> Int {
      ImageEncoder.memory(width: side, height: side, colorModel: .ycbcr, as: .jpeg(options))
    }
    #expect(memory(4096, JPEGOptions()) == 6 * 4096 * 4096)
    #expect(memory(8192, JPEGOptions()) == 0)
    #expect(memory(8192, JPEGOptions(progressive: true)) == 6 * 8192 * 8192)
    #expect(ImageEncoder.memory(width: 9, height: 9, colorModel: .rgb, as: .png()) == 0)
    // Headers claim what they like.
    #expect(memory(Int(Int32.max), JPEGOptions()) == 0 && memory(.max, JPEGOptions(progressive: true)) == .max)
  }

  @Test func huffmanTablesAreMadeForPicturesOfUpTo32Megapixels() throws {
    func tables(_ width: Int, _ height: Int) throws -> [[UInt8]] {
      let samples = [UInt8](repeating: 200, count: width * height)
      let image = Image(width: width, height: height, colorModel: .gray, samples: .eight(samples))
      return JPEGFile.contents(0xC4, of: try ImageEncoder.encode(image, as: .jpeg()))
    }
    // Of ITU-T T.81, tables K.3 and K.5: class and slot, how many codes there are of each length, and the first values.
    let standard: [[UInt8]] = [
      [0x00, 0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
      [0x10, 0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125, 1, 2, 3, 0, 4, 17, 5, 18, 33, 49, 65],
    ]
    let above = try tables(8000, 4001)
    #expect(above.count == 2 && above.map(\.count) == [29, 179])
    #expect(zip(above, standard).allSatisfy { $0.starts(with: $1) })
    // A flat picture needs no more than two differences and the end of a block.
    #expect(try tables(8000, 4000).map(\.count) == [19, 18])
  }

  @Test func badOptionsAreNamed() {
    let image = Image.sample(.gray)
    #expect(throws: ImageEncodingError.badOption(name: "the JPEG quality", value: 0, range: 1...100)) {
      try ImageEncoder.encode(image, as: .jpeg(JPEGOptions(quality: 0)))
    }
    #expect(throws: ImageEncodingError.badOption(name: "the compression level", value: 10, range: 0...9)) {
      try ImageEncoder.encode(image, as: .png(PNGOptions(level: 10)))
    }
    #expect(throws: ImageEncodingError.self) {
      try ImageEncoder.encode(image, as: .jpeg(JPEGOptions(sampling: .other)))
    }
  }

  @Test func whatDoesNotFitIsNamed() {
    #expect(throws: ImageEncodingError.alpha) { try ImageEncoder.encode(.sample(.rgb, alpha: true), as: .jpeg()) }
    #expect(throws: ImageEncodingError.wrongSamples(.png, colorModel: .cmyk, depth: .eight)) {
      try ImageEncoder.encode(.sample(.cmyk), as: .png())
    }
    let long = Image(width: 65501, height: 1, colorModel: .gray, samples: .eight(.init(repeating: 1, count: 65501)))
    #expect(throws: ImageEncodingError.tooLarge(.jpeg, width: 65501, height: 1, limit: 65500)) {
      try ImageEncoder.encode(long, as: .jpeg())
    }
    #expect(throws: Never.self) { try ImageEncoder.encode(long, as: .png()) }
  }

  @Test func encodingIsDeterministic() throws {
    let image = Image.sample(.rgb)
    for options in [EncodingOptions.png(), .jpeg()] {
      #expect(try ImageEncoder.encode(image, as: options) == ImageEncoder.encode(image, as: options))
    }
  }
}
