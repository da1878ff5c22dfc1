/// Reads what a JPEG file says before its first scan, and the metadata behind it.
struct JPEGHeaderReader {
  private(set) var frame: JPEGFrame?
  private var metadata = JPEGMetadataReader()
  private var tables = [[UInt16]](repeating: [], count: 4)
  private var restartInterval = 0
  private var hasJFIF = false
  private var adobeTransform: Int?
  private var firstScanComponents = 0
  private var scanStart = 0

  /// Reads everything up to the first scan.
  static func read(_ bytes: [UInt8]) throws(ImageDecodingError) -> JPEGHeaderReader {
    var reader = JPEGHeaderReader()
    var segments = JPEGSegments(bytes)
    while true {
      switch segments.next() {
      case .truncated: throw .truncated(.jpeg, row: nil, height: nil)
      case .end: throw .corrupt(.jpeg, reason: "it ends without a picture", row: nil)
      case .segment(let segment):
        let content = bytes[segment.content]
        try reader.take(segment.marker, content)
        guard segment.marker == JPEGMarker.startOfScan else { continue }
        reader.firstScanComponents = Int(content.first ?? 0)
        reader.scanStart = segments.position
        return reader
      }
    }
  }

  private mutating func take(_ marker: UInt8, _ content: ArraySlice<UInt8>) throws(ImageDecodingError) {
    switch marker {
    case JPEGMarker.jpegLS: throw .unsupported(.jpeg, feature: "JPEG-LS coding (SOF55)")
    case JPEGMarker.hierarchical: throw .unsupported(.jpeg, feature: "hierarchical coding (DHP)")
    case JPEGMarker.quantization: JPEGQuantization.read(content, into: &tables)
    case JPEGMarker.restartInterval where content.count >= 2:
      restartInterval = content.prefix(2).bigEndian
    case _ where JPEGMarker.isFrame(marker): try takeFrame(marker, content)
    default: takeApplication(marker, content)
    }
  }

  private mutating func takeFrame(_ marker: UInt8, _ content: ArraySlice<UInt8>) throws(ImageDecodingError) {
    if frame != nil { throw .corrupt(.jpeg, reason: "it has two frame headers", row: nil) }
    frame = try JPEGFrame(marker: marker, content: content)
  }

  private mutating func takeApplication(_ marker: UInt8, _ content: ArraySlice<UInt8>) {
    if marker == JPEGMarker.app0, content.count >= 14, content.starts(with: JPEGMetadataReader.jfif) { hasJFIF = true }
    if marker == JPEGMarker.app14, content.count >= 12, content.starts(with: JPEGMetadataReader.adobe) {
      adobeTransform = Int(content[content.startIndex + 11])
    }
    metadata.take(marker, content)
  }

  /// Metadata of a file that has been decoded, wherever in the file they are, what comes behind its picture, and what
  /// had to be left out.
  ///
  /// - Parameter bytes: The file that the header is of.
  func result(of bytes: [UInt8]) -> (metadata: Metadata, notices: [ImageNotice]) {
    var collected = self.metadata
    var segments = JPEGSegments(bytes, from: scanStart)
    let end = segments.findEnd()
    // Few writers put metadata between scans or behind them, but readers find them there.
    for segment in end?.metadata ?? [] {
      collected.take(segment.marker, bytes[segment.content])
    }
    var (metadata, notices) = collected.result()
    let trailer = end.map { Self.trailer(bytes[$0.place...]) } ?? []
    guard !trailer.isEmpty else { return (metadata, notices) }
    // A list of further pictures says where in the file they are, and won't be right any more.
    if notices.contains(.furtherPictures) {
      notices.append(.trailer(bytes: trailer.count))
    } else {
      metadata.trailer = trailer
    }
    return (metadata, notices)
  }

  /// What is shorter, or nothing but zeros, is padding.
  private static let leastTrailer = 16

  private static func trailer(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard rest.count >= leastTrailer, rest.contains(where: { $0 != 0 }) else { return [] }
    return rest
  }

  /// Every block costs at least one bit, unless the coding is arithmetic: no memory for a picture that can't be there.
  func checkData(fileSize: Int) throws(ImageDecodingError) {
    if let frame, !frame.isArithmetic, frame.blocks / 8 > fileSize - scanStart {
      throw .truncated(.jpeg, row: nil, height: frame.height)
    }
  }

  /// The header of the file, once all is read.
  func header() throws(ImageDecodingError) -> ImageHeader {
    guard let frame else { throw .corrupt(.jpeg, reason: "a scan comes before the frame header", row: nil) }
    let needsWhole = frame.isProgressive || firstScanComponents != frame.components.count
    let model = colorModel(frame)
    let keepsCoefficients =
      (model == .gray || model == .ycbcr) && frame.hasRegularRatios && (needsWhole || frame.hasModestCoefficients)
    return ImageHeader(
      format: .jpeg, width: frame.width, height: frame.height, colorModel: model, hasAlpha: false,
      sourceBits: 8, needsWholePicture: needsWhole,
      codecMemory: needsWhole || keepsCoefficients ? frame.coefficientBytes : 0, keepsCoefficients: keepsCoefficients,
      jpeg: description(frame, frame.components, tables))
  }

  /// What the file says about its coding, once all is read: tables may be defined, or defined anew, between its scans.
  ///
  /// - Parameter steps: What each component's data were quantised with; all 0 where none of them came.
  func description(codedWith steps: [[UInt16]]) -> JPEGDescription? {
    guard let frame else { return nil }
    let before = frame.components.map { tables[$0.table] }
    let after = zip(before, steps).map { $1.contains { $0 != 0 } ? $1 : $0 }
    if after == before { return description(frame, frame.components, tables) }
    // There are as many slots as a picture can have components.
    let components = frame.components.enumerated().map { index, component in
      JPEGDescription.Component(
        identifier: component.identifier, horizontal: component.horizontal, vertical: component.vertical, table: index)
    }
    return description(frame, components, after + repeatElement([], count: tables.count - after.count))
  }

  /// libjpeg's rules, in its order.
  private func colorModel(_ frame: JPEGFrame) -> ColorModel {
    switch frame.components.count {
    case 1: return .gray
    case 4: return .cmyk
    default:
      if hasJFIF { return .ycbcr }
      if let adobeTransform { return adobeTransform == 0 ? .rgb : .ycbcr }
      return frame.components.map(\.identifier) == Array("RGB".utf8) ? .rgb : .ycbcr
    }
  }

  private func description(
    _ frame: JPEGFrame, _ components: [JPEGDescription.Component], _ tables: [[UInt16]]
  ) -> JPEGDescription {
    let luma = tables[components[0].table]
    let hasChroma = components.count == 3 && colorModel(frame) == .ycbcr
    let estimate = JPEGQuality.estimate(luma: luma, chroma: hasChroma ? tables[components[1].table] : nil)
    return JPEGDescription(
      components: components, isProgressive: frame.isProgressive, isArithmetic: frame.isArithmetic,
      quantizationTables: tables, restartInterval: restartInterval, adobeTransform: adobeTransform,
      isYCCK: frame.components.count == 4 && (adobeTransform.map { $0 != 0 } ?? false), sampling: frame.sampling,
      estimatedQuality: estimate.quality, hasStandardTables: estimate.isExact)
  }
}
