import Imaging
import Quality
import RBQE
import Reporting

/// What `rbqe assess` says of one image.
struct AssessmentRecord: Codable {
  var v = 1
  var kind = "assessment"
  let path: String
  let width: Int
  let height: Int
  let sourceFormat: String
  /// The IJG quality nearest to the tables of a JPEG file, and whether they are exactly its.
  let estimatedQuality: Int?
  let hasStandardTables: Bool?
  /// The quality of a JPEG compression that the pixels of a PNG file tell of.
  let foundQuality: Int?
  let sampling: String?
  /// Traces of compressions before the last one, or before a PNG file was written.
  let wasCompressedBefore: Bool
  let earlierQuality: Int?
  let gridX: Int?
  let gridY: Int?
  let score: Double
  let smoothMean: Double
  let texturedMean: Double
  let texturedShare: Double
  let policy: String
  let exit: Int
  let exits: Int
  let reason: String

  enum CodingKeys: String, CodingKey {
    case v, kind, path, width, height
    case sourceFormat = "source_format"
    case estimatedQuality = "estimated_quality"
    case hasStandardTables = "standard_tables"
    case foundQuality = "found_quality"
    case sampling
    case wasCompressedBefore = "compressed_before"
    case earlierQuality = "earlier_quality"
    case gridX = "grid_x"
    case gridY = "grid_y"
    case score
    case smoothMean = "smooth_mean"
    case texturedMean = "textured_mean"
    case texturedShare = "textured_share"
    case policy, exit, exits, reason
  }

  init(
    path: String, image: Image, assessment: Assessment, history: CompressionHistory, found: FoundCompression?,
    choice: ExitChoice, policy: any ExitPolicy, encodingLoss: Double
  ) {
    self.path = path
    width = image.width
    height = image.height
    sourceFormat = (image.jpeg == nil ? ImageFormat.png : .jpeg).rawValue
    estimatedQuality = image.jpeg?.estimatedQuality
    hasStandardTables = image.jpeg?.hasStandardTables
    foundQuality = found?.quality
    sampling = image.jpeg.map { image.colorModel == .gray ? "grey" : $0.sampling.rawValue }
    wasCompressedBefore = history.wasCompressedBefore
    earlierQuality = history.earlierQuality
    gridX = history.earlierGrid?.x
    gridY = history.earlierGrid?.y
    score = assessment.score
    smoothMean = assessment.smoothMean
    texturedMean = assessment.texturedMean
    texturedShare = assessment.texturedShare
    self.policy = choice.policy
    exit = choice.exit
    exits = choice.exitCount
    reason = ExitReason(choice: choice, policy: policy, encodingLoss: encodingLoss).description
  }

  static let tableHeader = " score       quality  sampling    before   grid  exit  image\n"

  /// A line of figures, and one that says why.
  var tableRow: String {
    let grid = gridX.map { "\($0),\(gridY ?? 0)" } ?? "-"
    let before = earlierQuality.map { "about \($0)" } ?? (wasCompressedBefore ? "yes" : "-")
    let figures = [
      NumberText.fixed(score, 4), Self.padded(quality, to: 12), Self.padded(sampling ?? "-", to: 8),
      Self.padded(before, to: 8), Self.padded(grid, to: 5), Self.padded("\(exit)/\(exits)", to: 4), path.printable,
    ]
    return figures.joined(separator: "  ") + "\n        because \(reason)\n"
  }

  private var quality: String {
    guard let estimatedQuality else { return foundQuality.map { "found \($0)" } ?? "-" }
    return hasStandardTables == true ? String(estimatedQuality) : "non-std. \(estimatedQuality)"
  }

  private static func padded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
