/// Evaluation records added up: for each degradation, how every exit and every policy fares.
public struct EvaluationSummary: Sendable {
  /// What was done to pictures: left alone, taken to an exit, or decided by a policy.
  public enum Choice: Sendable, Hashable {
    /// Exit k for every picture; 0 is the degraded picture itself.
    case exit(Int)
    /// What a policy of this name chose.
    case policy(String)

    /// For people.
    public var name: String {
      switch self {
      case .exit(0): "input"
      case .exit(let exit): "exit \(exit)"
      case .policy(let name): name
      }
    }
  }

  /// One picture under one choice.
  public struct Outcome: Sendable {
    /// The reference.
    public let path: String
    /// The exit taken.
    public let exit: Int
    /// PSNR in dB.
    public let psnr: Double
    /// PSNR less that of the degraded picture, in dB.
    public let gain: Double
  }

  /// One choice over all pictures of a degradation.
  public struct Row: Sendable {
    /// What was done.
    public let choice: Choice
    /// Every picture, in the order of the records.
    public let outcomes: [Outcome]
    /// PSNR in dB.
    public let psnr: Distribution
    /// PSNR against the degraded picture, in dB, picture by picture.
    public let gain: Distribution
    /// Means of other metrics over the pictures that have them.
    public let psnrB, ssim, msSSIM: Double?
    /// Multiply-accumulates a pixel.
    public let macsPerPixel: Distribution?
    /// Milliseconds an image.
    public let ms: Distribution?
    /// Milliseconds a megapixel.
    public let msPerMegapixel: Distribution?
    /// Time of all pictures together as a share of what the last exit takes for them.
    ///
    /// Not a mean of the pictures' ratios: one picture left alone at next to no cost would outweigh many others.
    public let timeRatio: Double?
    /// Picture by picture against the last exit.
    public let pairs: PairedComparison?

    /// Pictures that came out better than they went in.
    public var wins: Int { outcomes.count { $0.gain > 0 } }
    /// Pictures that came out worse than they went in.
    public var losses: Int { outcomes.count { $0.gain < 0 } }
    /// The mean of the exits taken.
    public var meanExit: Double { outcomes.reduce(0) { $0 + Double($1.exit) } / Double(outcomes.count) }
    /// The five pictures that gained least, the worst first.
    public var worst: [Outcome] { Array(outcomes.sorted { $0.gain < $1.gain }.prefix(5)) }
  }

  /// All choices for the pictures of one quality.
  public struct Group: Sendable {
    /// The JPEG quality; nil for degraded files.
    public let quality: Int?
    /// The channels compared.
    public let channel: String
    /// How many pictures there are.
    public let count: Int
    /// The degraded picture, the exits, then the policies by name.
    public let rows: [Row]

    /// For people.
    public var name: String {
      "\(quality.map { "JPEG quality \($0)" } ?? "not compressed here"), \(channel), \(count) image\(count == 1 ? "" : "s")"
    }
  }

  /// What PSNR counts as, at most, where some of the pictures are identical to their references.
  public static let psnrCap = 50.0

  /// Whether some picture, degraded or enhanced, is identical to its reference, so that all PSNRs are capped.
  static func isCapped(_ records: [EvaluationRecord]) -> Bool {
    records.contains { $0.status == .measured && ($0.psnr ?? []).contains(nil) }
  }

  /// What a PSNR counts as, PSNR-B too; nil: the pictures are identical.
  static func counted(_ psnr: Double?, isCapped: Bool) -> Double {
    let value = psnr ?? psnrCap
    return isCapped ? min(value, psnrCap) : value
  }

  /// The degradations by falling quality.
  public let groups: [Group]

  /// Adds up what was measured; failures have no part.
  ///
  /// - Parameter exits: those that have rows, beside the input; nil: all.
  public init(_ records: [EvaluationRecord], exits: Set<Int>? = nil) {
    self.init(records, exits: exits, isCapped: Self.isCapped(records))
  }

