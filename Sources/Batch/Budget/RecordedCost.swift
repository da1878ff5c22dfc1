import Imaging
import RBQE
import Reporting

/// What an image took, as a record tells it.
struct RecordedCost: Sendable, Equatable, Codable {
  let macsPerPixel: Double
  let width: Int
  let height: Int
  let isCMYK: Bool

  /// Nil if the record doesn't say.
  init?(_ record: ImageRecord) {
    guard let macs = record.macsPerPixel, let width = record.width, let height = record.height else { return nil }
    macsPerPixel = macs
    self.width = width
    self.height = height
    isCMYK = record.channels == 4 && record.sourceFormat == "jpeg"
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    macsPerPixel = try container.decode(Double.self, forKey: .macsPerPixel)
    width = try container.decode(Int.self, forKey: .width)
    height = try container.decode(Int.self, forKey: .height)
    isCMYK =
      try container.decodeIfPresent(Int.self, forKey: .channels) == 4
      && container.decodeIfPresent(String.self, forKey: .sourceFormat) == "jpeg"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(macsPerPixel, forKey: .macsPerPixel)
    try container.encode(width, forKey: .width)
    try container.encode(height, forKey: .height)
    if isCMYK {
      try container.encode(4, forKey: .channels)
      try container.encode("jpeg", forKey: .sourceFormat)
    }
  }

  private enum CodingKeys: String, CodingKey {
    case macsPerPixel = "macs_per_pixel"
    case width, height, channels
    case sourceFormat = "source_format"
  }

  /// The same for a budget.
  func cost(with enhancer: Enhancer) -> BudgetSteering.Cost {
    .init(
      share: enhancer.costShare(macsPerPixel: macsPerPixel, isCMYK: isCMYK),
      pixels: width.multiplied(saturating: height))
  }
}
