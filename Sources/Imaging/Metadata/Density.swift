/// How many pixels go into a unit of length, or how wide a pixel is for its height.
public struct Density: Sendable, Equatable {
  /// The unit of length.
  public enum Unit: Sendable, Equatable {
    /// None: `x : y` is the pixels' aspect ratio.
    case aspectRatio
    /// Pixels per inch, as JPEG files mostly have it.
    case perInch
    /// Pixels per centimetre.
    case perCentimetre
    /// Pixels per metre, as PNG files have it.
    case perMetre
  }

  /// The unit of length.
  public let unit: Unit
  /// Pixels across a unit, 1...2147483647.
  public let x: Int
  /// Pixels down a unit, 1...2147483647.
  public let y: Int

  /// The largest integer that PNG knows.
  private static let largest = 0x7FFF_FFFF

  /// A density; values are brought into 1...2147483647.
  public init(unit: Unit, x: Int, y: Int) {
    self.unit = unit
    self.x = min(max(1, x), Density.largest)
    self.y = min(max(1, y), Density.largest)
  }
}

extension Density {
  private static let metresPerInch = 0.0254

  /// In JFIF's terms; values beyond its 16 bits are cut off at the largest, aspect ratios brought into range first.
  var jfif: JFIFDensity {
    switch unit {
    case .perInch: JFIFDensity(unit: 1, x: UInt16(clamping: x), y: UInt16(clamping: y))
    case .perCentimetre: JFIFDensity(unit: 2, x: UInt16(clamping: x), y: UInt16(clamping: y))
    case .perMetre: JFIFDensity(unit: 1, x: Density.perInch(x), y: Density.perInch(y))
    case .aspectRatio: jfifRatio
    }
  }

  private var jfifRatio: JFIFDensity {
    let divisor = max(1, (max(x, y) + 65534) / 65535)
    return JFIFDensity(unit: 0, x: UInt16(clamping: max(1, x / divisor)), y: UInt16(clamping: max(1, y / divisor)))
  }

  private static func perInch(_ perMetre: Int) -> UInt16 {
    UInt16(clamping: max(1, Int((Double(perMetre) * metresPerInch).rounded())))
  }

  /// The content of a pHYs chunk.
  var pngContent: [UInt8] {
    switch unit {
    case .perMetre: bigEndian(x) + bigEndian(y) + [1]
    case .perCentimetre: bigEndian(x * 100) + bigEndian(y * 100) + [1]
    case .perInch: bigEndian(Density.perMetre(x)) + bigEndian(Density.perMetre(y)) + [1]
    case .aspectRatio: bigEndian(x) + bigEndian(y) + [0]
    }
  }

  private static func perMetre(_ perInch: Int) -> Int { Int((Double(perInch) / metresPerInch).rounded()) }
}
