/// Takes metadata out of a file without touching its pixels.
public enum MetadataRewriter {
  /// The file as a policy wants it: the same bytes under ``MetadataPolicy/all``, otherwise without the pieces that the
  /// policy leaves out.
  ///
  /// Coded pixels stay as they are, bit for bit. What follows the picture's end (further pictures with metadata of
  /// their own, a video) goes, and an orientation other than 1 stays as a minimal EXIF block.
  ///
  /// - Parameters:
  ///   - policy: What to keep.
  ///   - bytes: A file that ``ImageDecoder`` has read.
  ///   - metadata: What it read there.
  public static func applying(_ policy: MetadataPolicy, to bytes: [UInt8], metadata: Metadata) -> [UInt8] {
    if policy == .all { return bytes }
    switch ImageFormat.detect(bytes) {
    case .jpeg: return JPEGRewriter.strip(bytes, to: policy, metadata: metadata)
    case .png: return PNGRewriter.strip(bytes, to: policy, metadata: metadata)
    case nil: return bytes
    }
  }
}
