import Foundation
import Imaging
import Quality
import Testing

@Suite struct FidelityTests {
  struct Case: Decodable, Sendable {
    let name: String
    let psnr, psnrB, ssim, msSSIM: Double?
  }

  private static func channels(_ name: String) throws -> [Levels] {
    let image = try ImageDecoder.decode(Array(try Fixture.data("metrics/\(name).png")))
    return try Levels.of(image, .rgb)
  }

  @Test func figuresEqualIndependentImplementations() throws {
    let cases = try JSONDecoder().decode([Case].self, from: Fixture.data("metrics/metrics.json"))
    #expect(cases.count >= 10)
    for item in cases { try compare(item) }
  }

  private func compare(_ item: Case) throws {
    let result = try #require(
      Fidelity(of: Self.channels(item.name + "-image"), to: Self.channels(item.name + "-reference")))
    for (found, expected) in [
      (result.psnr, item.psnr), (result.psnrB, item.psnrB), (result.ssim, item.ssim), (result.msSSIM, item.msSSIM),
    ] {
      #expect((found == nil) == (expected == nil), "\(item.name): \(result)")
      if let found, let expected { #expect(abs(found - expected) < 1e-4, "\(item.name): \(result)") }
    }
  }

  private static func ramp(_ width: Int, _ height: Int) -> Levels {
    Levels(width: width, height: height, values: (0..<width * height).map { UInt8(truncatingIfNeeded: $0 &* 7) })
  }

  @Test(arguments: [(1, 1), (8, 1), (10, 40), (11, 11), (161, 161)]) func equalPicturesAreInfinitelyClose(
    width: Int, height: Int
  ) throws {
    let levels = Self.ramp(width, height)
    let result = try #require(Fidelity(of: [levels], to: [levels]))
    #expect(result.psnr == nil)
    #expect(result.ssim == (min(width, height) < 11 ? nil : 1))
    if let scales = result.msSSIM { #expect(abs(scales - 1) < 1e-9) }
    #expect((result.msSSIM == nil) == (min(width, height) < 161))
  }

  /// Of processor time, so that a busy machine has no part in it; SSIM alone takes less than all metrics together.
  @Test func twentyMegapixelsASecondAndCore() {
    let (width, height) = (1500, 1400)
    let first = Self.ramp(width, height)
    let second = Levels(width: width, height: height, values: first.values.reversed())
    let seconds = (0..<5).map { _ in
      let start = Self.threadSeconds()
      _ = Fidelity(of: [first], to: [second])
      return Self.threadSeconds() - start
    }
    let pace = Double(width * height) / 1e6 / (seconds.min() ?? .infinity)
    #expect(pace > 20, "\(pace) megapixels a second")
    print("all metrics of luma: \(Int(pace)) megapixels a second and core")
  }

  private static func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  @Test func whatDoesNotMatchIsNotCompared() {
    let levels = Self.ramp(12, 12)
    #expect(Fidelity(of: [levels], to: [Self.ramp(12, 13)]) == nil)
    #expect(Fidelity(of: [levels], to: [levels, levels]) == nil)
    #expect(Fidelity(of: [], to: []) == nil)
    let empty = Levels(width: 0, height: 0, values: [])
    #expect(Fidelity(of: [empty], to: [empty]) == nil)
  }

  @Test func onlySeamsOfTheCodecsGridCountAsBlocks() {
    func steps(every period: Int, shift: Int) -> Levels {
      let values = (0..<64 * 64).map { UInt8(($0 % 64 + shift) / period % 2 * 40 + 90) }
      return Levels(width: 64, height: 64, values: values)
    }
    #expect(BlockingEffect(steps(every: 8, shift: 0)).factor > 100)
    #expect(BlockingEffect(steps(every: 8, shift: 4)).factor == 0)
  }

  @Test func lumaOfColourIsBT601AndOfGreyItsPlane() throws {
    let colour = Image(width: 2, height: 1, colorModel: .rgb, samples: .eight([255, 0, 0, 10, 200, 30]))
    // 0.299 * 255 = 76.2; 0.299 * 10 + 0.587 * 200 + 0.114 * 30 = 123.8.
    #expect(try Levels.of(colour, .luma) == [Levels(width: 2, height: 1, values: [76, 124])])
    #expect(try Levels.of(colour, .rgb).map(\.values) == [[255, 10], [0, 200], [0, 30]])
    let gray = Image(width: 2, height: 1, colorModel: .gray, samples: .sixteen([257 * 7, 65535]))
    for channels in Levels.Channels.allCases {
      #expect(try Levels.of(gray, channels) == [Levels(width: 2, height: 1, values: [7, 255])])
    }
    let cmyk = Image(width: 1, height: 1, colorModel: .cmyk, samples: .eight([1, 2, 3, 4]))
    #expect(throws: ImageConversionError.self) { try Levels.of(cmyk, .luma) }
  }
}
