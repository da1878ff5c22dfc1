/// The colour transform of JFIF: ITU-R BT.601 over the full range, values of 0...1, colour differences centred on
/// 128/255.
package enum BT601 {
  /// What samples of colour differences are where there is no colour.
  package static let center: Float = 128.0 / 255

  @inline(__always)
  package static func luma(_ red: Float, _ green: Float, _ blue: Float) -> Float {
    0.299 * red + 0.587 * green + 0.114 * blue
  }

  @inline(__always)
  package static func blueDifference(_ luma: Float, _ blue: Float) -> Float { (blue - luma) * (1 / 1.772) + center }

  @inline(__always)
  package static func redDifference(_ luma: Float, _ red: Float) -> Float { (red - luma) * (1 / 1.402) + center }

  @inline(__always)
  package static func red(_ luma: Float, _ redDifference: Float) -> Float { luma + 1.402 * (redDifference - center) }

  @inline(__always)
  package static func green(_ luma: Float, _ blueDifference: Float, _ redDifference: Float) -> Float {
    luma - (0.114 * 1.772 / 0.587) * (blueDifference - center) - (0.299 * 1.402 / 0.587) * (redDifference - center)
  }

  @inline(__always)
  package static func blue(_ luma: Float, _ blueDifference: Float) -> Float { luma + 1.772 * (blueDifference - center) }
}
