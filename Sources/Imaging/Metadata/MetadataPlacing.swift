extension Metadata {
  /// What a format has no place for under a policy; what the policy itself leaves out isn't listed, but for
  /// ``trailer``, which may be more than metadata.
  public func losses(writingAs format: ImageFormat, policy: MetadataPolicy = .all) -> [ImageNotice] {
    switch format {
    case .jpeg: JPEGMetadataWriter.plan(self, policy: policy).notices
    case .png: PNGMetadataWriter.plan(self, policy: policy).notices
    }
  }

  /// EXIF under a policy: all but the thumbnail, which shows the picture as it was, or the orientation alone where
  /// there is one to keep, with what tells the meaning of colours where that is to be kept and nothing else tells it.
  func exif(keeping policy: MetadataPolicy) -> [UInt8]? {
    if policy == .all { return exif.map(TIFF.withoutThumbnail) }
    let isAdobeRGB = policy == .icc && isAdobeRGBByEXIFAlone
    return orientation == 1 && !isAdobeRGB ? nil : TIFF.holding(orientation: orientation, isAdobeRGB: isAdobeRGB)
  }

  /// As of cameras that are set to Adobe RGB: they write no profile.
  private var isAdobeRGBByEXIFAlone: Bool {
    iccProfile == nil && colorChunks.isEmpty && exif.map(TIFF.isAdobeRGB) == true
  }
}
