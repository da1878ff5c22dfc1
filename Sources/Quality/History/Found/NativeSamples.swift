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

  /// How far luma is from whole numbers, on average, in levels.
  ///
  /// Of a decoder that rounds before it makes colours 0.15; one that computes in floating point leaves it evenly spread,
  /// which is 0.25. Grey is whole in any case.
  var lumaFraction: Float {
    let sum = planes[0].samples.reduce(Float(0)) { $0 + abs($1 * 255 - ($1 * 255).nearestWhole) }
    return sum / Float(planes[0].samples.count)
  }

  /// The part of a component whose samples cover so many pixels.
  ///
  /// - Parameter isWhole: Whether the decoder's samples were whole numbers, which is what rounding brings back.
  func component(_ index: Int, across: Int, down: Int, isWhole: Bool) -> NativeComponent {
    let plane = planes[index]
    return NativeComponent(
      seen: isWhole ? wholeLevels(index) : plane.samples.map { $0 * 255 }, width: plane.width,
      height: plane.height,
      part: .init(x: x.lowerBound - origin.x, y: y.lowerBound - origin.y, width: x.count, height: y.count),
      across: across, down: down)
  }

  /// What the decoder had, if it rounded it and then what it made of it, and cut off nothing.
  ///
  /// Each channel is within half a level of luma and what chroma adds, so luma is at most half a level off, and what is
  /// left of blue and red tells chroma.
  private func wholeLevels(_ index: Int) -> [Float] {
    let luma = planes[0].samples
    guard index > 0 else { return luma.map { ($0 * 255).nearestWhole } }
    return zip(luma, planes[index].samples).map { luma, chroma in
      let whole = (luma * 255).nearestWhole / 255
      let told =
        index == 1
        ? BT601.blueDifference(whole, BT601.blue(luma, chroma)) : BT601.redDifference(whole, BT601.red(luma, chroma))
      return (told * 255).nearestWhole
    }
  }
}

/// One component of a part of a picture, with some of its surroundings.
struct NativeComponent {
  /// At full resolution, in rows; what clipping took may be put back.
  private var levels: [Float]
  private let width, height: Int
  /// Where the part begins, and its size.
  private let part: Part
  private let across, down: Int

  /// A place and a size, in pixels.
  struct Part {
    let x, y, width, height: Int
  }

  init(seen: [Float], width: Int, height: Int, part: Part, across: Int, down: Int) {
    levels = seen
    (self.width, self.height, self.part) = (width, height, part)
    (self.across, self.down) = (across, down)
  }

  /// The part at the component's own resolution.
  func narrowed() -> (samples: [Float], width: Int, height: Int) {
    var (samples, width) = (levels, width)
    if across * down > 1 {
      (samples, width, _) = ChromaNarrowing.narrow(levels, width: width, height: height, across: across, down: down)
    }
    let (left, top) = (part.x / across, part.y / down)
    let size = (width: (part.width + across - 1) / across, height: (part.height + down - 1) / down)
    var result: [Float] = []
    result.reserveCapacity(size.width * size.height)
    for row in top..<top + size.height { result += samples[row * width + left..<row * width + left + size.width] }
    return (result, size.width, size.height)
  }

  /// A level of the part, at full resolution.
  subscript(row: Int, column: Int) -> Float {
    get { levels[(part.y + row) * width + part.x + column] }
    set { levels[(part.y + row) * width + part.x + column] = newValue }
  }
}

extension Float {
  /// The nearest whole number, of two the even one, for numbers between minus and plus 2^22.
  ///
  /// `rounded()` is a call into the system's library on processors that promise no more than the first x86-64 did.
  var nearestWhole: Float {
    // Between 2^23 and 2^24 neighbours are 1 apart; in the middle of that negative numbers have room too.
    let middle: Float = 0x1.8p23
    return self + middle - middle
  }
}
