import Imaging
import Inference

extension Plane {
  /// The samples of one rectangle, which lies inside the plane.
  func cropped(to rectangle: Rectangle) -> Plane {
    if rectangle.width == width && rectangle.height == height { return self }
    var result: [Float] = []
    result.reserveCapacity(rectangle.width * rectangle.height)
    for row in rectangle.y..<rectangle.y + rectangle.height {
      let start = row * width + rectangle.x
      result += samples[start..<start + rectangle.width]
    }
    return Plane(width: rectangle.width, height: rectangle.height, samples: result)
  }

  /// `original + strength * (self - original)`, sample by sample.
  mutating func blend(towards original: Plane, strength: Float) {
    for index in samples.indices {
      let from = original.samples[index]
      samples[index] = from + strength * (samples[index] - from)
    }
  }
}

extension Image {
  /// The planes of a part of the image.
  func planes(in rectangle: Rectangle) -> [Plane] {
    planes(x: rectangle.x, y: rectangle.y, width: rectangle.width, height: rectangle.height)
  }
}

extension Tensor {
  /// Channel `index` of a [3, H, W] tensor.
  func plane(_ index: Int) -> Plane {
    let height = shape[1]
    let width = shape[2]
    let start = index * width * height
    return Plane(width: width, height: height, samples: Array(values[start..<start + width * height]))
  }
}
