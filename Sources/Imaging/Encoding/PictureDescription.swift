/// What an encoder must know of a picture besides its colour samples.
struct PictureDescription: Sendable {
  let width: Int
  let height: Int
  let colorModel: ColorModel
  let bitDepth: BitDepth
  let alpha: Samples?
  let metadata: Metadata
  let jpeg: JPEGDescription?

  /// Samples of a pixel, alpha included.
  var channels: Int { colorModel.channels + (alpha == nil ? 0 : 1) }
}

extension Image {
  /// The description of a picture that exists.
  var pictureDescription: PictureDescription {
    PictureDescription(
      width: width, height: height, colorModel: colorModel, bitDepth: bitDepth, alpha: alpha, metadata: metadata,
      jpeg: jpeg)
  }
}
