import Imaging
import Inference
import Quality
import Testing

@testable import RBQE

/// What is done with pictures that were JPEG files before they were saved without loss.
@Suite struct FoundCompressionTests {
  private func enhancer(_ policy: any ExitPolicy, _ constraint: ConstraintMode = .auto) throws -> Enhancer {
    Enhancer(model: try ModelFile(shipped: .fast).load(), policy: policy, constraint: constraint)
  }

  /// A photograph.
  private func original(width: Int = 240, height: Int = 160) throws -> Image {
    let whole = try testImage("reference/flower.png")
    return try Image(planes: whole.planes(x: 96, y: 64, width: width, height: height), colorModel: .rgb)
  }

  private func saved(_ file: Image) throws -> Image {
    try ImageDecoder.decode(ImageEncoder.encode(try file.converted(to: .png), as: .png(PNGOptions(level: 1))))
  }

  @Test(arguments: [75, 90, 95], [ChromaSampling.s420, .s444])
  func resultsAreHeldAsThoseOfTheFile(quality: Int, sampling: ChromaSampling) throws {
    let original = try original()
    let file = try jpeg(original, quality: quality, sampling)
    let png = try saved(file)
    let policy = FixedPolicy(exit: 2)
    let held = try enhancer(policy).enhance(png)
    #expect(held.found?.quality == quality)
    let report = try #require(held.constraint)
    #expect(report.drop == nil && (report.clamped ?? 0) > 0 && report.coefficients > 0)
    let loose = try enhancer(policy, .off).enhance(png)
    #expect(loose.found == nil && loose.constraint == nil)
    // Nearly what the file itself gives, and nearer to the original.
    let own = try #require(try enhancer(policy).enhance(file).planes)
    let (near, far) = (try #require(held.planes), try #require(loose.planes))
    for index in own.indices {
      let original = original.planes()[index]
      #expect(meanSquaredError(near[index], own[index]) < 0.2 * meanSquaredError(far[index], own[index]), "\(index)")
      #expect(meanSquaredError(near[index], original) < meanSquaredError(far[index], original), "\(index)")
    }
  }

  @Test func whatNothingIsKnownOfIsNotHeld() throws {
    let png = try saved(jpeg(try original(width: 203, height: 141), quality: 40, .s420))
    let found = try #require(FoundCompression(in: png)).coefficients(of: png)
    let model = try ModelFile(shipped: .fast).load()
    let constraint = try #require(
      ImageConstraint(.auto, for: png, found: found, errors: model.information.coefficientErrors)?.constraint(exit: 1))
    let loose = try #require(try enhancer(FixedPolicy(exit: 1), .off).enhance(png).planes)
    var held = loose
    _ = constraint.apply(to: &held, threads: 1)
    // Blocks that the picture's edge cuts.
    func edge(_ plane: Plane, from: Int) -> [Float] {
      (0..<128).flatMap { plane.samples[$0 * plane.width + from..<($0 + 1) * plane.width] }
    }
    #expect(edge(held[0], from: 200) == edge(loose[0], from: 200))
    #expect(edge(held[0], from: 192) != edge(loose[0], from: 192))
    #expect(edge(held[1], from: 192) == edge(loose[1], from: 192))
  }

  /// A picture above two megapixels goes through from top to bottom, or tile by tile.
  @Test func largePicturesAreHeldToo() throws {
    let small = try original()
    let planes = small.planes().map { plane in
      let (width, height) = (1680, 1280)
      return Plane(
        width: width, height: height,
        samples: (0..<width * height).map { plane.samples[$0 / width % 160 * 240 + $0 % width % 240] })
    }
    let file = try jpeg(try Image(planes: planes, colorModel: .rgb), quality: 75, .s420)
    let png = try saved(file)
    let model = try ModelFile(shipped: .fast).load()
    func render(_ image: Image, _ granularity: Granularity, threads: Int) throws -> Rendering {
      try Enhancer(model: model, policy: FixedPolicy(exit: 1), granularity: granularity)
        .enhance(image, threads: threads).render(for: .png)
    }
    let streamed = try render(png, .image, threads: 1)
    #expect((streamed.constraint?.clamped ?? 0) > 0)
    #expect(try render(png, .image, threads: 3).image == streamed.image)
    let tiled = try render(png, .tile, threads: 2)
    let own = try render(file, .image, threads: 2).image.planes()[0]
    for luma in [streamed.image.planes()[0], tiled.image.planes()[0]] {
      #expect(meanSquaredError(luma, own) < 0.3 / 255 / 255)
    }
  }

