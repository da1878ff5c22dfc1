extension Image {
  /// The image in samples that the format takes, in the terms of the encoding stage.
  func fitted(to format: ImageFormat) throws(ImageEncodingError) -> Image {
    do throws(ImageConversionError) {
      return try converted(to: format, depth: format == .jpeg && bitDepth == .sixteen ? .eight : nil)
    } catch {
      if case .alpha = error { throw .alpha }
      throw .wrongSamples(format, colorModel: colorModel, depth: bitDepth)
    }
  }

  func checkSides(_ format: ImageFormat, limit: Int) throws(ImageEncodingError) {
    if max(width, height) > limit { throw .tooLarge(format, width: width, height: height, limit: limit) }
  }
}

func checkOption(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws(ImageEncodingError) {
  if !range.contains(value) { throw .badOption(name: name, value: value, range: range) }
}
