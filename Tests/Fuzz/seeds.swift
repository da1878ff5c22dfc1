// Writes the files that fuzzing starts from, made by the library's own encoders. Compiled into the library's module.

import Foundation

/// One file of each kind that we can write, with and without metadata.
@main
enum Seeds {
  static func main() throws {
    let folder = URL(filePath: CommandLine.arguments[1])
    for (model, name) in [(ColorModel.gray, "gray"), (.ycbcr, "ycbcr"), (.cmyk, "cmyk")] {
      for sampling in [ChromaSampling.s444, .s422, .s420] {
        for progressive in [false, true] {
          let options = JPEGOptions(quality: 60, sampling: sampling, progressive: progressive)
          let file = try ImageEncoder.encode(picture(model), as: .jpeg(options))
          try save(file, folder, "jpeg", "\(name)-\(sampling.rawValue.replacing(":", with: ""))-\(progressive)")
        }
      }
    }
    for model in [ColorModel.gray, .rgb] {
      for depth in BitDepth.allCases {
        for alpha in [false, true] {
          let file = try ImageEncoder.encode(picture(model, depth, alpha: alpha), as: .png())
          try save(file, folder, "png", "\(model.rawValue)-\(depth.rawValue)-\(alpha)")
        }
      }
    }
    for model in [ColorModel.gray, .ycbcr] {
      for (x, y) in [(0, 0), (3, 5)] {
        try save(compressedTwice(model, x: x, y: y), folder, "coefficients", "twice-\(model.rawValue)-\(x)-\(y)")
      }
    }
  }

  private static func save(_ bytes: [UInt8], _ folder: URL, _ kind: String, _ name: String) throws {
    let kindFolder = folder.appending(path: kind)
    try FileManager.default.createDirectory(at: kindFolder, withIntermediateDirectories: true)
    try Data(bytes).write(to: kindFolder.appending(path: name))
  }

  private static func picture(_ model: ColorModel, _ depth: BitDepth = .eight, alpha: Bool = false) -> Image {
    let (width, height) = (19, 17)
    func samples(_ count: Int) -> Samples {
      depth == .eight
        ? .eight((0..<count).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) })
        : .sixteen((0..<count).map { UInt16(truncatingIfNeeded: $0 * $0 << 3) })
    }
    return Image(
      width: width, height: height, colorModel: model, samples: samples(width * height * model.channels),
      alpha: alpha ? samples(width * height) : nil, metadata: metadata)
  }

  /// A texture large enough for traces of the first of two compressions, cut in between so that blocks begin elsewhere.
  private static func compressedTwice(_ model: ColorModel, x: Int, y: Int) throws -> [UInt8] {
    let (width, height) = (160, 152)
    let samples = (0..<width * height * model.channels).map { place in
      let (column, row) = (Double(place / model.channels % width), Double(place / model.channels / width))
      let waves = 50 * sin(column / 9) * cos(row / 11) + 20 * sin((column + 2 * row) / 5) + 9 * cos(column * row / 40)
      return UInt8(128 + waves)
    }
    let original = Image(width: width, height: height, colorModel: model, samples: .eight(samples))
    let once = try ImageDecoder.decode(
      ImageEncoder.encode(original, as: .jpeg(JPEGOptions(quality: 10, sampling: .s420))))
    let cut = try Image(planes: once.planes(x: x, y: y, width: width - x, height: height - y), colorModel: model)
    return try ImageEncoder.encode(cut, as: .jpeg(JPEGOptions(quality: 92, sampling: .s420)))
  }

  private static let metadata = Metadata(
    iccProfile: Array("a profile".utf8), exif: TIFF.holding(orientation: 6), xmp: Array("<x/>".utf8),
    extendedXMP: ExtendedXMP(guid: Array(repeating: 0x41, count: 32), content: Array("<y/>".utf8)),
    iptc: [Array("8BIM".utf8)], comments: [Array("words".utf8)], density: Density(unit: .perInch, x: 72, y: 72),
    colorChunks: [PNGChunk(name: "gAMA", content: [0, 0, 0xB1, 0x8F])],
    otherChunks: [PNGChunk(name: "tEXt", content: Array("Title\0words".utf8))])
}
