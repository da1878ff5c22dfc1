import Foundation
import Imaging
import Quality
import Testing

@Suite struct FoundCompressionTests {
  private func reference(_ name: String = "flower.png") throws -> Image {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try ImageDecoder.decode([UInt8](try Data(contentsOf: root.appending(path: "testimages/reference/\(name)"))))
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

  @Test(arguments: [ChromaSampling.s420, .s444, .s422], [20, 60, 90])
  func coefficientsAreThoseOfTheFile(sampling: ChromaSampling, quality: Int) throws {
    let (file, png) = try saved(try reference(), quality: quality, sampling: sampling)
    let found = try #require(FoundCompression(in: png)).coefficients(of: png, threads: 2)
    let own = try #require(file.coefficients)
    for (index, component) in own.components.enumerated() {
      #expect(found.components[index].steps == component.steps, "\(index)")
      #expect(
        found.components[index].across == component.across && found.components[index].down == component.down)
      var (known, all, equal) = (0, 0, 0)
      for row in 0..<component.height / 8 {
        for block in 0..<component.width / 8 {
          all += 1
          guard !found.isUnknown(index, row: row, block: block) else { continue }
          known += 1
          let place = 64 * block
          equal += (0..<64).count {
            own.blocks(index, row: row)[place + $0]
              == found.blocks(index, row: row)[64 * block + $0]
          }
        }
      }
      #expect(Double(known) > 0.8 * Double(all), "\(index): \(known) of \(all)")
      #expect(Double(equal) > 0.997 * Double(64 * known), "\(index): \(equal) of \(64 * known)")
    }
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
    #expect(found.isUnknown(0, row: 0, block: 25) && found.isUnknown(0, row: 17, block: 0))
    #expect(!found.isUnknown(0, row: 3, block: 3))
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
