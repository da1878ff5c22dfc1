/// Collects metadata from JPEG segments.
///
/// Nothing in here fails: what can't be read is noted and left out.
struct JPEGMetadataReader {
  static let jfif = Array("JFIF\0".utf8)
  static let exif = Array("Exif\0".utf8)
  static let xmp = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
  static let extendedXMP = Array("http://ns.adobe.com/xmp/extension/\0".utf8)
  static let icc = Array("ICC_PROFILE\0".utf8)
  static let multiPicture = Array("MPF\0".utf8)
  static let gainMap = Array("urn:iso:std:iso:ts:21496:-1\0".utf8)
  static let photoshop = Array("Photoshop 3.0\0".utf8)
  static let adobe = Array("Adobe".utf8)
  static let ducky = Array("Ducky".utf8)
  /// Of segments that hold boxes, or parts of them, as JPEG XT defines them.
  private static let box = Array("JP".utf8)
  private static let universalBox = Array("jumb".utf8)

  private var count = 0
  private var metadata = Metadata()
  private var notices: [ImageNotice] = []
  private var profile = ICCParts()
  private var extended = ExtendedXMPParts()

  /// Takes one segment; those that describe pixels rather than the picture are passed over.
  mutating func take(_ marker: UInt8, _ content: ArraySlice<UInt8>) {
    guard JPEGMarker.isMetadata(marker) else { return }
    count += 1
    guard count <= Metadata.mostPieces else { return note(.damaged(.other)) }
    switch marker {
    case JPEGMarker.comment: metadata.comments.append(Array(content))
    case JPEGMarker.app0: takeJFIF(content)
    case JPEGMarker.app1: takeAPP1(content)
    case JPEGMarker.app2: takeAPP2(content)
    case JPEGMarker.app11 where content.starts(with: Self.box): takeBox(content)
    case JPEGMarker.app13 where content.starts(with: Self.photoshop):
      metadata.iptc.append(Array(content.dropFirst(Self.photoshop.count)))
    case JPEGMarker.app14 where content.starts(with: Self.adobe): break
    // Photoshop's record of the quality it saved with; no longer true.
    case 0xEC where content.starts(with: Self.ducky): break
    case JPEGMarker.app1...JPEGMarker.app15: keep(marker, content)
    default: break
    }
  }

  /// All that was found, and what had to be left out.
  func result() -> (metadata: Metadata, notices: [ImageNotice]) {
    var metadata = metadata
    var notices = notices
    if profile.isPresent {
      metadata.iccProfile = profile.joined()
      if metadata.iccProfile == nil { notices.append(.damaged(.icc)) }
    }
    if extended.isPresent {
      metadata.extendedXMP = extended.joined(for: metadata.xmp)
      if metadata.extendedXMP == nil { notices.append(.damaged(.extendedXMP)) }
    }
    return (metadata, notices)
  }

  private mutating func note(_ notice: ImageNotice) {
    if !notices.contains(notice) { notices.append(notice) }
  }

  private mutating func keep(_ marker: UInt8, _ content: ArraySlice<UInt8>) {
    metadata.otherSegments.append(JPEGSegment(marker: marker, content: Array(content)))
  }

  private mutating func takeJFIF(_ content: ArraySlice<UInt8>) {
    guard content.starts(with: Self.jfif), content.count >= 12, metadata.density == nil else { return }
    let fields = Array(content.dropFirst(7).prefix(5))
    let units: [Density.Unit] = [.aspectRatio, .perInch, .perCentimetre]
    let across = fields[1...2].bigEndian
    let down = fields[3...4].bigEndian
    guard Int(fields[0]) < units.count, across > 0, down > 0 else { return }
    let density = Density(unit: units[Int(fields[0])], x: across, y: down)
    // What every encoder writes that knows nothing.
    if density == Density(unit: .aspectRatio, x: 1, y: 1) { return }
    metadata.density = density
  }

  private mutating func takeAPP1(_ content: ArraySlice<UInt8>) {
    if content.starts(with: Self.exif) {
      takeEXIF(content.dropFirst(Self.exif.count + 1))
    } else if content.starts(with: Self.xmp) {
      guard metadata.xmp == nil else { return note(.repeated(.xmp)) }
      metadata.xmp = Array(content.dropFirst(Self.xmp.count))
    } else if content.starts(with: Self.extendedXMP) {
      extended.take(content.dropFirst(Self.extendedXMP.count))
    } else {
      keep(JPEGMarker.app1, content)
    }
  }

  private mutating func takeEXIF(_ body: ArraySlice<UInt8>) {
    guard metadata.exif == nil else { return note(.repeated(.exif)) }
    if TIFF.isPlausible(body) { metadata.exif = Array(body) } else { note(.damaged(.exif)) }
  }

  /// Universal boxes (JUMBF) hold content credentials; others are layers of the picture, such as what a file of more
  /// than 8 bits has beyond them.
  ///
  /// In front of the type are the signature, the numbers of the box and of its part, and its length.
  private mutating func takeBox(_ content: ArraySlice<UInt8>) {
    note(content.dropFirst(12).starts(with: Self.universalBox) ? .contentCredentials : .outdated(.other))
  }

  private mutating func takeAPP2(_ content: ArraySlice<UInt8>) {
    if content.starts(with: Self.icc) {
      profile.take(content.dropFirst(Self.icc.count))
    } else if content.starts(with: Self.multiPicture) || content.starts(with: Self.gainMap) {
      note(.furtherPictures)
    } else {
      keep(JPEGMarker.app2, content)
    }
  }
}
