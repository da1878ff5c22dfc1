/// Something about a file that its user may want to know, though the picture itself is unharmed.
public enum ImageNotice: Sendable, Hashable, CustomStringConvertible {
  /// A piece of metadata couldn't be read and is left out.
  case damaged(MetadataKind)
  /// A file holds a piece of metadata more than once; only the first is kept.
  case repeated(MetadataKind)
  /// A piece of metadata is too large for the format that is written, and is left out.
  case tooLarge(MetadataKind, bytes: Int, limit: Int)
  /// A piece of metadata describes pixels as they were, and is left out.
  case outdated(MetadataKind)
  /// The format that is written has no place for this piece of metadata.
  case noPlace(MetadataKind, in: ImageFormat)
  /// The file holds further pictures behind the main one (burst, gain map, preview); only the main one is read.
  case furtherPictures
  /// So many bytes behind the picture's end, such as the video of a motion photo, are left out.
  case trailer(bytes: Int)
  /// The file was signed (C2PA); the signature would not hold for other pixels, and is left out.
  case contentCredentials
  /// All of the picture is there, but the file's end marker isn't.
  case missingEnd
  /// The file, a progressive one, ends before all of its scans have come: the picture is there, but not as fine as it
  /// was coded.
  case missingScans
  /// The codec found something odd that costs no pixels, in its own words.
  case oddity(String)

  /// One sentence without a full stop.
  public var description: String {
    switch self {
    case .damaged(let kind): "\(kind) is damaged and was left out"
    case .repeated(let kind): "\(kind) comes more than once and was left out, but for the first"
    case .tooLarge(let kind, let bytes, let limit):
      "\(kind) has \(bytes) bytes, more than the \(limit) that fit, and was left out"
    case .outdated(let kind): "\(kind) doesn't hold for changed pixels and was left out"
    case .noPlace(let kind, let format): "\(format) has no place for \(kind), which was left out"
    case .furtherPictures: "the file holds further pictures (gain map, burst or preview); only the main one is kept"
    case .trailer(let bytes): "\(bytes) bytes behind the picture (as of a motion photo's video) were left out"
    case .contentCredentials: "content credentials don't hold for changed pixels and were left out"
    case .missingEnd: "the file's end marker is missing, the picture is complete"
    case .missingScans: "the file lacks its last scans, the picture is coarser than it was"
    case .oddity(let text): "the decoder says: \(text)"
    }
  }

  /// Whether it tells of what comes behind the picture, rather than of metadata.
  package var concernsTrailer: Bool {
    switch self {
    case .furtherPictures, .trailer: true
    default: false
    }
  }
}

/// Kinds of metadata, for messages.
public enum MetadataKind: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// A colour profile.
  case icc = "the ICC profile"
  /// Camera data.
  case exif = "EXIF data"
  /// An XMP packet.
  case xmp = "XMP data"
  /// The part of an XMP packet beyond a JPEG segment.
  case extendedXMP = "extended XMP data"
  /// Photoshop resources, IPTC captions among them.
  case iptc = "IPTC data"
  /// A text comment or keyword.
  case text = "a text comment"
  /// PNG's own colour description (gamma, primaries, HDR).
  case colorChunks = "the PNG colour description"
  /// Anything else.
  case other = "application data"

  /// The kind in words, with its article.
  public var description: String { rawValue }
}
