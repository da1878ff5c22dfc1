import Batch
import Foundation
import Imaging
import Quality
import RBQE
import Reporting
import Synchronization
import SystemPackage
import Testing

@testable import Evaluation

/// A directory of one test's own.
final class Scratch {
  let url = FileManager.default.temporaryDirectory.appending(path: "rbqe-evaluation-\(UUID().uuidString)")

  func write(_ bytes: [UInt8], to name: String) throws {
    let target = url.appending(path: name)
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: target)
  }

  func sources(_ name: String) -> [Source] { Discovery(inputs: [FilePath(url.appending(path: name).path)]).sources }

  deinit { try? FileManager.default.removeItem(at: url) }
}

/// Small pictures made on the spot.
enum Picture {
  static func image(width: Int = 48, height: Int = 40, colorModel: ColorModel = .rgb) -> Image {
    let samples = (0..<width * height * colorModel.channels).map { index -> UInt8 in
      UInt8(truncatingIfNeeded: 40 + index % width * 3 + index / width + (index * 7919 >> 4) % 23)
    }
    return Image(width: width, height: height, colorModel: colorModel, samples: .eight(samples))
  }

  /// The bytes of a test image.
  static func reference(_ name: String) throws -> [UInt8] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return [UInt8](try Data(contentsOf: root.appending(path: "testimages/reference/\(name)")))
  }

  static func png(width: Int = 48, height: Int = 40, colorModel: ColorModel = .rgb) throws -> [UInt8] {
    try ImageEncoder.encode(image(width: width, height: height, colorModel: colorModel), as: .png())
  }

  static func jpeg(quality: Int, colorModel: ColorModel = .rgb) throws -> [UInt8] {
    try ImageEncoder.encode(
      image(colorModel: colorModel), as: .jpeg(JPEGOptions(quality: quality, sampling: .s420)), metadata: .none)
  }
}

@Suite struct EvaluationPlanTests {
  @Test func filesArePairedByPathWhateverTheirExtension() throws {
    let scratch = Scratch()
    for name in ["ref/a.png", "ref/sub/b.png", "ref/only.png"] { try scratch.write(Picture.png(), to: name) }
    for name in ["low/a.jpg", "low/sub/b.jpg", "low/b.jpg"] { try scratch.write(Picture.jpeg(quality: 9), to: name) }
    let plan = try EvaluationPlan(references: scratch.sources("ref"), degraded: scratch.sources("low"))
    #expect(plan.items.map(\.reference.displayName) == ["a.png", "sub/b.png"])
    #expect(plan.unmatched.map { FilePath($0).lastComponent?.string } == ["only.png", "b.jpg"])
  }

  @Test func claimsOfAnySizeAddUp() throws {
    let scratch = Scratch()
    // A PNG file that ends where its pixels begin: 2147483647 by 2147483647 pixels.
    let claim: [UInt8] = [
      0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x7F, 0xFF,
      0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0x08, 0x02, 0x00, 0x00, 0x00, 0x9B, 0xAB, 0x9C, 0x31,
      0x00, 0x00, 0x00, 0x01, 0x49, 0x44, 0x41, 0x54,
    ]
    try scratch.write(claim, to: "ref/a.png")
    let plan = EvaluationPlan(references: scratch.sources("ref"), qualities: [10, 20, 30, nil])
    #expect(plan.items.count == 4 && plan.progress.plannedPixels == .max)
  }

  @Test func twoPartnersForOneFileAreRefused() throws {
    let scratch = Scratch()
    try scratch.write(Picture.png(), to: "ref/a.png")
    try scratch.write(Picture.png(), to: "low/a.png")
    try scratch.write(Picture.jpeg(quality: 9), to: "low/a.jpg")
    #expect(throws: EvaluationError.self) {
      try EvaluationPlan(references: scratch.sources("ref"), degraded: scratch.sources("low"))
    }
  }
}

@Suite struct EvaluatorTests {
  private func evaluator(_ channels: Levels.Channels, isOracle: Bool = true) throws -> Evaluator {
    let model = try ModelFile(shipped: .fast).load()
    return Evaluator(
      model: model, channels: channels,
      policies: [.init(name: "assessor", policy: try PolicyChoice.assessor().policy(for: model))],
      hasOracle: isOracle)
  }

  @Test(arguments: Levels.Channels.allCases) func figuresAreThoseOfTheEnhancedPicture(
    channels: Levels.Channels
  ) throws {
    let scratch = Scratch()
    try scratch.write(Picture.png(), to: "ref/a.png")
    let evaluator = try evaluator(channels)
    let plan = EvaluationPlan(references: scratch.sources("ref"), qualities: [15])
    let record = evaluator.measure(plan.items[0])
    #expect(record.status == .measured && record.error == nil)

    // The same by the library's own doors.
    let original = try ImageDecoder.decode(Picture.png())
    let reference = try Levels.of(original, channels)
    let gray = Image(width: 48, height: 40, colorModel: .gray, samples: .eight(reference[0].values))
    let degraded = try ImageDecoder.decode(
      ImageEncoder.encode(
        channels == .luma ? gray : original.asCompressedByLibJPEG(),
        as: .jpeg(JPEGOptions(quality: 15, sampling: .s420)), metadata: .none))
    for exit in 0...evaluator.model.information.exitCount {
      let image = try Enhancer(model: evaluator.model, policy: FixedPolicy(exit: exit)).enhance(degraded)
        .image(for: .png)
      let expected = try #require(Fidelity(of: Levels.of(image, channels), to: reference))
      #expect(record.psnr?[exit] == expected.psnr)
      #expect(record.ssim?[exit] == expected.ssim)
      #expect(record.psnrB?[exit] == expected.psnrB)
    }
    let best = try #require(record.policies?["oracle"]?.exit)
    #expect(record.psnr?[best] == record.psnr?.compactMap(\.self).max())
    #expect(record.macsPerPixel?.first == 0 && record.estimatedQuality == 15)
  }