  /// The same, with PSNRs capped or not as those of other records that these stand beside.
  init(_ records: [EvaluationRecord], exits: Set<Int>?, isCapped: Bool) {
    let measured = records.filter { $0.status == .measured }
    var groups: [Group] = []
    let keys = Set(measured.map { Key(quality: $0.quality, channel: $0.channel) })
    for key in keys.sorted() {
      let members = measured.filter { $0.quality == key.quality && $0.channel == key.channel }
      let choices = Self.choices(members, exits: exits)
      groups.append(
        Group(
          quality: key.quality, channel: key.channel, count: members.count,
          rows: choices.compactMap { Row($0, members, isCapped: isCapped) }))
    }
    self.groups = groups
  }

  private struct Key: Hashable, Comparable {
    let quality: Int?
    let channel: String

    static func < (left: Key, right: Key) -> Bool {
      (left.channel, left.quality ?? .max) < (right.channel, right.quality ?? .max)
    }
  }

  /// What every picture of a group went through.
  private static func choices(_ records: [EvaluationRecord], exits: Set<Int>?) -> [Choice] {
    let count = records.map { $0.psnr?.count ?? 0 }.min() ?? 0
    let policies = records.map { Set($0.policies?.keys.map(\.self) ?? []) }
    let common = policies.dropFirst().reduce(policies.first ?? []) { $0.intersection($1) }
    let shown = (0..<count).filter { $0 == 0 || exits?.contains($0) ?? true }
    return shown.map(Choice.exit) + common.sorted().map(Choice.policy)
  }
}

extension EvaluationSummary.Row {
  /// Adds up one choice; nil if no picture has figures for it.
  fileprivate init?(_ choice: EvaluationSummary.Choice, _ records: [EvaluationRecord], isCapped: Bool) {
    func capped(_ psnr: Double?) -> Double { EvaluationSummary.counted(psnr, isCapped: isCapped) }
    var outcomes: [EvaluationSummary.Outcome] = []
    var psnrB: [Double] = []
    var ssim: [Double] = []
    var msSSIM: [Double] = []
    var macs: [Double] = []
    var times: [Double] = []
    var pace: [Double] = []
    var lastTimes: [Double] = []
    for record in records {
      guard let exit = record.exit(of: choice), let psnr = record.psnr, psnr.indices.contains(exit) else { continue }
      let after = capped(psnr[exit])
      outcomes.append(.init(path: record.path, exit: exit, psnr: after, gain: after - capped(psnr[0])))
      if let values = record.psnrB, values.indices.contains(exit) { psnrB.append(capped(values[exit])) }
      ssim += [record.ssim?[exit]].compactMap(\.self)
      msSSIM += [record.msSSIM?[exit]].compactMap(\.self)
      let (cost, ms) = record.cost(of: choice)
      if let cost { macs.append(cost) }
      if let ms {
        times.append(ms)
        if let width = record.width, let height = record.height { pace.append(ms * 1e6 / Double(width * height)) }
        if let last = record.ms?.last { lastTimes.append(last) }
      }
    }
    guard let all = Distribution(outcomes.map(\.psnr)), let gain = Distribution(outcomes.map(\.gain)) else {
      return nil
    }
    self.choice = choice
    self.outcomes = outcomes
    self.psnr = all
    self.gain = gain
    self.psnrB = Distribution(psnrB)?.mean
    self.ssim = Distribution(ssim)?.mean
    self.msSSIM = Distribution(msSSIM)?.mean
    macsPerPixel = Distribution(macs)
    ms = Distribution(times)
    msPerMegapixel = Distribution(pace)
    let last = lastTimes.reduce(0, +)
    pairs = PairedComparison(choice, records, capped: capped)
    timeRatio = lastTimes.count == times.count && last > 0 ? times.reduce(0, +) / last : nil
  }
}

extension EvaluationRecord {
  /// The exit that a choice took for this picture.
  public func exit(of choice: EvaluationSummary.Choice) -> Int? {
    switch choice {
    case .exit(let exit): exit
    case .policy(let name): policies?[name]?.exit
    }
  }

  /// Multiply-accumulates a pixel and milliseconds of a choice.
  func cost(of choice: EvaluationSummary.Choice) -> (macs: Double?, ms: Double?) {
    switch choice {
    case .exit(let exit):
      (macsPerPixel.flatMap { exit < $0.count ? $0[exit] : nil }, ms.flatMap { exit < $0.count ? $0[exit] : nil })
    case .policy(let name):
      (policies?[name]?.macsPerPixel, policies?[name]?.ms)
    }
  }
}
