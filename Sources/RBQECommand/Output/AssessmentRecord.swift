import Imaging
import Quality
import RBQE

/// What `rbqe assess` says of one image.
struct AssessmentRecord: Codable {
  var v = 1
  var kind = "assessment"
  let path: String
  let width: Int
  let height: Int
  let sourceFormat: String
  let estimatedQuality: Int?
  let score: Double
  let smoothMean: Double
  let texturedMean: Double
  let texturedShare: Double
  let policy: String
  let exit: Int
  let exits: Int

  enum CodingKeys: String, CodingKey {
    case v, kind, path, width, height
    case sourceFormat = "source_format"
    case estimatedQuality = "estimated_quality"
    case score
    case smoothMean = "smooth_mean"
    case texturedMean = "textured_mean"
    case texturedShare = "textured_share"
    case policy, exit, exits
  }

  init(path: String, image: Image, assessment: Assessment, choice: ExitChoice) {
    self.path = path
    width = image.width
    height = image.height
    sourceFormat = (image.jpeg == nil ? ImageFormat.png : .jpeg).rawValue
    estimatedQuality = image.jpeg?.estimatedQuality
    score = assessment.score
    smoothMean = assessment.smoothMean
    texturedMean = assessment.texturedMean
    texturedShare = assessment.texturedShare
    policy = choice.policy
    exit = choice.exit
    exits = choice.exitCount
  }

  static let tableHeader = " score  quality  exit  image\n"

  var tableRow: String {
    let score = String(Int((score * 10_000).rounded()))
    let digits = String(repeating: "0", count: max(0, 5 - score.count)) + score
    let text = "\(digits.dropLast(4)).\(digits.suffix(4))"
    return "\(text)  \(Self.padded(estimatedQuality.map(String.init) ?? "-", to: 7))"
      + "  \(Self.padded("\(exit)/\(exits)", to: 4))  \(path.printable)\n"
  }

  private static func padded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