  /// Tables cap PSNR at 50 dB only if some picture is identical to its reference.
  @Test func theOracleKnowsTheBestAboveTheCapToo() throws {
    let scratch = Scratch()
    try scratch.write(Picture.reference("dusk.png"), to: "ref/a.png")
    let plan = EvaluationPlan(references: scratch.sources("ref"), qualities: [98])
    let evaluator = Evaluator(
      model: try ModelFile(shipped: .fast).load(), channels: .luma, policies: [], hasOracle: true)
    let record = evaluator.measure(plan.items[0])
    let psnr = try #require(record.psnr).map { $0 ?? .infinity }
    #expect(psnr[0] > 50 && psnr[record.policies?["oracle"]?.exit ?? 0] == psnr.max() && psnr.max() != psnr[0])
  }

  @Test func whatPixelsTellIsRecorded() throws {
    let scratch = Scratch()
    try scratch.write(Picture.reference("flower.png"), to: "ref/a.png")
    let plan = EvaluationPlan(references: scratch.sources("ref"), qualities: [80, nil])
    let model = try ModelFile(shipped: .fast).load()
    func records(asPNG: Bool, _ constraint: ConstraintMode) -> [EvaluationRecord] {
      let evaluator = Evaluator(
        model: model, channels: .luma, policies: [], hasOracle: false, savesAsPNG: asPNG, constraint: constraint)
      return plan.items.map { evaluator.measure($0) }
    }
    let (found, told, blind) = (
      records(asPNG: true, .auto), records(asPNG: false, .auto), records(asPNG: true, .off)
    )
    #expect(found.map(\.toldQuality) == [80, nil] && found.map(\.estimatedQuality) == [nil, nil])
    #expect(told.map(\.toldQuality) == [80, nil] && told.map(\.estimatedQuality) == [80, nil])
    #expect(blind.map(\.toldQuality) == [nil, nil])
    // Held to coefficients, exits come nearer.
    let gains = [found, blind].map { $0[0].psnr?[1] ?? 0 }
    #expect(gains[0] > gains[1] + 0.01, "\(gains)")
  }

  @Test func coloursAreThoseOfLibJPEG() throws {
    // By hand from jccolor.c. The Cb of (0, 0, 3) is 129.5, the Cr of (3, 0, 0) too: halves go down.
    let picture = Image(
      width: 5, height: 1, colorModel: .rgb,
      samples: .eight([0, 0, 3, 3, 0, 0, 255, 255, 255, 255, 0, 0, 10, 200, 30]))
    let converted = try picture.asCompressedByLibJPEG()
    #expect(converted.colorModel == .ycbcr)
    #expect(
      converted.samples == .eight([0, 129, 128, 1, 127, 129, 255, 128, 128, 76, 85, 255, 124, 75, 47]))
  }

  @Test func whatCannotBeMeasuredIsRecorded() throws {
    let scratch = Scratch()
    try scratch.write(Picture.png(), to: "ref/a.png")
    try scratch.write(Picture.png(width: 47), to: "low/a.png")
    let plan = try EvaluationPlan(references: scratch.sources("ref"), degraded: scratch.sources("low"))
    let record = try evaluator(.luma).measure(plan.items[0])
    #expect(record.status == .failed)
    #expect(try #require(record.error).contains("47 x 40"))
  }

  @Test func whatIsKnownIsNotMeasuredAgain() throws {
    let scratch = Scratch()
    for name in ["ref/a.png", "ref/b.png"] { try scratch.write(Picture.png(colorModel: .gray), to: name) }
    let runner = EvaluationRunner(evaluator: try evaluator(.luma), jobs: 2)
    let plan = EvaluationPlan(references: scratch.sources("ref"), qualities: [10, 50])
    func run(_ earlier: [EvaluationRecord]) -> [EvaluationOutcome] {
      let outcomes = Mutex<[EvaluationOutcome]>([])
      runner.run(plan, earlier: earlier) { outcome in outcomes.withLock { $0.append(outcome) } }
      return outcomes.withLock { $0 }
    }
    let first = run([])
    #expect(
      first.map { "\($0.record.path) \($0.record.quality ?? 0)" } == ["a.png 10", "a.png 50", "b.png 10", "b.png 50"])
    #expect(first.allSatisfy { !$0.isEarlier && $0.pictures == nil })
    var failed = first[3].record
    failed.status = .failed
    let second = run([first[0].record, failed])
    #expect(second.map(\.isEarlier) == [true, false, false, false])
    #expect(second[0].record == first[0].record)
  }
}
