import Imaging
import Inference

/// The images that one set of regions has at its exits, computed stage by stage.
///
/// Owns a resumable session for each region and pass. It belongs to one call and is never shared between threads.
final class Candidates {
  private struct Entry {
    let pass: Pass
    let session: Session
  }

  let exitCount: Int

  private let model: Model
  private let facts: [Float]?
  private let regions: [Region]
  /// For each region its passes.
  private let entries: [[Entry]]
  /// What the assessor judges of the input.
  private let judgedInput: [Plane]

  /// - Parameters:
  ///   - quality: what gates are told of a JPEG file.
  ///   - passes: which planes go through the network together.
  ///   - targets: all that will be asked of the network; what nothing else needs isn't held.
  init(
    model: Model, image: Image, quality: Int?, passes: [Pass], regions: [Region], targets: [Target], threads: Int,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    exitCount = model.information.exitCount
    self.model = model
    self.regions = regions
    let facts = model.facts(quality: quality)
    self.facts = facts
    var judgedInput: [Plane] = []
    let pool = BufferPool(of: model)
    entries = try regions.map { region in
      var planes = image.planes(in: region.padded)
      judgedInput += passes.map { planes[$0.planes[0]].cropped(to: region.coreInPadded) }
      if image.colorModel == .ycbcr {
        planes.withMutablePointers { Gamut.hold($0, count: region.padded.width * region.padded.height) }
      }
      return try passes.map { pass in
        let session = try Session(
          model: model, image: Tensor(channels: pass.planes.map { planes[$0] }), fileFacts: facts, targets: targets,
          threads: threads, pooledArea: region.pooledArea, pool: pool, isCancelled: isCancelled)
        return Entry(pass: pass, session: session)
      }
    }
    self.judgedInput = judgedInput
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

  /// What the assessor judges at `exit`, 0 being the input: the first plane of each pass, halo cut off.
  func judged(at exit: Int) throws -> [Plane] {
    if exit == 0 { return judgedInput }
    return try zip(regions, entries).flatMap { region, entries in
      try entries.map { try $0.session.exit(exit).plane(0).cropped(to: region.coreInPadded) }
    }
  }

  /// The planes of each region at `exit`, 1 or more, halo cut off.
  func restored(at exit: Int) throws -> [(core: Rectangle, planes: [Plane])] {
    try zip(regions, entries).map { region, entries in
      let planes = try entries.flatMap { entry in
        let output = try entry.session.exit(exit)
        return entry.pass.planes.indices.map { output.plane($0).cropped(to: region.coreInPadded) }
      }
      return (region.core, planes)
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
