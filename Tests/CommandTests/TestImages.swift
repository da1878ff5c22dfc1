import Foundation
import Imaging
import Testing

/// Small files made on the spot.
enum TestImages {
  /// A JPEG file of 40 by 30 pixels, or so many times as wide and as high.
  static func jpeg(quality: Int = 20, scale: Int = 1) throws -> [UInt8] {
    try ImageEncoder.encode(
      picture(colorModel: .rgb, scale: scale).converted(to: .jpeg, depth: .eight),
      as: .jpeg(JPEGOptions(quality: quality)),
      metadata: .all)
  }

  /// A PNG file of 40 by 30 pixels, or so many times as wide and as high.
  static func png(scale: Int = 1) throws -> [UInt8] {
    try ImageEncoder.encode(picture(colorModel: .rgb, scale: scale), as: .png(PNGOptions()), metadata: .all)
  }

  /// A photograph, as it was before any compression.
  static func photograph() throws -> Image {
    let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = repository.appending(path: "testimages/reference/flower.png")
    return try ImageDecoder.decode([UInt8](try Data(contentsOf: file)))
  }

  /// A CMYK JPEG file of 40 by 30 pixels.
  static func cmyk() throws -> [UInt8] {
    try ImageEncoder.encode(picture(colorModel: .cmyk), as: .jpeg(JPEGOptions()), metadata: .all)
  }

  /// A file of 534 bytes, arithmetic-coded, whose header claims another size than it has data for.
  static func claiming(width: Int, height: Int) throws -> [UInt8] {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = tests.appending(path: "ImagingTests/Fixtures/ycbcr-420-arithmetic.jpg")
    var bytes = [UInt8](try Data(contentsOf: file))
    let frame = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xC9]) })
    let sides = [height, width].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    bytes.replaceSubrange(frame + 5..<frame + 9, with: sides)
    return bytes
  }

  private static func picture(colorModel: ColorModel, scale: Int = 1) -> Image {
    let (width, height) = (40 * scale, 30 * scale)
    let samples = (0..<width * height * colorModel.channels).map { UInt8(truncatingIfNeeded: $0 &* 29 &+ $0 / 7) }
    return Image(width: width, height: height, colorModel: colorModel, samples: .eight(samples))
  }
}

/// A directory of one test's own, removed with it.
final class Scratch {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "rbqe-command-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  func callAsFunction(_ name: String) -> String {
    url.appending(path: name).path
  }

  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let target = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: target)
    return target.path
  }

  func bytes(of name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: url.appending(path: name)))
  }

  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
  }
}
