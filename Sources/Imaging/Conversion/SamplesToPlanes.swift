extension Image {
  /// The image in floating point, as the network sees it.
  ///
  /// Grey gives one plane, Y. Colour gives Y, Cb and Cr at full resolution (full-range BT.601, 0...1, colour
  /// differences centred on 128/255). CMYK gives its four components as stored, divided by 255. Alpha isn't among them.
  public func planes() -> [Plane] {
    planes(x: 0, y: 0, width: width, height: height)
  }

  /// The part of ``planes()`` that begins at column `x` of row `y`; it lies inside the image.
  package func planes(x: Int, y: Int, width: Int, height: Int) -> [Plane] {
    let rows = ImageRows(self)
    return Plane.filled(colorModel.channels, width: width, height: height) { starts in
      for row in 0..<height { rows.read(y + row, x..<x + width, into: starts.map { $0 + row * width }) }
    }
  }

  /// A part of the luma plane alone; of a CMYK image, of its first plane.
  package func luma(x: Int, y: Int, width: Int, height: Int) -> Plane {
    guard let coefficients else { return planes(x: x, y: y, width: width, height: height)[0] }
    let rows = CoefficientRows(coefficients)
    let samples = [Float](filling: width * height) { out in
      for row in 0..<height { rows.read(y + row, x..<x + width, component: 0, into: out + row * width) }
    }
    return Plane(width: width, height: height, samples: samples)
  }

  /// Planes' samples of a part of one row, of an image that holds samples.
  func readSamples(_ row: Int, _ columns: Range<Int>, into planes: [UnsafeMutablePointer<Float>]) {
    let start = (row * width + columns.lowerBound) * colorModel.channels
    switch content {
    case .samples(.eight(let samples)): samples.withPointer { convert($0 + start, count: columns.count, into: planes) }
    case .samples(.sixteen(let samples)):
      samples.withPointer { convert($0 + start, count: columns.count, into: planes) }
    case .coefficients: return
    }
  }

  /// One plane's samples of a part of one row, of an image that holds the planes' own samples.
  func readSamples(_ row: Int, _ columns: Range<Int>, channel: Int, into plane: UnsafeMutablePointer<Float>) {
    let (step, count) = (colorModel.channels, columns.count)
    let place = (row * width + columns.lowerBound) * step + channel
    switch content {
    case .samples(.eight(let samples)):
      samples.withPointer { normalize($0 + place, step: step, count: count, into: plane) }
    case .samples(.sixteen(let samples)):
      samples.withPointer { normalize($0 + place, step: step, count: count, into: plane) }
    case .coefficients: return
    }
  }

  private func convert<T: Sample>(_ samples: UnsafePointer<T>, count: Int, into planes: [UnsafeMutablePointer<Float>]) {
    switch colorModel {
    case .rgb: split(samples, count: count, y: planes[0], cb: planes[1], cr: planes[2])
    case .ycbcr: normalize(samples, count: count, planes[0], planes[1], planes[2])
    case .gray, .cmyk:
      for (channel, plane) in planes.enumerated() {
        normalize(samples + channel, step: colorModel.channels, count: count, into: plane)
      }
    }
  }
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
