/// The colours that red, green and blue of 0...1 can show.
package enum Gamut {
  /// Brings the colours of planes Y, Cb and Cr into the gamut, by clamping red, green and blue.
  ///
  /// Decoded chroma often points to colours that no picture has; the original's lie inside, and showing the picture
  /// would clamp them anyway.
  package static func hold(_ planes: [UnsafeMutablePointer<Float>], count: Int) {
    BlockKernels.inUse.table.pointee.hold_colors(planes[0], planes[1], planes[2], count, BT601.center)
  }
}
