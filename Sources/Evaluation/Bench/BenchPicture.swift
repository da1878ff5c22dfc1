import Imaging

/// A picture to measure with where none is named: every machine makes the same one.
public enum BenchPicture {
  /// Its name in records.
  public static let name = "built-in-1mp.jpg"

  /// A JPEG file of 1024 by 1024 pixels, quality 20, 4:2:0: soft shades, edges and grain, a third of each.
  public static func file() throws(ImageEncodingError) -> [UInt8] {
    let side = 1024
    var samples: [UInt8] = []
    samples.reserveCapacity(side * side * 3)
    var state: UInt64 = 1
    for y in 0..<side {
      for x in 0..<side {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let grain = x * 3 / side == 2 ? Int(state >> 58) : 0
        let edge = x * 3 / side == 1 && (x / 37 + y / 53) % 2 == 0 ? 70 : 0
        samples.append(UInt8(clamping: 40 + x / 10 + edge + grain))
        samples.append(UInt8(clamping: 60 + y / 12 + edge / 2 + grain))
        samples.append(UInt8(clamping: 150 - (x + y) / 20 + edge + grain))
      }
    }
    let image = Image(width: side, height: side, colorModel: .rgb, samples: .eight(samples))
    return try ImageEncoder.encode(
      image, as: .jpeg(JPEGOptions(quality: 20, sampling: .s420)), metadata: .none)
  }
}
