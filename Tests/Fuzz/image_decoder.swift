// Fuzz entry: any bytes through everything that the library does with a file. Compiled into the library's own module.

private let limits = DecodingLimits(maxPixels: 1 << 16, maxScans: 20, maxCodecMemory: 64 << 20)

/// One input; a trap is a finding, an error isn't.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let header = try? ImageDecoder.inspect(bytes)
  guard let image = try? ImageDecoder.decode(bytes, limits: limits) else { return 0 }
  precondition(header?.pixels == image.width * image.height, "header and picture disagree")
  precondition(header?.channels == image.channels && header?.bitDepth == image.bitDepth, "header and picture disagree")
  for policy in MetadataPolicy.allCases {
    rewrite(bytes, image, policy)
    encode(image, policy)
  }
  return 0
}

private func rewrite(_ bytes: [UInt8], _ image: Image, _ policy: MetadataPolicy) {
  let stripped = MetadataRewriter.applying(policy, to: bytes, metadata: image.metadata)
  let again = try? ImageDecoder.decode(stripped, limits: limits)
  precondition(again?.samples == image.samples, "taking metadata out changed the picture")
  precondition(again?.metadata.orientation == image.metadata.orientation, "the orientation is lost")
}

private func encode(_ image: Image, _ policy: MetadataPolicy) {
  for options in [EncodingOptions.png(PNGOptions(level: 1)), .jpeg(JPEGOptions(quality: 50, sampling: .s420))] {
    guard let file = try? ImageEncoder.encode(image, as: options, metadata: policy) else { continue }
    let again = try? ImageDecoder.decode(file, limits: limits)
    precondition(again?.width == image.width && again?.height == image.height, "our own file can't be read")
    precondition(again?.metadata.orientation == image.metadata.orientation, "the orientation is lost")
  }
}
