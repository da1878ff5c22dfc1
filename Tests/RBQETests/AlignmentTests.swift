import Foundation
import Imaging
import Inference
import Quality
import Testing

@testable import RBQE

/// Pictures that were cropped after they had been JPEG files.
@Suite struct AlignmentTests {
  /// A photograph.
  private func original() throws -> Image {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let whole = try ImageDecoder.decode(
      [UInt8](try Data(contentsOf: root.appending(path: "testimages/reference/flower.png"))))
    return try Image(planes: whole.planes(x: 32, y: 32, width: 384, height: 288), colorModel: .rgb)
  }

  /// What a JPEG file of it decodes to, as it is saved without loss.
  private func decoded(_ original: Image, quality: Int, _ sampling: ChromaSampling = .s420) throws -> Image {
    try ImageDecoder.decode(
      ImageEncoder.encode(
        jpeg(original, quality: quality, sampling).converted(to: .png), as: .png(PNGOptions(level: 1))))
  }

  private func enhancer(_ policy: any ExitPolicy, _ constraint: ConstraintMode = .auto) throws -> Enhancer {
    Enhancer(model: try ModelFile(shipped: .fast).load(), policy: policy, constraint: constraint)
  }

  @Test(arguments: [(3, 5), (8, 0), (0, 8), (13, 9), (1, 15)], [20, 60])
  func theGridComesIntoTheCorner(crop: (Int, Int), quality: Int) throws {
    let picture = try decoded(original(), quality: quality).dropped(left: crop.0, top: crop.1)
    let aligned = AlignedImage(picture)
    #expect((aligned.left, aligned.top) == crop)
    #expect(aligned.found?.quality == quality && aligned.found?.isComplete == true)
    #expect(aligned.image.dropped(left: aligned.left, top: aligned.top) == picture)
  }

  /// Nothing is moved where nothing tells of a grid, where that is a pattern's, and where everything is known already.
  @Test func whatNeedsNoAlignmentStays() throws {
    let original = try original()
    let pattern = testPicture(width: 1900, height: 1100)
    #expect(CompressionHistory(of: pattern).earlierGrid != nil)
    for picture in [original, pattern, try decoded(original, quality: 60), try jpeg(original, quality: 60, .s420)] {
      let aligned = AlignedImage(picture)
      #expect(aligned.left + aligned.top == 0 && aligned.image == picture)
    }
  }

  /// Far from the edges that were cut off, the result is that of the whole picture.
  @Test(arguments: [40, 80])
  func aPartIsEnhancedAsTheWhole(quality: Int) throws {
    let whole = try decoded(original(), quality: quality)
    let part = whole.dropped(left: 3, top: 5)
    let enhancer = try enhancer(FixedPolicy(exit: 2))
    let (ofWhole, ofPart) = (try enhancer.enhance(whole), try enhancer.enhance(part))
    #expect(ofPart.found?.quality == quality && (ofPart.constraint?.coefficients ?? 0) > 0)
    let result = try ofPart.image(for: .png)
    #expect(result.width == part.width && result.height == part.height && result.metadata == part.metadata)
    #expect(
      try ofWhole.image(for: .png).dropped(left: 131, top: 133).samples == result.dropped(left: 128, top: 128).samples)
    #expect(ofPart.macsPerPixel > ofWhole.macsPerPixel && ofPart.macsPerPixel < 1.05 * ofWhole.macsPerPixel)
  }

  /// Gates look at the grid; moved by a few pixels they would see no compression.
  @Test func aCroppedPictureIsEnhanced() throws {
    let original = try original()
    let model = try ModelFile(shipped: .fast).load()
    let picture = try decoded(original, quality: 40).dropped(left: 3, top: 5)
    let policy = try PolicyChoice.gate().policy(for: model)
    let result = try enhancer(policy).enhance(picture)
    #expect(try result.choice == enhancer(policy).chooseExit(for: picture) && result.choice.exit > 0)
    let reference = original.dropped(left: 3, top: 5).planes()[0]
    let enhanced = try result.image(for: .png)
    let after = enhanced.planes()[0]
    #expect(meanSquaredError(after, reference) < 0.8 * meanSquaredError(picture.planes()[0], reference))
    // An evaluation measures the same.
    var sizes: [[Int]] = []
    let trace = try enhancer(FixedPolicy(exit: .max)).trace(picture) { exit, image in
      sizes.append([image.width, image.height])
      if exit == result.choice.exit { #expect(image.samples == enhanced.samples) }
    }
    #expect(sizes == Array(repeating: [picture.width, picture.height], count: model.information.exitCount + 1))
    #expect(trace.gains[0] == result.choice.estimatedGains[0] && trace.quality == 40)
    #expect(try enhancer(policy).found(in: picture) == result.found)
  }

  @Test func alphaTravels() throws {
    let part = try decoded(original(), quality: 40).dropped(left: 3, top: 5)
    let alpha = (0..<part.width * part.height).map { UInt8($0 % 251) }
    let image = Image(
      width: part.width, height: part.height, colorModel: .rgb, samples: part.samples, alpha: .eight(alpha))
    let result = try enhancer(FixedPolicy(exit: 1)).enhance(image)
    #expect(result.found != nil)
    #expect(try result.image(for: .png).alpha == .eight(alpha))
  }

  @Test func nothingIsLookedForWithoutAConstraint() throws {
    let part = try decoded(original(), quality: 40).dropped(left: 3, top: 5)
    let plain = try enhancer(FixedPolicy(exit: 1), .off).enhance(part)
    #expect(plain.found == nil && plain.planes != nil)
    #expect(try plain.image(for: .png).width == part.width)
  }
}
