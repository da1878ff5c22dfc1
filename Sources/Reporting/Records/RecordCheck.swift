import Inference

/// Whether a record that came from a file makes sense: everything behind it may rely on that.
protocol CheckableRecord {
  /// Lists have as many elements as there are exits, exits and sizes lie in their ranges.
  var isSound: Bool { get }
}

extension CheckableRecord {
  static var exitLimit: Int { 1000 }

  static func isSize(_ value: Int?) -> Bool { value.map { (1...Int(Int32.max)).contains($0) } ?? true }

  static func isExit(_ value: Int?, of count: Int?) -> Bool {
    value.map { (0...min(count ?? exitLimit, exitLimit)).contains($0) } ?? true
  }
}

extension ImageRecord: CheckableRecord {
  var isSound: Bool {
    Self.isSize(width) && Self.isSize(height) && Self.isExit(exits, of: nil) && Self.isExit(exit, of: exits)
      && (ms?.infer?.count ?? 0) <= Self.exitLimit && (scores?.count ?? 0) <= Self.exitLimit + 1 && hasSoundTiles
  }
}

extension ImageRecord {
  /// Whether tiles, if there are any, cover the image, and left at exits that there are.
  private var hasSoundTiles: Bool {
    guard let tileExits else { return tileGainEstimates == nil }
    guard let tileSize, let width, let height, Self.isSize(tileSize) else { return false }
    let (columns, rows) = ((width - 1) / tileSize + 1, (height - 1) / tileSize + 1)
    func isGrid<Tile>(_ grid: [[Tile]]) -> Bool {
      grid.count == rows && grid.allSatisfy { $0.count == columns }
    }
    return isGrid(tileExits) && tileExits.joined().allSatisfy { Self.isExit($0, of: exits) }
      && (tileGainEstimates.map(isGrid) ?? true)
  }
}

extension EvaluationRecord: CheckableRecord {
  var isSound: Bool {
    guard Self.isSize(width), Self.isSize(height), Self.isExit(exits, of: nil) else { return false }
    guard status == .measured else { return true }
    guard let exits, let policies, width != nil, height != nil else { return false }
    let lists = [
      psnr, psnrB, ssim, msSSIM, scores, macsPerPixel.map { $0.map(Optional.some) }, ms.map { $0.map(Optional.some) },
    ]
    let perQuestion = [gainEstimates, changes].compactMap(\.self)
    let perStage = [msParts?.stages, msParts?.final].compactMap(\.self)
    return lists.allSatisfy { $0?.count == exits + 1 } && (paperScores.map { $0.count == exits + 1 } ?? true)
      && perQuestion.allSatisfy { $0.count == exits }
      && perStage.allSatisfy { $0.count == exits }
      && policies.values.allSatisfy { Self.isExit($0.exit, of: exits) }
  }
}

extension JSONValue {
  /// Times of files, of which journals keep nanoseconds; no report reckons with them.
  private static let stampsOfJournals: Set = ["input", "result"]

  /// Whether a record's numbers are modest, as far as they are figures.
  var isModestRecord: Bool {
    guard case .object(let members) = self else { return isModest }
    return members.allSatisfy { Self.stampsOfJournals.contains($0.key) || $0.value.isModest }
  }

  /// Whether every number is one that sums and charts can work with.
  var isModest: Bool {
    switch self {
    case .number(let value): value.magnitude <= 1e18
    case .array(let values): values.allSatisfy(\.isModest)
    case .object(let members): members.values.allSatisfy(\.isModest)
    case .null, .bool, .string: true
    }
  }
}