  /// The network reads what the file was decoded to; what strength blends with, and what is left alone, is the picture.
  @Test(arguments: [ChromaSampling.s420, .s444]) func theNetworkReadsTheFileAndTheSourceStays(
    sampling: ChromaSampling
  ) throws {
    let file = try jpeg(try original(), quality: 85, sampling)
    let png = try saved(file)
    let found = try #require(FoundCompression(in: png)).coefficients(of: png)
    let (part, pass) = (Rectangle(x: 16, y: 32, width: 128, height: 96), Pass(planes: [0, 1, 2]))
    func planes(_ rows: PassRows, isSource: Bool) -> [Plane] {
      Plane.filled(3, width: part.width, height: part.height) { starts in
        for row in 0..<part.height {
          let line = starts.map { $0 + row * part.width }
          if isSource {
            rows.readSource(row, 0..<part.width, into: line)
          } else {
            rows.read(row, 0..<part.width, into: line)
          }
        }
      }
    }
    let rows = PassRows(of: png, found: found, pass, in: part)
    #expect(planes(rows, isSource: true) == png.planes(in: part))
    let own = planes(PassRows(of: file, found: nil, pass, in: part), isSource: false)
    for (plane, own) in zip(planes(rows, isSource: false), own) {
      #expect(meanSquaredError(plane, own) < 0.003 / 255 / 255)
    }
    for granularity in [Granularity.image, .tile] {
      let idle = Enhancer(
        model: try ModelFile(shipped: .fast).load(), policy: FixedPolicy(exit: 0), granularity: granularity)
      #expect(try idle.enhance(png).image(for: .png).samples == png.samples)
    }
  }

  @Test func stricterOrNoConstraintLooksForNothing() throws {
    let png = try saved(jpeg(try original(), quality: 40, .s420))
    for mode in [ConstraintMode.strict, .off] {
      let result = try enhancer(FixedPolicy(exit: 1), mode).enhance(png)
      #expect(result.found == nil && result.constraint == nil)
    }
    #expect(try enhancer(FixedPolicy(exit: 1)).enhance(original()).found == nil)
  }

  @Test func gatesAreToldWhatWasFound() throws {
    let png = try saved(jpeg(try original(), quality: 40, .s420))
    func estimate(_ mode: ConstraintMode) throws -> Double {
      let model = try ModelFile(shipped: .fast).load()
      let policy = try PolicyChoice.gate().policy(for: model)
      return try #require(try enhancer(policy, mode).chooseExit(for: png).estimatedGains[0])
    }
    #expect(try estimate(.auto) != estimate(.off))
    let tiles = Enhancer(
      model: try ModelFile(shipped: .fast).load(), policy: FixedPolicy(exit: 1), granularity: .tile)
    let result = try tiles.enhance(png)
    #expect(result.found?.quality == 40 && result.constraint != nil)
  }

  @Test func ofTwoCompressionsTheFirstIsHeldToOrNone() throws {
    let original = try original(width: 320, height: 240)
    let before = try saved(jpeg(original, quality: 15, .s420))
    let enhancer = try enhancer(FixedPolicy(exit: 1))
    #expect(try enhancer.enhance(before).found?.quality == 15)
    // On the same grid, coefficients are still near multiples of the coarse steps, where both are alike.
    let twice = try saved(jpeg(before, quality: 92, .s420))
    let held = try enhancer.enhance(twice)
    #expect(held.found == nil || held.found?.quality == 15 || held.constraint?.drop == .compressedBefore)
    let loose = try #require(try self.enhancer(FixedPolicy(exit: 1), .off).enhance(twice).planes)
    let luma = original.planes()[0]
    #expect(meanSquaredError(try #require(held.planes)[0], luma) <= meanSquaredError(loose[0], luma))
    // On another one, its losses aren't in the intervals of the last compression.
    let shifted = try Image(
      planes: before.planes(x: 3, y: 5, width: before.width - 3, height: before.height - 5), colorModel: .rgb)
    let dropped = try enhancer.enhance(try saved(jpeg(shifted, quality: 92, .s420)))
    #expect(dropped.found?.quality == 92 && dropped.constraint?.drop == .shiftedGrid)
    #expect(dropped.constraint?.clamped == nil)
  }
}
