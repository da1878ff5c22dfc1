/// The frame header of a JPEG file.
struct JPEGFrame {
  let width: Int
  let height: Int
  let isProgressive: Bool
  let isArithmetic: Bool
  let components: [JPEGDescription.Component]

  init(marker: UInt8, content: ArraySlice<UInt8>) throws(ImageDecodingError) {
    try JPEGFrame.checkProcess(marker)
    let content = Array(content)
    guard content.count >= 6, content.count >= 6 + 3 * Int(content[5]) else {
      throw .corrupt(.jpeg, reason: "the frame header is too short", row: nil)
    }
    guard content[0] == 8 else { throw .unsupported(.jpeg, feature: "\(content[0])-bit samples") }
    height = content[1...2].bigEndian
    width = content[3...4].bigEndian
    if height == 0 { throw .unsupported(.jpeg, feature: "a height that comes after the picture (DNL)") }
    if width == 0 { throw .corrupt(.jpeg, reason: "the width is 0", row: nil) }
    isProgressive = marker == 0xC2 || marker == 0xCA
    isArithmetic = marker >= 0xC9
    components = (0..<Int(content[5])).map { index in
      let at = 6 + 3 * index
      return JPEGDescription.Component(
        identifier: content[at], horizontal: Int(content[at + 1] >> 4), vertical: Int(content[at + 1] & 15),
        table: Int(content[at + 2]))
    }
    guard [1, 3, 4].contains(components.count) else {
      throw .unsupported(.jpeg, feature: "\(components.count) colour components")
    }
    guard components.allSatisfy({ 1...4 ~= $0.horizontal && 1...4 ~= $0.vertical && 0...3 ~= $0.table }) else {
      throw .corrupt(.jpeg, reason: "the frame header has impossible sampling factors or tables", row: nil)
    }
  }

  private static func checkProcess(_ marker: UInt8) throws(ImageDecodingError) {
    switch marker {
    case 0xC0, 0xC1, 0xC2, 0xC9, 0xCA: return
    case 0xC3, 0xCB: throw .unsupported(.jpeg, feature: "lossless coding (SOF\(marker - 0xC0))")
    default: throw .unsupported(.jpeg, feature: "hierarchical coding (SOF\(marker - 0xC0))")
    }
  }

  /// Up to here coefficients are held even where samples would take less: both fit any machine.
  private static let modestBytes = 256 << 20

  /// Whether the coefficients of the picture are held though its scan could be decoded row by row: they take no more
  /// than samples would (4:2:0), or little.
  ///
  /// A property of the picture alone, so that memory never decides what comes out.
  var hasModestCoefficients: Bool {
    let unit = 8 * max(maxHorizontal, maxVertical)
    let samples = (width + unit - 1) / unit * unit * ((height + unit - 1) / unit * unit) * components.count
    return coefficientBytes <= max(samples, Self.modestBytes)
  }

  /// Whether every sample of a component covers 1, 2 or 4 pixels across and down, so that whole blocks of all of them
  /// lie between multiples of 32 pixels, where pictures are cut.
  var hasRegularRatios: Bool {
    func isRegular(_ most: Int, _ own: Int) -> Bool { [1, 2, 4].contains { most == $0 * own } }
    return components.allSatisfy { isRegular(maxHorizontal, $0.horizontal) && isRegular(maxVertical, $0.vertical) }
  }

  private var maxHorizontal: Int { components.reduce(1) { max($0, $1.horizontal) } }
  private var maxVertical: Int { components.reduce(1) { max($0, $1.vertical) } }

  /// Blocks of 8 by 8 that all components have together.
  var blocks: Int {
    components.reduce(0) { sum, component in
      let across = (width * component.horizontal + 8 * maxHorizontal - 1) / (8 * maxHorizontal)
      let down = (height * component.vertical + 8 * maxVertical - 1) / (8 * maxVertical)
      return sum + across * down
    }
  }

  /// Bytes of the coefficients, when a codec holds them: whole minimum coded units, two bytes each.
  var coefficientBytes: Int {
    let unitsAcross = (width + 8 * maxHorizontal - 1) / (8 * maxHorizontal)
    let unitsDown = (height + 8 * maxVertical - 1) / (8 * maxVertical)
    return components.reduce(0) { $0 + unitsAcross * unitsDown * $1.horizontal * $1.vertical * 128 }
  }

  /// Resolution of the colour differences; 4:4:4 for grey.
  var sampling: ChromaSampling {
    let luma = components[0]
    if components.count == 1 { return .s444 }
    let chroma = components[1]
    guard components[2].horizontal == chroma.horizontal, components[2].vertical == chroma.vertical,
      luma.horizontal % chroma.horizontal == 0, luma.vertical % chroma.vertical == 0
    else { return .other }
    switch (luma.horizontal / chroma.horizontal, luma.vertical / chroma.vertical) {
    case (1, 1): return .s444
    case (2, 1): return .s422
    case (2, 2): return .s420
    case (1, 2): return .s440
    case (4, 1): return .s411
    default: return .other
    }
  }
}
