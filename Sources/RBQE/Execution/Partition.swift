/// How an image is cut for the network: what the decision looks at, and what is computed at a time.
///
/// Both depend on the image's size and the model alone, so that decisions and bytes never depend on memory or threads.
struct Partition: Sendable, Equatable {
  /// Above this many pixels the exit is chosen on a sample of tiles, then the image goes through once: as a stream, or
  /// on the reference path in strips of about this size.
  static let wholeImageLimit = 2_000_000
  /// Side of a sample tile, and the unit that tile corners lie on.
  static let tileSide = 256
  static let tileGrid = 64
  /// Tiles along each side of the image.
  static let tilesPerSide = 3

  /// Where strips are cut across, a multiple of the grid.
  static let stripWidthLimit = 16_384

  let width: Int
  let height: Int
  /// Samples that a region sees beyond its core, a multiple of the model's stride.
  let halo: Int
  /// Whether parts of the image can go through the network by themselves.
  let isDivisible: Bool
  /// Whether the decision is made on a part of the image, which then goes through once more as a whole.
  let isSampled: Bool

  /// - Parameter reach: how far one sample can influence another; nil if over the whole image, which then can't be cut.
  init(width: Int, height: Int, reach: Int?, stride: Int) {
    self.width = width
    self.height = height
    halo = ((reach ?? 0) + stride - 1) / stride * stride
    isDivisible = reach != nil && Self.tileGrid % stride == 0
    isSampled = isDivisible && width * height > Self.wholeImageLimit
  }

  /// The regions that the decision looks at: the whole image, or tiles spread evenly over it.
  var sample: [Region] {
    guard isSampled else {
      return [region(x: 0, y: 0, width: width, height: height)]
    }
    let columns = Self.corners(extent: width)
    return Self.corners(extent: height).flatMap { y in
      columns.map { x in
        region(x: x, y: y, width: min(Self.tileSide, width - x), height: min(Self.tileSide, height - y))
      }
    }
  }

  /// Strips from top to bottom that together cover the image: of full width, unless it is very wide.
  var strips: [Region] {
    let columns = min(width, Self.stripWidthLimit)
    let rows = max(Self.tileGrid, Self.wholeImageLimit / columns / Self.tileGrid * Self.tileGrid)
    return stride(from: 0, to: height, by: rows).flatMap { y in
      stride(from: 0, to: width, by: columns).map { x in
        region(x: x, y: y, width: min(columns, width - x), height: min(rows, height - y))
      }
    }
  }

  private func region(x: Int, y: Int, width: Int, height: Int) -> Region {
    Region(
      core: Rectangle(x: x, y: y, width: width, height: height), halo: halo, imageWidth: self.width,
      imageHeight: self.height)
  }

  /// Tile corners along one side: evenly spread, on the grid, never overlapping.
  private static func corners(extent: Int) -> [Int] {
    let room = max(0, extent - tileSide)
    var corners: [Int] = []
    for index in 0..<tilesPerSide {
      // Centres of equal parts, so that no tile sits in a corner of the picture, where photographs show least.
      let centre = (2 * index + 1) * extent / (2 * tilesPerSide)
      let corner = min(room, max(0, centre - tileSide / 2)) / tileGrid * tileGrid
      if let last = corners.last, corner < last + tileSide { continue }
      corners.append(corner)
    }
    return corners
  }
}
