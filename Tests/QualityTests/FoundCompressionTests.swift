import Foundation
import Imaging
import Quality
import Testing

@Suite struct FoundCompressionTests {
  private func reference(_ name: String = "flower.png") throws -> Image {
    try Fixture.reference(name)
  }

  /// A file, and what decoders make of it, saved without loss.
  private func saved(
    _ image: Image, quality: Int, sampling: ChromaSampling = .s420
  ) throws -> (file: Image, png: Image) {
    let file = try ImageDecoder.decode(
      ImageEncoder.encode(image, as: .jpeg(JPEGOptions(quality: quality, sampling: sampling))))
    return (
      file, try ImageDecoder.decode(ImageEncoder.encode(try file.converted(to: .png), as: .png(PNGOptions(level: 1))))
    )
  }

  private func grey(_ image: Image) throws -> Image {
    try Image(planes: [image.planes()[0]], colorModel: .gray)
  }

  @Test(arguments: [5, 10, 30, 50, 75, 90, 95, 98]) func theQualityIsFound(quality: Int) throws {
    for image in [try reference(), try grey(try reference("pebbles.png"))] {
      let found = try #require(FoundCompression(in: try saved(image, quality: quality).png))
      #expect(found.quality == quality)
    }
  }

  /// Of coarsely quantised chroma nearly all blocks are flat, which is no proof of its steps, but agrees with them.
  @Test(arguments: [ChromaSampling.s420, .s444], [5, 10])
  func coarseChromaIsKnown(sampling: ChromaSampling, quality: Int) throws {
    for name in ["flower.png", "mountains.png", "leaves.png"] {
      let (file, png) = try saved(try reference(name), quality: quality, sampling: sampling)
      let found = try #require(FoundCompression(in: png), "\(name)")
      #expect(found.quality == quality && found.isComplete, "\(name)")
      let own = try #require(file.coefficients)
      for (component, theirs) in zip(found.coefficients(of: png).components, own.components) {
        #expect(component == theirs, "\(name)")
      }
    }
  }

