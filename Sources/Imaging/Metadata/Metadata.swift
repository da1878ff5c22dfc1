/// What travels with the pixels of a picture, as the very bytes that the file held.
public struct Metadata: Sendable, Equatable {
  /// The colour profile; what colours mean, so pixels and profile stay together.
  public var iccProfile: [UInt8]?
  /// EXIF as a TIFF structure, beginning with its byte order mark.
  public var exif: [UInt8]?
  /// The XMP packet, UTF-8.
  public var xmp: [UInt8]?
  /// What didn't fit into the packet of a JPEG file.
  public var extendedXMP: ExtendedXMP?
  /// Contents of Photoshop segments (APP13, behind their signature), which hold IPTC data; JPEG only.
  public var iptc: [[UInt8]]
  /// Text comments: JPEG COM segments, PNG texts with the keyword "Comment".
  ///
  /// Their encoding is nowhere defined.
  public var comments: [[UInt8]]
  /// Resolution or pixel aspect ratio.
  public var density: Density?
  /// PNG's own colour description: gAMA, cHRM, sRGB, cICP, mDCV, cLLI; PNG only.
  public var colorChunks: [PNGChunk]
  /// Other PNG chunks that hold for changed pixels too: text, time, those marked as safe to copy; PNG only.
  public var otherChunks: [PNGChunk]
  /// JPEG application segments of unknown makers; JPEG only.
  public var otherSegments: [JPEGSegment]
  /// What follows the picture's end in a file, such as the video of a motion photo; JPEG only.
  ///
  /// It is kept behind the new picture, so that what looks for it from the file's end finds it. Padding doesn't count,
  /// nor does what a list of further pictures (MPF) looks for from the file's beginning.
  public var trailer: ArraySlice<UInt8>

  /// Metadata of an image that has none, or some of it.
  public init(
    iccProfile: [UInt8]? = nil, exif: [UInt8]? = nil, xmp: [UInt8]? = nil, extendedXMP: ExtendedXMP? = nil,
    iptc: [[UInt8]] = [], comments: [[UInt8]] = [], density: Density? = nil, colorChunks: [PNGChunk] = [],
    otherChunks: [PNGChunk] = [], otherSegments: [JPEGSegment] = [], trailer: ArraySlice<UInt8> = []
  ) {
    self.iccProfile = iccProfile
    self.exif = exif
    self.xmp = xmp
    self.extendedXMP = extendedXMP
    self.iptc = iptc
    self.comments = comments
    self.density = density
    self.colorChunks = colorChunks
    self.otherChunks = otherChunks
    self.otherSegments = otherSegments
    self.trailer = trailer
  }

  /// How to turn the pixels for viewing, EXIF's 1...8; 1 (as they are) where EXIF says nothing or nonsense.
  public var orientation: Int { exif.flatMap(TIFF.orientation) ?? 1 }

  /// Whether nothing is there.
  public var isEmpty: Bool { self == Metadata() }
}

/// The tail of an XMP packet that a JPEG file spreads over further segments.
public struct ExtendedXMP: Sendable, Equatable {
  /// 32 hexadecimal digits by which the main packet refers to it.
  public let guid: [UInt8]
  /// The whole of it, put together.
  public let content: [UInt8]

  /// An extension of a packet.
  ///
  /// - Precondition: `guid` has 32 digits; it comes from the caller's own code, never unchecked from a file.
  public init(guid: [UInt8], content: [UInt8]) {
    precondition(guid.count == 32, "a GUID has 32 digits")
    self.guid = guid
    self.content = content
  }
}

/// A PNG chunk: its four-letter name and its content.
public struct PNGChunk: Sendable, Equatable {
  /// Four ASCII letters.
  public let name: String
  /// Without length and checksum.
  public let content: [UInt8]

  /// A chunk.
  ///
  /// - Precondition: `name` is four ASCII letters; it comes from the caller's own code, never unchecked from a file.
  public init(name: String, content: [UInt8]) {
    precondition(name.utf8.count == 4 && name.utf8.allSatisfy(PNGChunks.isLetter), "a chunk's name is four letters")
    self.name = name
    self.content = content
  }
}

/// A JPEG application or comment segment.
public struct JPEGSegment: Sendable, Equatable {
  /// 0xE1...0xEF for APP1...APP15, 0xFE for a comment.
  public let marker: UInt8
  /// Without marker and length.
  public let content: [UInt8]

  /// A segment; one of more than 65533 bytes is left out when written.
  ///
  /// - Precondition: `marker` is one of those that ``marker`` names: others mean something to decoders. It comes from
  ///   the caller's own code, never unchecked from a file.
  public init(marker: UInt8, content: [UInt8]) {
    precondition(
      (JPEGMarker.app1...JPEGMarker.app15).contains(marker) || marker == JPEGMarker.comment,
      "neither an application segment nor a comment")
    self.marker = marker
    self.content = content
  }
}

extension Metadata {
  /// More segments or chunks than any writer makes would only take memory.
  static let mostPieces = 10_000
}
