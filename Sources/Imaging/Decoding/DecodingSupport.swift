import CImageCodecs

extension ImageHeader {
  /// Refuses what is too large, on the header alone.
  func checkPixels(_ limits: DecodingLimits) throws(ImageDecodingError) {
    // Beyond 2^40 pixels no sum of bytes is safe from overflow, whatever the caller allows.
    guard pixels <= min(limits.maxPixels, 1 << 40) else {
      throw .tooManyPixels(width: width, height: height, limit: limits.maxPixels)
    }
  }

  /// Refuses what would need more memory than there is; to be asked after ``checkPixels(_:)``.
  func checkMemory(_ limits: DecodingLimits) throws(ImageDecodingError) {
    if let limit = limits.maxCodecMemory, codecMemory > limit {
      throw .outOfMemory(bytes: codecMemory, limit: limit)
    }
    let bytes = decodedBytes
    guard rbqe_can_allocate(bytes) != 0 else { throw .outOfMemory(bytes: bytes, limit: nil) }
  }
}

extension Array where Element: FixedWidthInteger {
  /// An array of `count` samples that a decoder writes, every one of them, or an error.
  static func decoded(
    _ count: Int, _ fill: (UnsafeMutablePointer<Element>) throws(ImageDecodingError) -> Void
  ) throws(ImageDecodingError) -> [Element] {
    var failure: ImageDecodingError?
    let samples = [Element](unsafeUninitializedCapacity: count) { buffer, filled in
      guard let start = buffer.baseAddress else { return }
      switch capture({ () throws(ImageDecodingError) in try fill(start) }) {
      case .success: filled = count
      case .failure(let error): failure = error
      }
    }
    if let failure { throw failure }
    return samples
  }
}

/// Runs `body` and holds its error as a value, to carry it with its type out of closures that throw any error.
func capture<T, E: Error>(_ body: () throws(E) -> T) -> Result<T, E> {
  do throws(E) { return .success(try body()) } catch { return .failure(error) }
}
