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
}

extension Samples {
  /// Hands over the first sample's place in memory.
  func withUnsafeStart<Result>(
    _ body: (UnsafeRawPointer) throws(ImageEncodingError) -> Result
  ) throws(ImageEncodingError) -> Result {
    func run(_ buffer: UnsafeRawBufferPointer) -> Swift.Result<Result, ImageEncodingError> {
      // An image has pixels.
      guard let start = buffer.baseAddress else { return .failure(.outOfMemory) }
      return capture { () throws(ImageEncodingError) in try body(start) }
    }
    switch self {
    case .eight(let samples): return try samples.withUnsafeBytes { run($0) }.get()
    case .sixteen(let samples): return try samples.withUnsafeBytes { run($0) }.get()
    }
  }
}

func checkSides(_ format: ImageFormat, width: Int, height: Int, limit: Int) throws(ImageEncodingError) {
  if max(width, height) > limit { throw .tooLarge(format, width: width, height: height, limit: limit) }
}

func checkOption(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws(ImageEncodingError) {
  if !range.contains(value) { throw .badOption(name: name, value: value, range: range) }
}
