import Imaging

/// A part of a picture as a JPEG decoder had it before it widened chroma, made colours and rounded: levels of 0...255.
struct NativeSamples {
  /// Pixels around the part that are looked at besides.
  static let margin = 2 * ChromaNarrowing.reach

  private let planes: [Plane]
  /// Of the planes.
  private let origin: (x: Int, y: Int)
  private let x, y: Range<Int>

  /// - Parameters:
  ///   - x: Columns of pixels, from a multiple of 16 on, to one or to the picture's edge.
  ///   - y: Rows, likewise.
  init(of image: Image, x: Range<Int>, y: Range<Int>) {
    func widened(_ range: Range<Int>, _ size: Int) -> Range<Int> {
      guard image.colorModel != .gray else { return range }
      return max(0, range.lowerBound - Self.margin)..<min(size, range.upperBound + Self.margin)
    }
    let (columns, rows) = (widened(x, image.width), widened(y, image.height))
    planes = image.planes(x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
    origin = (columns.lowerBound, rows.lowerBound)
    (self.x, self.y) = (x, y)
  }

  /// Whether no sample has a colour.
  var isGrey: Bool {
    planes.dropFirst().allSatisfy { plane in plane.samples.allSatisfy { abs($0 * 255 - 128) < 1 } }
  }

  /// The part of a component whose samples cover so many pixels.
  ///
  /// Samples that weren't widened were whole numbers, which is what rounding brings back.
  func component(_ index: Int, across: Int, down: Int) -> (samples: [Float], width: Int, height: Int) {
    let plane = planes[index]
    let isWhole = across == 1 && down == 1
    let (wide, width, _) =
      isWhole
      ? (plane.samples, plane.width, plane.height)
      : ChromaNarrowing.narrow(plane.samples, width: plane.width, height: plane.height, across: across, down: down)
    let (left, top) = ((x.lowerBound - origin.x) / across, (y.lowerBound - origin.y) / down)
    let size = (width: (x.count + across - 1) / across, height: (y.count + down - 1) / down)
    var part: [Float] = []
    part.reserveCapacity(size.width * size.height)
    for row in top..<top + size.height {
      let line = wide[row * width + left..<row * width + left + size.width]
      part += isWhole ? line.map { ($0 * 255).rounded() } : line.map { $0 * 255 }
    }
    return (part, size.width, size.height)
  }
}
