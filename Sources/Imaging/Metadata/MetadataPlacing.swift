extension Metadata {
  /// What a format has no place for under a policy; what the policy itself leaves out isn't listed, but for
  /// ``trailer``, which may be more than metadata.
  public func losses(writingAs format: ImageFormat, policy: MetadataPolicy = .all) -> [ImageNotice] {
    switch format {
    case .jpeg: JPEGMetadataWriter.plan(self, policy: policy).notices
    case .png: PNGMetadataWriter.plan(self, policy: policy).notices
    }
  }

  /// EXIF under a policy: all but the thumbnail, which shows the picture as it was, or the orientation alone where there
  /// is one to keep.
  func exif(keeping policy: MetadataPolicy) -> [UInt8]? {
    if policy == .all { return exif.map(TIFF.withoutThumbnail) }
    return orientation == 1 ? nil : TIFF.holding(orientation: orientation)
  }

  /// Whether PNG's colour description says something else than sRGB, which readers assume without one.
  var hasOwnColorChunks: Bool {
    if colorChunks.contains(where: { $0.name == "sRGB" }) { return false }
    return colorChunks.contains { $0.name != "gAMA" || $0.content != bigEndian(Self.gammaOfSRGB) }
  }

  private static let gammaOfSRGB = 45455
}

/// Four bytes, highest first.
func bigEndian(_ value: Int) -> [UInt8] {
  let value = UInt32(clamping: value)
  return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}
