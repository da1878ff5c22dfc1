import Imaging
import Reporting
import SystemPackage

/// How the images of a run ended, and what it took.
public struct BatchSummary: Sendable {
  /// An image that failed.
  public struct Failure: Sendable {
    /// What records call it.
    public let path: String
    /// What went wrong, and what to do about it.
    public let cause: String
    /// Names in records are relative: only this tells images of several directories apart.
    let source: FilePath?
  }

  /// Images of the plan.
  public private(set) var plannedCount = 0
  /// Pixels of those that are to be worked on, without what failed.
  public private(set) var plannedPixels = 0
  /// Images by how they ended.
  public private(set) var counts: [ImageRecord.Status: Int] = [:]
  /// Images that were enhanced or left alone, by exit.
  public private(set) var exits: [Int: Int] = [:]
  /// Tiles of images that were decided about tile by tile, by exit.
  public private(set) var tiles = TileCounts()
  /// Pixels of the images that were enhanced or left alone.
  public private(set) var pixels = 0
  /// Why the first image that failed did so; nil where none is left that failed.
  public private(set) var firstError: (any Error)?
  /// The images that failed, the first of them only if there are very many.
  public private(set) var failures: [Failure] = []
  /// When it began.
  public let start = ContinuousClock.now

  /// When the work began that is under way, and the pixels of what was done before.
  private var current = (start: ContinuousClock.now, pixels: 0)
  /// Pixels of the images that were worked on, and the same with each counting by its share of the last exit's cost.
  private var fullWork = 0.0
  private var work = 0.0
  private var inferMilliseconds = 0.0

  /// Nothing done yet, and nothing to do.
  public init() {}

  /// Images that ended in `status`.
  public subscript(status: ImageRecord.Status) -> Int { counts[status, default: 0] }

  /// Images that have ended in any way.
  public var endedCount: Int { counts.values.reduce(0, +) }

  /// How far the run is; pixels and speed are those of the work that is under way, or was last.
  public var progress: RunProgress {
    var progress = RunProgress(total: plannedCount, plannedPixels: max(0, plannedPixels - current.pixels))
    progress.done = endedCount
    progress.pixels = pixels - current.pixels
    progress.exits = exits
    progress.failed = self[.failed]
    progress.start = current.start
    return progress
  }

  /// The part of the network's work that early exits saved, against always going to the last; nil where nothing ran.
  public var savedShare: Double? {
    guard fullWork > 0 else { return nil }
    return 1 - work / fullWork
  }

  /// About the time that early exits saved, summed over all threads; nil where there is nothing to judge it by.
  public var savedTime: Duration? {
    guard work > 0, let savedShare else { return nil }
    return .milliseconds(inferMilliseconds / work * fullWork * savedShare)
  }

  /// Takes in what is to be done.
  mutating func add(_ plan: OutputPlan) {
    // Whoever watches directories waits for hours, which say nothing of the time that work takes.
    if endedCount == plannedCount { current = (.now, pixels) }
    plannedCount += plan.items.count
    plannedPixels = plannedPixels.adding(saturating: plan.pixels)
  }

  /// Takes in an input that is no image.
  mutating func add(_ rejection: Rejection) {
    plannedCount += 1
    add(rejection.outcome)
  }

  /// Takes in an image.
  ///
  /// - Parameters:
  ///   - pixels: those that the plan counted for it.
  ///   - share: what it took, as a share of going straight to the model's last exit; nil where it isn't known.
  mutating func add(_ outcome: ImageOutcome, pixels: Int = 0, share: Double? = nil) {
    let record = outcome.record
    forgetFailure(of: outcome.source)
    counts[record.status, default: 0] += 1
    if record.status == .failed {
      // What is refused takes no time, and would make the rest look quick. Claims of many pixels may not add up.
      plannedPixels = max(0, plannedPixels - pixels)
    } else {
      self.pixels = self.pixels.adding(saturating: pixels)
    }
    if let error = outcome.error {
      if firstError == nil { firstError = error }
      if failures.count < Self.failureLimit {
        failures.append(Failure(path: record.path, cause: record.error ?? "", source: outcome.source))
      }
    }
    guard record.status == .enhanced || record.status == .unchanged, let exit = record.exit else { return }
    exits[exit, default: 0] += 1
    if let exits = record.tileExits { tiles.add(exits) }
    let size = Double(record.pixels)
    work += (share ?? 0) * size
    fullWork += size
    inferMilliseconds += record.ms?.infer?.reduce(0, +) ?? 0
  }

  /// A file that failed and came again, because it was written anew, counts as what became of it last.
  private mutating func forgetFailure(of source: FilePath?) {
    guard let source, let index = failures.firstIndex(where: { $0.source == source }) else { return }
    failures.remove(at: index)
    counts[.failed, default: 0] -= 1
    plannedCount -= 1
    if self[.failed] == 0 { firstError = nil }
  }

  private static let failureLimit = 1000
}