  @Test(arguments: [ChromaSampling.s420, .s444, .s422], [20, 60, 90])
  func coefficientsAreThoseOfTheFile(sampling: ChromaSampling, quality: Int) throws {
    let (file, png) = try saved(try reference(), quality: quality, sampling: sampling)
    let found = try #require(FoundCompression(in: png)).coefficients(of: png, threads: 2)
    let own = try #require(file.coefficients)
    for (index, component) in own.components.enumerated() {
      #expect(found.components[index].steps == component.steps, "\(index)")
      #expect(
        found.components[index].across == component.across && found.components[index].down == component.down)
    }
    for (known, equal) in agreement(found, own) {
      #expect(known > 0.8, "\(known)")
      #expect(equal > 0.997, "\(equal)")
    }
  }

  /// Steps of 1 and 2 are hardly more than what rounding does, twice of chroma that was widened.
  @Test(arguments: ["420.png", "422.png", "444.png"])
  func fineStepsOfAnotherDecoderAreFound(name: String) throws {
    func fixture(_ name: String) throws -> Image {
      let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/found/\(name)")
      return try ImageDecoder.decode([UInt8](try Data(contentsOf: file)))
    }
    let png = try fixture(name)
    let own = try #require(try fixture(name.replacing("png", with: "jpg")).coefficients)
    let found = try #require(FoundCompression(in: png))
    #expect(found.quality == 96 && found.isComplete)
    let coefficients = found.coefficients(of: png)
    for (index, component) in own.components.enumerated() {
      #expect(coefficients.components[index] == component, "\(index)")
    }
    for (known, equal) in agreement(coefficients, own) {
      #expect(known == 1, "\(known)")
      #expect(equal > 0.997, "\(equal)")
    }
  }

  /// The same where colours were cut off: what is found of the other blocks, and put back, tells of those, too.
  @Test(arguments: [97, 98], [ChromaSampling.s420, .s444])
  func fineStepsAreFoundBesideClippedColors(quality: Int, sampling: ChromaSampling) throws {
    let (file, png) = try decodedByLibrary(stretched(reference()), quality: quality, sampling: sampling)
    let found = try #require(FoundCompression(in: png)).coefficients(of: png)
    for (known, equal) in agreement(found, try #require(file.coefficients)) {
      #expect(known > 0.98, "\(known)")
      #expect(equal > 0.948, "\(equal)")  // a single search gives 0.9456 (quality 98, 4:2:0)
    }
  }

  /// A file, and what libjpeg's whole numbers make of it, which ours aren't, saved without loss.
  private func decodedByLibrary(
    _ image: Image, quality: Int, sampling: ChromaSampling
  ) throws -> (file: Image, png: Image) {
    let file = try ImageEncoder.encode(image, as: .jpeg(JPEGOptions(quality: quality, sampling: sampling)))
    let decoded = try ImageDecoder.decodeSamples(file).converted(to: .png)
    return (
      try ImageDecoder.decode(file),
      try ImageDecoder.decode(ImageEncoder.encode(decoded, as: .png(PNGOptions(level: 1))))
    )
  }

  @Test(arguments: [ChromaSampling.s420, .s422, .s440, .s444], [94, 98])
  func fineStepsAreFoundInEverySampling(sampling: ChromaSampling, quality: Int) throws {
    let (file, png) = try decodedByLibrary(reference("pebbles.png"), quality: quality, sampling: sampling)
    let found = try #require(FoundCompression(in: png)).coefficients(of: png, threads: 2)
    for (known, equal) in agreement(found, try #require(file.coefficients)) {
      #expect(known > 0.99999, "\(known)")
      #expect(equal > 0.995, "\(equal)")
    }
  }

  /// With a height of which the last row of samples of chroma is a whole one of blocks, and only half seen.
  @Test func oddSizesAreSearchedByAnyNumberOfThreads() throws {
    let whole = try reference("pebbles.png")
    let cut = try Image(
      planes: whole.planes(x: 0, y: 0, width: 203, height: 143), colorModel: .rgb)
    let (file, png) = try decodedByLibrary(cut, quality: 97, sampling: .s420)
    let found = try #require(FoundCompression(in: png))
    let coefficients = found.coefficients(of: png, threads: 1)
    #expect(coefficients == found.coefficients(of: png, threads: 3))
    for (known, equal) in agreement(coefficients, try #require(file.coefficients)) {
      #expect(known > 0.95, "\(known)")
      #expect(equal > 0.995, "\(equal)")
    }
  }

  /// With so much contrast that colours are cut off.
  private func stretched(_ image: Image) throws -> Image {
    let planes = image.planes().enumerated().map { index, plane in
      let middle: Float = index == 0 ? 0.35 : 128.0 / 255
      return Plane(
        width: plane.width, height: plane.height,
        samples: plane.samples.map { ($0 - middle) * 1.7 + (index == 0 ? 0.5 : middle) })
    }
    return try Image(planes: planes, colorModel: .rgb)
  }

  /// Of each component the shares of whole blocks that are known, and of their coefficients that are the file's.
  private func agreement(_ found: JPEGCoefficients, _ own: JPEGCoefficients) -> [(known: Double, equal: Double)] {
    own.components.enumerated().map { index, component in
      var (known, equal) = (0, 0)
      for row in 0..<component.height / 8 {
        for block in found.knownRuns(index, row: row, blocks: 0..<component.width / 8).joined() {
          known += 64
          let (left, right) = (own.blocks(index, row: row), found.blocks(index, row: row))
          equal += (64 * block..<64 * block + 64).count { left[$0] == right[$0] }
        }
      }
      return (
        Double(known) / Double(64 * (component.width / 8) * (component.height / 8)), Double(equal) / Double(known)
      )
    }
  }

  /// Where colours were cut off at black or white, the rest of a block and of a pixel's channels tells what they were.
  @Test(arguments: [75, 88], [ChromaSampling.s420, .s444])
  func coefficientsOfClippedColorsAreFound(quality: Int, sampling: ChromaSampling) throws {
    let (file, png) = try saved(stretched(reference()), quality: quality, sampling: sampling)
    guard case .eight(let samples) = png.samples else {
      Issue.record("not a picture of 8 bits")
      return
    }
    #expect(samples.count { $0 == 0 || $0 == 255 } > samples.count / 50)
    let found = try #require(FoundCompression(in: png)).coefficients(of: png)
    for (known, equal) in agreement(found, try #require(file.coefficients)) {
      #expect(known > 0.9, "\(known)")
      #expect(equal > 0.99, "\(equal)")
    }
  }

  /// Steps of 1: rounding moves many coefficients past the middle between two.
  @Test(arguments: [96, 98]) func whatRoundingMovedIsFound(quality: Int) throws {
    let (file, png) = try saved(try grey(try reference("pebbles.png")), quality: quality)
    let found = try #require(FoundCompression(in: png)).coefficients(of: png)
    let (known, equal) = agreement(found, try #require(file.coefficients))[0]
    #expect(known == 1)
    #expect(equal > (quality == 96 ? 0.985 : 0.97), "\(equal)")
  }

  @Test func threadsChangeNothing() throws {
    let png = try saved(try reference("mountains.png"), quality: 40).png
    let found = try #require(FoundCompression(in: png))
    #expect(found.coefficients(of: png, threads: 1) == found.coefficients(of: png, threads: 3))
  }

  @Test func blocksThatTheEdgeCutsAreUnknown() throws {
    let image = try reference()
    let odd = try Image(planes: image.planes(in: (0, 0, 203, 141)), colorModel: .rgb)
    let png = try saved(odd, quality: 50).png
    let found = try #require(FoundCompression(in: png)).coefficients(of: png)
    #expect(found.components.map(\.blocksAcross) == [26, 13, 13] && found.components.map(\.blocksDown) == [18, 9, 9])
    #expect(found.knownRuns(0, row: 3, blocks: 0..<26) == [0..<25])
    #expect(found.knownRuns(0, row: 17, blocks: 0..<26).isEmpty && found.knownRuns(1, row: 8, blocks: 0..<13).isEmpty)
    #expect(found.count < 64 * (25 * 17 + 2 * 12 * 8) + 1)
  }

  @Test(arguments: ["flower.png", "mountains.png", "pebbles.png"])
  func originalsTellNothing(name: String) throws {
    let image = try reference(name)
    #expect(FoundCompression(in: image) == nil)
    #expect(FoundCompression(in: try grey(image)) == nil)
  }

  @Test func croppedAndScaledPicturesTellNothing() throws {
    let png = try saved(try reference(), quality: 60).png
    let cropped = try Image(
      planes: png.planes(in: (3, 5, png.width - 3, png.height - 5)), colorModel: .rgb)
    #expect(FoundCompression(in: cropped) == nil)
    let half = png.planes().map { plane in
      let (width, height) = (plane.width / 2, plane.height / 2)
      return Plane(
        width: width, height: height,
        samples: (0..<width * height).map { place in
          let corner = place / width * 2 * plane.width + place % width * 2
          return
            (plane.samples[corner] + plane.samples[corner + 1] + plane.samples[corner + plane.width]
            + plane.samples[corner + plane.width + 1]) / 4
        })
    }
    #expect(FoundCompression(in: try Image(planes: half, colorModel: .rgb)) == nil)
  }

  @Test func aFileTellsItselfAndNeedsNoSearch() throws {
    #expect(FoundCompression(in: try saved(try reference(), quality: 60).file) == nil)
  }

  /// What isn't a photograph may have few different coefficients, which are multiples of anything.
  @Test func drawingsTellNothing() throws {
    func picture(_ sample: (_ x: Int, _ y: Int) -> Int) -> Image {
      let samples = (0..<256 * 192).map { UInt8(clamping: sample($0 % 256, $0 / 256)) }
      return Image(width: 256, height: 192, colorModel: .gray, samples: .eight(samples))
    }
    let drawings: [(Int, Int) -> Int] = [
      { _, _ in 128 }, { x, _ in x }, { x, y in (x + y) / 2 }, { x, y in (x / 4 + y / 4) % 2 * 200 + 20 },
      { x, y in (x / 16 + y / 16) % 2 * 255 }, { x, y in x * y / 192 }, { x, y in x * 37 % 41 > 20 ? 40 : 210 + y % 2 },
      { x, y in (x - 128) * (x - 128) + (y - 96) * (y - 96) < 6400 ? 60 : 190 },
    ]
    for (index, drawing) in drawings.enumerated() {
      #expect(FoundCompression(in: picture(drawing)) == nil, "\(index)")
    }
  }

  /// Of few levels, samples lie on a lattice, and some coefficients with them.
  @Test func fewLevelsTellNothing() throws {
    let photograph = try grey(try reference())
    guard case .eight(let samples) = try photograph.converted(to: .png, depth: .eight).samples else { return }
    let maps: [(UInt8) -> UInt8] = [
      { $0 & 0xF0 }, { $0 >> 4 * 17 }, { $0 & 0xFC }, { $0 & 0xFE }, { $0 < 128 ? 0 : 255 }, { $0 / 3 * 3 },
    ]
    for (index, map) in maps.enumerated() {
      let picture = Image(
        width: photograph.width, height: photograph.height, colorModel: .gray, samples: .eight(samples.map(map)))
      #expect(FoundCompression(in: picture) == nil, "\(index)")
    }
    // Letters and boxes whose greys are multiples of 16.
    var page = [UInt8](repeating: 240, count: 512 * 384)
    var state: UInt32 = 1
    func next(_ limit: Int) -> Int {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Int(state >> 8) % limit
    }
    for _ in 0..<900 {
      let (x, y, width, height) = (next(480), next(360), 1 + next(12), 1 + next(9))
      for row in y..<y + height {
        for column in x..<x + width { page[row * 512 + column] = UInt8(16 * next(2) * (1 + next(14))) }
      }
    }
    #expect(FoundCompression(in: Image(width: 512, height: 384, colorModel: .gray, samples: .eight(page))) == nil)
  }

  /// Decoders that repeat chroma instead of interpolating it hide what it was; luma still tells.
  @Test func otherChromaIsNotTakenForKnown() throws {
    let file = try saved(try reference(), quality: 50).file
    let planes = file.planes().enumerated().map { index, plane in
      guard index > 0 else { return plane }
      return Plane(
        width: plane.width, height: plane.height,
        samples: plane.samples.indices.map {
          plane.samples[$0 / plane.width / 2 * 2 * plane.width + $0 % plane.width / 2 * 2]
        })
    }
    let found = try #require(FoundCompression(in: Image(planes: planes, colorModel: .rgb)))
    #expect(found.quality == 50 && !found.isComplete)
    let chroma = found.coefficients(of: try Image(planes: planes, colorModel: .rgb)).components[1]
    #expect(chroma.steps.allSatisfy { $0 == 0 })
  }

  /// Coarse steps leave few values, which are near multiples of many steps.
  @Test(arguments: ["coarse-a.png", "coarse-b.png"]) func coarseChromaIsThatOfTheFileOrUnknown(name: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/found")
    let png = try ImageDecoder.decode([UInt8](try Data(contentsOf: folder.appending(path: name))))
    let found = try #require(FoundCompression(in: png))
    #expect(found.quality == 5)
    let steps = found.coefficients(of: png).components[1].steps
    #expect(steps == JPEGTables.chroma(quality: 5) || steps.allSatisfy { $0 == 0 })
  }

  @Test func greySavedAsColourIsFound() throws {
    let file = try saved(try grey(try reference()), quality: 40).png
    guard case .eight(let samples) = file.samples else { return }
    let picture = Image(
      width: file.width, height: file.height, colorModel: .rgb, samples: .eight(samples.flatMap { [$0, $0, $0] }))
    let found = try #require(FoundCompression(in: picture))
    #expect(found.quality == 40 && found.isComplete)
  }

  @Test func stepsOfNoStandardTableAreFound() throws {
    // One step in six is one and a half times as large.
    var bytes = try ImageEncoder.encode(
      try grey(try reference("pebbles.png")), as: .jpeg(JPEGOptions(quality: 60, sampling: .s420)))
    let table = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xDB]) })
    for index in stride(from: 1, to: 64, by: 3) { bytes[table + 5 + index] += bytes[table + 5 + index] / 2 }
    let file = try ImageDecoder.decode(bytes)
    let png = try ImageDecoder.decode(ImageEncoder.encode(try file.converted(to: .png), as: .png(PNGOptions(level: 1))))
    let found = try #require(FoundCompression(in: png))
    #expect(abs(found.quality - 60) < 12)
    let own = try #require(file.coefficients).components[0].steps
    let steps = found.coefficients(of: png).components[0].steps
    #expect(steps.count { $0 > 0 } > 10 && zip(steps, own).allSatisfy { $0 == 0 || $0 == $1 })
  }

  @Test func samplesOfOtherKindsTellNothing() throws {
    let png = try saved(try reference(), quality: 60).png
    #expect(FoundCompression(in: try png.converted(to: .png, depth: .sixteen)) == nil)
    let small = try Image(planes: png.planes(in: (0, 0, 15, 15)), colorModel: .rgb)
    #expect(FoundCompression(in: small) == nil)
  }
}

extension Image {
  fileprivate func planes(in part: (x: Int, y: Int, width: Int, height: Int)) -> [Plane] {
    planes(x: part.x, y: part.y, width: part.width, height: part.height)
  }
}
