extension Image {
  /// The image in floating point, as the network sees it.
  ///
  /// Grey gives one plane, Y. Colour gives Y, Cb and Cr at full resolution (full-range BT.601, 0...1, colour
  /// differences centred on 128/255). CMYK gives its four components as stored, divided by 255. Alpha isn't among them.
  public func planes() -> [Plane] {
    switch samples {
    case .eight(let samples): planes(of: samples)
    case .sixteen(let samples): planes(of: samples)
    }
  }

  private func planes<T: Sample>(of samples: [T]) -> [Plane] {
    let pixels = width * height
    switch colorModel {
    case .rgb: return three(samples) { split($0, count: pixels, y: $1, cb: $2, cr: $3) }
    case .ycbcr: return three(samples) { normalize($0, count: pixels, $1, $2, $3) }
    case .gray, .cmyk:
      let channels = colorModel.channels
      return (0..<channels).map { channel in
        plane(
          [Float](filling: pixels) { out in
            samples.withPointer { normalize($0 + channel, step: channels, count: pixels, into: out) }
          })
      }
    }
  }

  /// Three planes, written in one pass.
  private func three<T: Sample>(
    _ samples: [T],
    _ fill: (
      UnsafePointer<T>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>
    ) -> Void
  ) -> [Plane] {
    let pixels = width * height
    var second: [Float] = []
    var third: [Float] = []
    let first = [Float](filling: pixels) { first in
      second = [Float](filling: pixels) { second in
        third = [Float](filling: pixels) { third in samples.withPointer { fill($0, first, second, third) } }
      }
    }
    return [plane(first), plane(second), plane(third)]
  }

  private func plane(_ samples: [Float]) -> Plane { Plane(width: width, height: height, samples: samples) }
}

/// Every `step`th sample as 0...1.
@_specialize(where T == UInt8)
@_specialize(where T == UInt16)
private func normalize<T: Sample>(
  _ samples: UnsafePointer<T>, step: Int, count: Int, into out: UnsafeMutablePointer<Float>
) {
  let maximum = Float(T.max)
  if step == 1 {
    for index in 0..<count { out[index] = Float(samples[index]) / maximum }
  } else {
    for index in 0..<count { out[index] = Float(samples[index &* step]) / maximum }
  }
}

/// Three interleaved samples as 0...1.
@_specialize(where T == UInt8)
@_specialize(where T == UInt16)
private func normalize<T: Sample>(
  _ samples: UnsafePointer<T>, count: Int, _ first: UnsafeMutablePointer<Float>,
  _ second: UnsafeMutablePointer<Float>, _ third: UnsafeMutablePointer<Float>
) {
  let maximum = Float(T.max)
  for index in 0..<count {
    first[index] = Float(samples[3 &* index]) / maximum
    second[index] = Float(samples[3 &* index &+ 1]) / maximum
    third[index] = Float(samples[3 &* index &+ 2]) / maximum
  }
}

/// Red, green and blue samples to Y, Cb and Cr.
@_specialize(where T == UInt8)
@_specialize(where T == UInt16)
private func split<T: Sample>(
  _ samples: UnsafePointer<T>, count: Int, y: UnsafeMutablePointer<Float>, cb: UnsafeMutablePointer<Float>,
  cr: UnsafeMutablePointer<Float>
) {
  let maximum = Float(T.max)
  for index in 0..<count {
    let red = Float(samples[3 &* index]) / maximum
    let green = Float(samples[3 &* index &+ 1]) / maximum
    let blue = Float(samples[3 &* index &+ 2]) / maximum
    let luma = BT601.luma(red, green, blue)
    y[index] = luma
    cb[index] = BT601.blueDifference(luma, blue)
    cr[index] = BT601.redDifference(luma, red)
  }
}
