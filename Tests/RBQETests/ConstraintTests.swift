import Foundation
import Imaging
import Inference
import Testing

@testable import RBQE

@Suite struct ConstraintTests {
  private func enhancer(exit: Int, _ constraint: ConstraintMode) throws -> Enhancer {
    let model = try ModelFile(shipped: .fast).load()
    return Enhancer(model: model, policy: FixedPolicy(exit: exit), constraint: constraint)
  }

  /// A file that the tests of decoding have.
  private static func fixture(_ name: String) throws -> Image {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = tests.appending(path: "ImagingTests/Fixtures/\(name)")
    return try ImageDecoder.decode([UInt8](try Data(contentsOf: file)))
  }

  // MARK: - What holds a picture

  @Test(arguments: [ChromaSampling.s444, .s422, .s420, .s440, .s411])
  func everyCoefficientComesIntoItsInterval(sampling: ChromaSampling) throws {
    for (width, height) in [(64, 64), (64, 48), (45, 37), (9, 7), (130, 33)] {
      let file = try jpeg(testPicture(width: width, height: height), quality: 80, sampling)
      let coefficients = try #require(file.coefficients)
      let constraint = CoefficientConstraint(coefficients, mode: .strict)
      var planes = file.planes()
      let strange = testPicture(width: width, height: height, colorModel: .ycbcr).planes()
      for index in planes.indices { planes[index].blend(towards: strange[index], strength: 0.7) }
      let before = planes
      #expect(constraint.apply(to: &planes, threads: 2) > 0)
      #expect(coefficientsLost(by: planes, of: coefficients) == 0)
      #expect(blocksContradicted(by: planes, of: coefficients) == 0, "\(width) x \(height)")
      var alone = before
      #expect(constraint.apply(to: &alone, threads: 1) > 0 && alone == planes)
      // What is in its interval already stays, to the last bit.
      let loose = CoefficientConstraint(coefficients, mode: .auto)
      var again = planes
      if width % 32 == 0 && height % 32 == 0 { #expect(loose.apply(to: &again, threads: 1) == 0 && again == planes) }
    }
  }

  /// A file whose picture goes on beyond its edge, as in those that were cut without being compressed again: as many
  /// units as before, so that the coded data mean the same.
  @Test(arguments: [ChromaSampling.s444, .s422, .s420, .s440, .s411])
  func whatLiesBeyondTheEdgeMayBeAnything(sampling: ChromaSampling) throws {
    let whole = testPicture(width: 160, height: 96)
    for (width, height) in [(153, 89), (155, 93)] {
      var bytes = try ImageEncoder.encode(
        whole.converted(to: .jpeg, depth: .eight), as: .jpeg(JPEGOptions(quality: 75, sampling: sampling)))
      let frame = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xC0]) })
      bytes.replaceSubrange(frame + 5..<frame + 9, with: [0, UInt8(height), 0, UInt8(width)])
      let file = try ImageDecoder.decode(bytes)
      let coefficients = try #require(file.coefficients)
      let truth = try Image(
        planes: whole.converted(to: .jpeg).planes(x: 0, y: 0, width: width, height: height), colorModel: .ycbcr
      ).planes()
      var planes = file.planes()
      let before = planes.indices.map { meanSquaredError(planes[$0], truth[$0]) }
      _ = CoefficientConstraint(coefficients, mode: .auto).apply(to: &planes, threads: 1)
      // Decoded, it is in the set: nothing of it may be bent to a repeated edge.
      for index in planes.indices { #expect(meanSquaredError(planes[index], truth[index]) < 1.02 * before[index]) }
      for index in planes[0].samples.indices { planes[0].samples[index] += index % 5 == 0 ? 0.2 : -0.05 }
      #expect(CoefficientConstraint(coefficients, mode: .strict).apply(to: &planes, threads: 1) > 0)
      #expect(blocksContradicted(by: planes, of: coefficients) == 0, "\(width) x \(height)")
      #expect(coefficientsLost(by: planes, of: coefficients) == 0)
    }
  }

  @Test func theOriginalComesNearer() throws {
    // A grey original lies in the set: no step towards the set can lead away from it.
    let original = try testPicture(width: 128, height: 96).gray()
    for quality in [10, 50, 90] {
      let file = try jpeg(original, quality: quality, .s444)
      let constraint = CoefficientConstraint(try #require(file.coefficients), mode: .auto)
      var planes = file.planes()
      for index in planes[0].samples.indices { planes[0].samples[index] += index % 3 == 0 ? 0.05 : -0.02 }
      let before = meanSquaredError(planes[0], original.planes()[0])
      let clamped = constraint.apply(to: &planes, threads: 1)
      let after = meanSquaredError(planes[0], original.planes()[0])
      // Wide intervals may hold the change whole.
      #expect(clamped > 0 ? after < before : after == before)
      if quality == 90 { #expect(clamped > 0) }
    }
  }

  /// Errors as a network's might be: of a photograph's coefficients, spread as the law says.
  @Test func whereItIsExpectedTheOriginalIsNearer() throws {
    let original = try testImage("reference/flower.png").gray()
    let law = CoefficientErrors.Law(scale: 1.5, stepExponent: 0.5, activityExponent: 0)
    let errors = CoefficientErrors(luma: law, chroma: law)
    for quality in [20, 50, 90] {
      let file = try jpeg(original, quality: quality, .s444)
      let coefficients = try #require(file.coefficients)
      let result = disturbed(original.planes())
      func error(_ errors: CoefficientErrors?, _ mode: ConstraintMode = .auto, strength: Float = 1) -> Double {
        var planes = result
        let constraint = CoefficientConstraint(coefficients, mode: mode, errors: errors, strength: strength)
        _ = constraint.apply(to: &planes, threads: 2)
        if mode == .strict { #expect(coefficientsLost(by: planes, of: coefficients) == 0) }
        return meanSquaredError(planes[0], original.planes()[0])
      }
      #expect(error(errors) < 0.995 * error(nil), "quality \(quality)")
      #expect(error(errors, .strict) < 0.995 * error(nil, .strict))
      // The less of the change there is, the less is wrong about it.
      #expect(error(errors, strength: 0) == error(nil))
    }
  }

  /// Planes with noise of some levels, the same at every call.
  private func disturbed(_ planes: [Plane]) -> [Plane] {
    var seed: UInt32 = 7
    return planes.map { plane in
      var result = plane
      for index in result.samples.indices {
        seed = seed &* 1_664_525 &+ 1_013_904_223
        result.samples[index] += (Float(seed >> 8) / Float(1 << 24) - 0.5) * 12 / 255
      }
      return result
    }
  }

  @Test func everyExitAndPlaneHasItsOwnLaw() throws {
    let file = try jpeg(testPicture(width: 96, height: 64), quality: 60, .s420)
    let coefficients = try #require(file.coefficients)
    let input = disturbed(file.planes())
    func law(_ scale: Double) -> CoefficientErrors.Law { .init(scale: scale, stepExponent: 0.5, activityExponent: 0.3) }
    let errors = [CoefficientErrors(luma: law(1), chroma: law(2)), CoefficientErrors(luma: law(2), chroma: law(1))]
    let constraints = try #require(ImageConstraint(.strict, for: file, found: nil, errors: errors))
    func held(_ constraint: CoefficientConstraint?) throws -> [Plane] {
      var planes = input
      _ = try #require(constraint).apply(to: &planes, threads: 1)
      return planes
    }
    let (first, second) = (try held(constraints.constraint(exit: 1)), try held(constraints.constraint(exit: 2)))
    let same = CoefficientErrors(luma: law(1), chroma: law(1))
    let alike = try held(CoefficientConstraint(coefficients, mode: .strict, errors: same))
    #expect(first[0] == alike[0] && second[0] != alike[0])
    #expect(first[1] != alike[1] && second[1] == alike[1] && second[2] == alike[2])
    #expect(try held(constraints.constraint(exit: 2, strength: 0.5))[0] == alike[0])
    // Where nothing is known of an exit, nothing moves that is inside.
    let clamped = try held(CoefficientConstraint(coefficients, mode: .strict))
    #expect(try held(constraints.constraint(exit: 3)) == clamped && clamped != alike)
  }

  @Test(arguments: [ChromaSampling.s444, .s420, .s411])
  func rowsInAnyOrderAndBandsGiveTheSame(sampling: ChromaSampling) throws {
    let (width, height) = (150, 77)
    let file = try jpeg(testPicture(width: width, height: height), quality: 70, sampling)
    let constraint = CoefficientConstraint(try #require(file.coefficients), mode: .auto)
    let input = testPicture(width: width, height: height, colorModel: .ycbcr).planes()
    var whole = input
    let clamped = constraint.apply(to: &whole, threads: 1)
    let collector = RowCollector(input)
    let rows = ConstrainedRows(constraint, height: height, planeCount: 3) { collector.take($0, $1, $2) }
    for columns in [0..<96, 96..<width] {
      for row in (0..<height).reversed() {
        let parts = input.map { Array($0.samples[row * width + columns.lowerBound..<row * width + columns.upperBound]) }
        parts[0].withUnsafeBufferPointer { y in
          parts[1].withUnsafeBufferPointer { cb in
            parts[2].withUnsafeBufferPointer { cr in
              rows.take(row, columns, [y, cb, cr].compactMap(\.baseAddress))
            }
          }
        }
      }
    }
    #expect(collector.planes == whole && rows.clamped == clamped)
  }

  // MARK: - Strict mode

  /// The pictures of `testimages`, and those of a folder that RBQE_JPEG_FOLDER names.
  private static let files: [URL] = {
    let own = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "testimages/jpeg")
    let other = ProcessInfo.processInfo.environment["RBQE_JPEG_FOLDER"].map { URL(filePath: $0) }
    return [own, other].compactMap(\.self).flatMap { folder in
      let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
      return files.filter { $0.pathExtension == "jpg" }.sorted { $0.path < $1.path }
    }
  }()

  @Test(arguments: files) func strictResultsGiveTheFilesCoefficientsBack(file: URL) throws {
    let image = try ImageDecoder.decode([UInt8](try Data(contentsOf: file)))
    let coefficients = try #require(image.coefficients)
    let result = try enhancer(exit: 1, .strict).enhance(image)
    let report = try #require(result.constraint)
    #expect(report.mode == .strict && report.drop == nil)
    let planes = try #require(result.planes)
    #expect(coefficientsLost(by: planes, of: coefficients) == 0)
    #expect(blocksContradicted(by: planes, of: coefficients) == 0)
    // What samples of 16 and 8 bits keep of that, cut off at black and white; docs/jpeg.md has the figures.
    let wide = try result.image(for: .png, depth: .sixteen)
    let lost = coefficientsLost(by: wide.planes(), of: coefficients)
    let narrow = coefficientsLost(by: try result.image(for: .png, depth: .eight).planes(), of: coefficients)
    if ProcessInfo.processInfo.environment["RBQE_JPEG_FOLDER"] != nil {
      print("strict\t\(file.lastPathComponent)\t\(report.coefficients)\t\(lost)\t\(narrow)")
    }
  }

  // MARK: - History

  @Test func compressionsBeforeTheLastOneAreNoticed() throws {
    let original = try testImage("reference/flower.png")
    func report(_ image: Image, at quality: Int) throws -> ConstraintReport? {
      try enhancer(exit: 1, .auto).enhance(try jpeg(image, quality: quality, .s420)).constraint
    }
    for quality in [50, 75, 90] {
      let once = try #require(try report(original, at: quality))
      #expect(once.drop == nil && (once.clamped ?? 0) > 0 && once.coefficients > 0, "\(quality)")
    }
    for quality in [10, 30, 50] {
      let twice = try #require(try report(try compressed(original, quality: quality), at: 90))
      #expect(twice.drop == .compressedBefore && twice.clamped == nil, "\(quality) then 90")
    }
    for quality in [10, 30] {
      let shifted = try compressed(original, quality: quality).cropped(x: 3, y: 5)
      #expect(try report(shifted, at: 90)?.drop == .shiftedGrid, "\(quality) then 90, shifted")
    }
  }

  @Test func nothingIsConstrainedWhereThereIsNothingToHoldTo() throws {
    let file = try jpeg(testPicture(width: 64, height: 64), quality: 20, .s420)
    #expect(try enhancer(exit: 1, .off).enhance(file).constraint == nil)
    #expect(try enhancer(exit: 0, .auto).enhance(file).constraint == nil)
    #expect(try enhancer(exit: 1, .auto).enhance(testPicture(width: 64, height: 64)).constraint == nil)
  }

  @Test(arguments: [ConstraintMode.auto, .strict])
  func filesWithoutCoefficientsAtHandSaySo(mode: ConstraintMode) throws {
    for name in ["rgb.jpg", "cmyk-adobe.jpg"] {
      let file = try Self.fixture(name)
      let report = try #require(try enhancer(exit: 1, mode).enhance(file).constraint, "\(name)")
      #expect(report == ConstraintReport(mode: mode, drop: .noCoefficients, clamped: nil, coefficients: 0))
    }
  }

  @Test func encodersThatRoundOtherwiseComeToNoHarm() throws {
    let file = try Self.fixture("coefficients/trellis-flower.jpg")
    let original = try testImage("reference/flower.png").gray().cropped(
      x: 64, y: 64, width: file.width, height: file.height)
    for exit in [1, 4] {
      let free = try #require(try enhancer(exit: exit, .off).enhance(file).planes)
      let result = try enhancer(exit: exit, .auto).enhance(file)
      let (report, held) = (try #require(result.constraint), try #require(result.planes))
      #expect(report.drop == nil && (report.clamped ?? 0) > 0)
      let truth = original.planes()[0]
      let loss = 10 * log10(meanSquaredError(held[0], truth) / meanSquaredError(free[0], truth))
      #expect(loss < 0.005, "\(loss) dB at exit \(exit)")
    }
  }

  @Test(arguments: [0, 1, 0xFF]) func impossibleStepsAndCoefficientsDoNoHarm(step: UInt8) throws {
    var bytes = try ImageEncoder.encode(
      testPicture(width: 70, height: 50), as: .jpeg(JPEGOptions(quality: 90, sampling: .s420)))
    // Every step of every table, and coded data that mean something else by then.
    var place = 2
    while bytes[place + 1] != 0xDA {
      let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
      if bytes[place + 1] == 0xDB { for entry in place + 5..<place + 2 + length { bytes[entry] = step } }
      place += 2 + length
    }
    let file = try ImageDecoder.decode(bytes)
    #expect(file.planes().allSatisfy { $0.samples.allSatisfy { (0...1).contains($0) } })
    for mode in [ConstraintMode.auto, .strict] {
      let planes = try #require(try enhancer(exit: 1, mode).enhance(file).planes)
      #expect(planes.allSatisfy { $0.samples.allSatisfy(\.isFinite) })
    }
  }

  @Test func largeImagesAreConstrainedAsTheyStream() throws {
    let image = try jpeg(testPicture(width: 2112, height: 1200), quality: 85, .s420)
    let result = try enhancer(exit: 1, .strict).enhance(image)
    #expect(result.constraint?.clamped == nil)
    let rendering = try result.render(for: .png, depth: .sixteen)
    let clamped = try #require(rendering.constraint?.clamped)
    #expect(clamped > 0)
    let free = try enhancer(exit: 1, .off).enhance(image).image(for: .png, depth: .sixteen)
    let coefficients = try #require(image.coefficients)
    let lost = coefficientsLost(by: rendering.image.planes(), of: coefficients)
    #expect(lost * 100 < coefficientsLost(by: free.planes(), of: coefficients))
    #expect(
      try enhancer(exit: 1, .strict).enhance(image, threads: 2).image(for: .png, depth: .sixteen) == rendering.image)
  }
}

// MARK: - Support

extension Image {
  fileprivate func gray() throws -> Image { try Image(planes: [planes()[0]], colorModel: .gray) }

  fileprivate func cropped(x: Int, y: Int, width: Int? = nil, height: Int? = nil) throws -> Image {
    try Image(
      planes: planes(x: x, y: y, width: width ?? self.width - x, height: height ?? self.height - y),
      colorModel: colorModel == .gray ? .gray : .rgb)
  }
}

/// Puts rows together again.
private final class RowCollector: @unchecked Sendable {
  private(set) var planes: [Plane]

  init(_ planes: [Plane]) {
    self.planes = planes.map { Plane(width: $0.width, height: $0.height, filledWith: .nan) }
  }

  func take(_ row: Int, _ columns: Range<Int>, _ parts: [UnsafePointer<Float>]) {
    for (index, part) in parts.enumerated() {
      for column in columns {
        planes[index].samples[row * planes[index].width + column] = part[column - columns.lowerBound]
      }
    }
  }
}
