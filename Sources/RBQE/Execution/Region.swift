import Imaging
import Inference

/// A rectangle of an image that goes through the network by itself.
///
/// The network sees `padded`, which reaches one receptive-field radius beyond `core` where the image goes on, so what
/// comes out inside `core` is what the whole image would have given there.
struct Region: Sendable, Equatable {
  /// The samples that count.
  let core: Rectangle
  /// The samples that the network sees.
  let padded: Rectangle

  /// A region of an image of the given size.
  ///
  /// - Parameters:
  ///   - core: left and top must be multiples of the model's stride, so that the grid of the strided layers agrees
  ///     with that of the whole image.
  ///   - halo: samples on each side, a multiple of the stride.
  init(core: Rectangle, halo: Int, imageWidth: Int, imageHeight: Int) {
    self.core = core
    let left = max(0, core.x - halo)
    let top = max(0, core.y - halo)
    let right = min(imageWidth, core.x + core.width + halo)
    let bottom = min(imageHeight, core.y + core.height + halo)
    padded = Rectangle(x: left, y: top, width: right - left, height: bottom - top)
  }

  /// A region that sees nothing beyond itself.
  init(alone core: Rectangle) {
    self.core = core
    padded = core
  }

  /// `core` in the coordinates of `padded`.
  var coreInPadded: Rectangle {
    Rectangle(x: core.x - padded.x, y: core.y - padded.y, width: core.width, height: core.height)
  }

  /// What gates pool over; nil: all that the network sees.
  var pooledArea: PooledArea? {
    guard core != padded else { return nil }
    let inner = coreInPadded
    return PooledArea(rows: inner.y..<inner.y + inner.height, columns: inner.x..<inner.x + inner.width)
  }
}

/// A rectangle of samples; `x` and `y` count from the left and the top.
struct Rectangle: Sendable, Equatable {
  let x: Int
  let y: Int
  let width: Int
  let height: Int
}
