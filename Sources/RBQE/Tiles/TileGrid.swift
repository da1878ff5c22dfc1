/// The tiles of an image that are decided about one by one: a fixed grid in image coordinates, from the upper left.
///
/// It depends on the image's size and the model alone.
struct TileGrid: Sendable, Equatable {
  /// Side of a tile in pixels, a multiple of every model's stride and of every minimum coded unit.
  ///
  /// Tiles at the right and lower edge have what is left. docs/policies.md says how it was chosen.
  static let side = 512

  /// The side of the tiles of this image.
  let side: Int
  let columns: Int
  let rows: Int
  private let partition: Partition

  /// - Parameter partition: Says whether the image can be cut; if not, it is one tile.
  init(_ partition: Partition) {
    self.partition = partition
    side = partition.isDivisible ? Self.side : max(partition.width, partition.height)
    columns = (partition.width + side - 1) / side
    rows = (partition.height + side - 1) / side
  }

  /// All tiles, row by row.
  var tiles: [Rectangle] {
    (0..<rows).flatMap { row in
      (0..<columns).map { column in
        Rectangle(
          x: column * side, y: row * side, width: min(side, partition.width - column * side),
          height: min(side, partition.height - row * side))
      }
    }
  }

  /// A tile with all that later exits see of its surroundings.
  func region(_ tile: Rectangle) -> Region {
    Region(core: tile, halo: partition.halo, imageWidth: partition.width, imageHeight: partition.height)
  }

  /// The most pixels along each side that go through the network at once.
  var largestRegion: (width: Int, height: Int) {
    (min(partition.width, side + 2 * partition.halo), min(partition.height, side + 2 * partition.halo))
  }
}
