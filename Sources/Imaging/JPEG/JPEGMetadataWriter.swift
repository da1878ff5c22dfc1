/// Resolution in JFIF's terms.
struct JFIFDensity: Equatable {
  /// 0 aspect ratio, 1 per inch, 2 per centimetre.
  var unit: UInt8 = 0
  var x: UInt16 = 1
  var y: UInt16 = 1
}

/// Lays metadata out in JPEG segments, and says what has no place there.
struct JPEGMetadataWriter {
  /// The longest content of a segment.
  static let segmentLimit = 65533

  private(set) var segments: [JPEGSegment] = []
  private(set) var density = JFIFDensity()
  /// What goes behind the picture's end.
  private(set) var trailer: ArraySlice<UInt8> = []
  private(set) var notices: [ImageNotice] = []

  /// Segments in the order in which they are written.
  static func plan(_ metadata: Metadata, policy: MetadataPolicy) -> JPEGMetadataWriter {
    var writer = JPEGMetadataWriter()
    writer.addEXIF(metadata, policy)
    if policy == .all { writer.addXMP(metadata) }
    if policy != .none, let profile = metadata.iccProfile { writer.addProfile(profile) }
    if policy == .all {
      writer.addRest(metadata)
      writer.trailer = metadata.trailer
    } else if !metadata.trailer.isEmpty {
      writer.notices.append(.trailer(bytes: metadata.trailer.count))
    }
    if policy != .none, metadata.hasOwnColorChunks {
      writer.notices.append(.noPlace(.colorChunks, in: .jpeg))
    }
    return writer
  }

  private mutating func addEXIF(_ metadata: Metadata, _ policy: MetadataPolicy) {
    let signature = JPEGMetadataReader.exif + [0]
    guard let exif = metadata.exif(keeping: policy) else { return }
    if add(JPEGMarker.app1, signature, exif, kind: .exif) { return }
    // How to turn the picture, and what its colours mean, always fit.
    if let least = metadata.exif(keeping: .icc) { add(JPEGMarker.app1, signature, least, kind: .exif) }
  }

  private mutating func addXMP(_ metadata: Metadata) {
    guard let xmp = metadata.xmp else { return }
    guard let packet = metadata.trailer.isEmpty ? XMPPromises.takenBack(in: xmp) : xmp else {
      notices.append(.damaged(.xmp))
      return
    }
    let room = Self.segmentLimit - JPEGMetadataReader.xmp.count
    let fitting = packet.count > room ? XMPPadding.removed(from: packet) : packet
    guard add(JPEGMarker.app1, JPEGMetadataReader.xmp, fitting, kind: .xmp), let extended = metadata.extendedXMP else {
      return
    }
    addExtended(extended)
  }

  private mutating func addExtended(_ extended: ExtendedXMP) {
    let head = JPEGMetadataReader.extendedXMP + extended.guid
    let size = extended.content.count
    let room = Self.segmentLimit - head.count - 8
    for offset in stride(from: 0, to: size, by: room) {
      let part = extended.content[offset..<min(size, offset + room)]
      add(JPEGMarker.app1, head + bigEndian(size) + bigEndian(offset), Array(part), kind: .extendedXMP)
    }
  }

  private mutating func addProfile(_ profile: [UInt8]) {
    let room = Self.segmentLimit - JPEGMetadataReader.icc.count - 2
    let count = (profile.count + room - 1) / room
    if count > 255 {
      notices.append(.tooLarge(.icc, bytes: profile.count, limit: 255 * room))
      return
    }
    for number in 0..<count {
      let part = profile[number * room..<min(profile.count, (number + 1) * room)]
      add(
        JPEGMarker.app2, JPEGMetadataReader.icc + [UInt8(number + 1), UInt8(count)], Array(part), kind: .icc)
    }
  }

  private mutating func addRest(_ metadata: Metadata) {
    for content in PhotoshopResources.withoutThumbnails(metadata.iptc) {
      add(JPEGMarker.app13, JPEGMetadataReader.photoshop, content, kind: .iptc)
    }
    for segment in metadata.otherSegments { add(segment.marker, [], segment.content, kind: .other) }
    for comment in metadata.comments { add(JPEGMarker.comment, [], comment, kind: .text) }
    if let density = metadata.density { self.density = density.jfif }
    if metadata.otherChunks.contains(where: { $0.name != "tIME" }) { notices.append(.noPlace(.text, in: .jpeg)) }
  }

  /// - Parameter signature: What a segment of this kind begins with; messages are about the rest.
  @discardableResult
  private mutating func add(
    _ marker: UInt8, _ signature: [UInt8], _ content: [UInt8], kind: MetadataKind
  ) -> Bool {
    let limit = Self.segmentLimit - signature.count
    guard content.count <= limit else {
      notices.append(.tooLarge(kind, bytes: content.count, limit: limit))
      return false
    }
    segments.append(JPEGSegment(marker: marker, content: signature + content))
    return true
  }
}
