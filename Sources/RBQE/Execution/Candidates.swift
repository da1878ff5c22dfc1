import Imaging
import Inference

/// The images that one set of regions has at its exits, computed stage by stage.
///
/// Owns a resumable session for each region and pass. It belongs to one call and is never shared between threads.
final class Candidates {
  private struct Entry {
    let pass: Pass
    let session: Session

    /// A part of what the pass gives at an exit, 1 or more.
    func planes(at exit: Int, in part: Rectangle) throws -> [Plane] {
      try Plane.filled(pass.planes.count, width: part.width, height: part.height) { starts in
        // Every row is written once, by one thread.
        nonisolated(unsafe) let starts = starts
        try session.exit(exit) { row, _, planes in
          guard part.y..<part.y + part.height ~= row else { return }
          for (start, plane) in zip(starts, planes) {
            (start + (row - part.y) * part.width).initialize(from: plane + part.x, count: part.width)
          }
        }
      }
    }
  }

  let exitCount: Int

  private let model: Model
  private let facts: [Float]?
  private let image: Image
  private let regions: [Region]
  /// For each region its passes.
  private let entries: [[Entry]]
  /// What the assessor judges of the input.
  private lazy var judgedInput: [Plane] = zip(regions, entries).flatMap { region, entries in
    let planes = image.planes(in: region.core)
    return entries.map { planes[$0.pass.planes[0]] }
  }

  /// - Parameters:
  ///   - found: coefficients that were found in the image's samples.
  ///   - quality: what gates are told of a JPEG file.
  ///   - passes: which planes go through the network together.
  ///   - targets: all that will be asked of the network; what nothing else needs isn't held.
  /// - Throws: `SessionError`, also if the model takes other than three planes, which is what ``PassRows`` gives it.
  init(
    model: Model, image: Image, found: JPEGCoefficients?, quality: Int?, passes: [Pass], regions: [Region],
    targets: [Target], threads: Int, isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    if let problem = model.planeProblem { throw SessionError.image(problem) }
    exitCount = model.information.exitCount
    self.model = model
    self.image = image
    self.regions = regions
    let facts = model.facts(quality: quality)
    self.facts = facts
    let pool = BufferPool(of: model)
    entries = try regions.map { region in
      try passes.map { pass in
        let rows = PassRows(of: image, found: found, pass, in: region.padded)
        let session = try Session(
          model: model, height: region.padded.height, width: region.padded.width, fileFacts: facts, targets: targets,
          threads: threads, pooledArea: region.pooledArea, pool: pool, isCancelled: isCancelled, read: rows.read)
        return Entry(pass: pass, session: session)
      }
    }
  }

  /// Multiply-accumulates that really ran so far.
  var macsRun: Int { entries.joined().reduce(0) { $0 + $1.session.macsRun } }

  /// The gate's estimate at `exit`, from 0 on, of all regions and passes together.
  ///
  /// - Throws: `PolicyError.noGate` if the model has none there.
  func gain(at exit: Int) throws -> Double {
    guard model.information.gains.contains(exit) else {
      throw PolicyError.noGate(exit: exit, model: model.information.name)
    }
    var joined: PooledSums?
    for entry in entries.joined() {
      guard let sums = try entry.session.sums(exit) else { return try meanGain(at: exit) }
      if joined == nil { joined = sums } else { joined?.add(sums) }
    }
    guard let gain = joined.flatMap({ model.gain(exit, of: $0, fileFacts: facts) }) else {
      throw PolicyError.noGate(exit: exit, model: model.information.name)
    }
    return Double(gain)
  }

  /// Where only whole regions can be asked: their mean, each counted by its samples.
  private func meanGain(at exit: Int) throws -> Double {
    var (sum, samples) = (0.0, 0.0)
    for (region, entries) in zip(regions, entries) {
      let size = Double(region.core.width * region.core.height)
      for entry in entries {
        sum += size * Double(try entry.session.gain(exit))
        samples += size
      }
    }
    return sum / samples
  }

  /// Forgets all but one exit; 0: all.
  func keep(_ exit: Int) {
    forget(model.targets.filter { $0 != .exit(exit) })
  }

  /// What won't be asked any more, freed.
  func forget(_ targets: [Target]) {
    for entry in entries.joined() { entry.session.forget(targets) }
  }

  /// What the assessor judges at `exit`, 0 being the input: the first plane of each pass, halo cut off.
  func judged(at exit: Int) throws -> [Plane] {
    if exit == 0 { return judgedInput }
    return try zip(regions, entries).flatMap { region, entries in
      try entries.map { try $0.session.exit(exit).plane(0).cropped(to: region.coreInPadded) }
    }
  }

  /// The planes of each region at `exit`, 1 or more, halo cut off; unless it was judged before, once.
  func restored(at exit: Int) throws -> [(core: Rectangle, planes: [Plane])] {
    try zip(regions, entries).map { region, entries in
      (region.core, try entries.flatMap { try $0.planes(at: exit, in: region.coreInPadded) })
    }
  }
}

/// Planes that go through the network together, by their index: Y, Cb, Cr, or one plane treated as grey.
struct Pass: Sendable, Equatable {
  let planes: [Int]

  /// Colour goes through in one pass; in CMYK each plane is an image of its own.
  static func passes(for model: ColorModel) -> [Pass] {
    switch model {
    case .gray: [Pass(planes: [0])]
    case .ycbcr, .rgb: [Pass(planes: [0, 1, 2])]
    case .cmyk: (0..<4).map { Pass(planes: [$0]) }
    }
  }
}
