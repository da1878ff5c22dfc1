import Foundation
import Imaging

/// The files that `make_fixtures.py` made.
enum Fixture {
  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: Bundle.module.bundleURL.appending(path: "Fixtures").appending(path: name)))
  }

  /// A picture file and what must come out of it.
  struct Picture: Sendable, CustomStringConvertible {
    let name: String
    let file: String
    let width: Int
    let height: Int
    let colorModel: ColorModel
    let bitDepth: BitDepth
    let hasAlpha: Bool

    var description: String { name }
    var channels: Int { colorModel.channels + (hasAlpha ? 1 : 0) }

    func decoded() throws -> Image { try ImageDecoder.decode(try Fixture.bytes(file)) }

    /// Interleaved samples, alpha last.
    func golden() throws -> [Int] {
      let raw = try Fixture.bytes("\(name).raw")
      if bitDepth == .eight { return raw.map(Int.init) }
      return stride(from: 0, to: raw.count, by: 2).map { Int(raw[$0]) | Int(raw[$0 + 1]) << 8 }
    }

    init(line: Substring) {
      let fields = line.split(separator: "\t").map(String.init)
      name = fields[0]
      file = fields[1]
      width = Int(fields[2]) ?? 0
      height = Int(fields[3]) ?? 0
      colorModel = ColorModel(rawValue: fields[4]) ?? .gray
      bitDepth = fields[5] == "16" ? .sixteen : .eight
      hasAlpha = fields[6] == "1"
    }
  }

  static let pictures: [Picture] = {
    let listing = (try? bytes("pictures.tsv")) ?? []
    return String(decoding: listing, as: UTF8.self).split(separator: "\n").map(Picture.init(line:))
  }()
}

extension Samples {
  var integers: [Int] {
    switch self {
    case .eight(let samples): samples.map(Int.init)
    case .sixteen(let samples): samples.map(Int.init)
    }
  }
}

extension Image {
  /// Colour and alpha samples, interleaved as in a file.
  var interleaved: [Int] {
    let color = samples.integers
    guard let alpha = alpha?.integers else { return color }
    let channels = colorModel.channels
    return (0..<width * height).flatMap { color[$0 * channels..<($0 + 1) * channels] + [alpha[$0]] }
  }

  /// A picture with some structure, from a seed.
  static func sample(
    width: Int = 40, height: Int = 30, _ colorModel: ColorModel, _ bitDepth: BitDepth = .eight, alpha: Bool = false,
    metadata: Metadata = Metadata(), jpeg: JPEGDescription? = nil, seed: UInt64 = 1
  ) -> Image {
    var random = SeededGenerator(seed: seed)
    func samples(_ count: Int) -> Samples {
      switch bitDepth {
      case .eight: .eight((0..<count).map { UInt8(truncatingIfNeeded: $0 / 7 + Int.random(in: 0...9, using: &random)) })
      case .sixteen: .sixteen((0..<count).map { _ in UInt16.random(in: .min ... .max, using: &random) })
      }
    }
    return Image(
      width: width, height: height, colorModel: colorModel, samples: samples(width * height * colorModel.channels),
      alpha: alpha ? samples(width * height) : nil, metadata: metadata, jpeg: jpeg)
  }
}

/// SplitMix64: the same numbers everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}

extension Fixture {
  static func picture(_ name: String) -> Picture {
    pictures.first { $0.name == name } ?? Picture(line: "missing\tmissing\t0\t0\tgray\t8\t0")
  }
}
