extension Image {
  /// The same picture with other colour samples, fit for a format: what an enhancement gives back.
  ///
  /// Values are rounded once. Grey stays grey, colour becomes YCbCr for JPEG (an RGB JPEG, too: its successor is YCbCr)
  /// and RGB for PNG, CMYK stays as it is stored. Alpha, metadata and notices are carried over.
  ///
  /// - Parameters:
  ///   - planes: As many as ``planes()`` gives, of the image's size.
  ///   - format: Where the image is going.
  ///   - depth: Bits of a sample; `nil`: 8 for JPEG, for PNG as many as now.
  /// - Throws: ``ImageConversionError``, for the same reasons as ``checkConvertible(to:depth:)`` and for wrong planes.
  public func replacing(
    planes: [Plane], for format: ImageFormat, depth: BitDepth? = nil
  ) throws(ImageConversionError) -> Image {
    try checkConvertible(to: format, depth: depth)
    try Image.check(planes, colorModel: colorModel, width: width, height: height)
    let target = targetDepth(format, depth)
    let model = targetModel(format)
    let samples = Image.samples(of: planes, colorModel: model, bitDepth: target)
    return with(samples, model: model, for: format)
  }

  /// The same with samples that `fill` writes row by row, every row of them.
  ///
  /// - Parameter encoding: encodes the rows while they are written.
  /// - Throws: ``ImageConversionError``, as ``checkConvertible(to:depth:)``, and what `fill` throws.
  package func replacing(
    for format: ImageFormat, depth: BitDepth? = nil, encoding: StreamedEncoding? = nil,
    filledBy fill: (RowCanvas) throws -> Void
  ) throws -> Image {
    try checkConvertible(to: format, depth: depth)
    let (model, depth) = (targetModel(format), targetDepth(format, depth))
    let samples = try Samples(width: width, height: height, colorModel: model, bitDepth: depth) { canvas in
      guard let encoding else { return try fill(canvas) }
      let picture = PictureDescription(
        width: width, height: height, colorModel: model, bitDepth: depth,
        alpha: format == .jpeg ? nil : alpha?.converted(to: depth), metadata: metadata, jpeg: jpeg)
      try encoding.follow(picture, on: canvas, fill)
    }
    return with(samples, model: model, for: format)
  }

  /// The same picture in samples that a format can hold; the image itself where nothing has to change.
  ///
  /// - Throws: ``ImageConversionError``, for the same reasons as ``checkConvertible(to:depth:)``.
  public func converted(to format: ImageFormat, depth: BitDepth? = nil) throws(ImageConversionError) -> Image {
    try checkConvertible(to: format, depth: depth)
    let target = targetDepth(format, depth)
    let model = targetModel(format)
    if case .samples(let samples) = content, model == colorModel {
      return with(samples.converted(to: target), model: model, for: format)
    }
    let rows = ImageRows(self)
    let samples = Samples(width: width, height: height, colorModel: model, bitDepth: target) { canvas in
      canvas.copy(rows, width: width, height: height, planes: colorModel.channels)
    }
    return with(samples, model: model, for: format)
  }

  /// Whether the picture fits a format, without doing the work: ask before an enhancement, not after.
  ///
  /// - Throws: ``ImageConversionError/alpha(_:)`` for transparency in JPEG (an alpha channel that hides nothing is
  ///   fine), ``ImageConversionError/cmyk(_:)`` for CMYK in PNG, ``ImageConversionError/depth(_:_:)`` for 16 bits in
  ///   JPEG.
  public func checkConvertible(to format: ImageFormat, depth: BitDepth? = nil) throws(ImageConversionError) {
    switch format {
    case .jpeg:
      if depth == .sixteen { throw .depth(format, .sixteen) }
      if let alpha, !alpha.isAllMaximum { throw .alpha(format) }
    case .png:
      if colorModel == .cmyk { throw .cmyk(format) }
    }
  }

  private func targetDepth(_ format: ImageFormat, _ depth: BitDepth?) -> BitDepth {
    depth ?? (format == .jpeg ? .eight : bitDepth)
  }

  private func targetModel(_ format: ImageFormat) -> ColorModel {
    switch colorModel {
    case .gray, .cmyk: colorModel
    case .ycbcr, .rgb: format == .jpeg ? .ycbcr : .rgb
    }
  }

  private func with(_ samples: Samples, model: ColorModel, for format: ImageFormat) -> Image {
    Image(
      width: width, height: height, colorModel: model, samples: samples,
      alpha: format == .jpeg ? nil : alpha?.converted(to: samples.bitDepth), metadata: metadata, jpeg: jpeg,
      notices: notices)
  }
}
