import Foundation
import Imaging

/// A picture of `testimages`.
func testImage(_ name: String) throws -> Image {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  let bytes = try Data(contentsOf: root.appending(path: "testimages").appending(path: name))
  return try ImageDecoder.decode(Array(bytes))
}

/// A picture with edges, texture and smooth parts, the same at every call.
func testPicture(width: Int, height: Int, colorModel: ColorModel = .rgb) -> Image {
  var samples: [UInt8] = []
  samples.reserveCapacity(width * height * colorModel.channels)
  var state: UInt32 = 12345
  for y in 0..<height {
    for x in 0..<width {
      state = state &* 1_664_525 &+ 1_013_904_223
      let noise = Int(state >> 28)
      let checker = (x / 24 + y / 16) % 2 == 0 ? 70 : 0
      for channel in 0..<colorModel.channels {
        samples.append(UInt8(min(255, 40 + checker + (x * (channel + 1)) % 90 + noise)))
      }
    }
  }
  return Image(width: width, height: height, colorModel: colorModel, samples: .eight(samples))
}

/// The picture after a trip through a JPEG file of low quality.
func compressed(_ image: Image, quality: Int = 10) throws -> Image {
  let jpeg = try image.converted(to: .jpeg, depth: .eight)
  return try ImageDecoder.decode(
    ImageEncoder.encode(jpeg, as: .jpeg(JPEGOptions(quality: quality, sampling: .s420)), metadata: .all))
}

/// The picture as a JPEG file has it.
func jpeg(_ image: Image, quality: Int, _ sampling: ChromaSampling) throws -> Image {
  try ImageDecoder.decode(
    ImageEncoder.encode(
      image.converted(to: .jpeg, depth: .eight), as: .jpeg(JPEGOptions(quality: quality, sampling: sampling))))
}

/// Mean squared difference of two planes, 0...1.
func meanSquaredError(_ left: Plane, _ right: Plane) -> Double {
  zip(left.samples, right.samples).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    / Double(left.samples.count)
}

/// The largest difference of two planes.
func largestDifference(_ left: Plane, _ right: Plane) -> Float {
  zip(left.samples, right.samples).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
