import Imaging

extension ImageProcessor {
  /// Why an image of a plan will be refused, as far as its header tells; nil where only its pixels can.
  ///
  /// - Parameter threads: that will work on the image; nil: not known yet.
  public func refusal(of item: OutputPlan.Item, threads: Int?) -> (any Error)? {
    do {
      let source = item.source
      let header = try source.header ?? Self.header(of: source)
      try checkMemory(for: header, to: item.format, fileSize: source.status.size, threads: threads)
      guard header.pixels <= limits.maxPixels else {
        throw ImageDecodingError.tooManyPixels(width: header.width, height: header.height, limit: limits.maxPixels)
      }
      if item.format == .png && header.colorModel == .cmyk { throw ImageConversionError.cmyk(item.format) }
      try ImageEncoder.check(width: header.width, height: header.height, as: options.encoding(for: item.format))
      return nil
    } catch {
      return error
    }
  }

  /// Reads again what gave no header when the file was found, to learn why.
  private static func header(of source: Source) throws -> ImageHeader {
    let size = source.status.size
    let start = try FileContents.prefix(of: source.path, count: min(64 << 10, size))
    do {
      return try ImageDecoder.inspect(start)
    } catch .truncated where start.count < size {
      // Nothing but metadata so far; then all of it was looked at before, too.
      return try ImageDecoder.inspect(try FileContents.read(source.path))
    }
  }
}
