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

  private let regions: [Region]
  /// For each region its passes.
  private let entries: [[Entry]]

  /// - Parameter passes: which planes go through the network together.
  init(
    model: Model, image: Image, passes: [Pass], regions: [Region], threads: Int,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    exitCount = model.information.exitCount
    self.regions = regions
    entries = try regions.map { region in
      let planes = image.planes(in: region.padded)
      return try passes.map { pass in
        let session = try Session(
          model: model, image: Tensor(channels: pass.planes.map { planes[$0] }), threads: threads,
          isCancelled: isCancelled)
        return Entry(pass: pass, session: session)
      }
    }
  }

  /// Multiply-accumulates that really ran so far.
  var macsRun: Int { entries.joined().reduce(0) { $0 + $1.session.macsRun } }

  /// Runs everything up to `exit`.
  func advance(to exit: Int) throws {
    for entry in entries.joined() { _ = try entry.session.exit(exit) }
  }

  /// What the assessor judges at `exit`, 1 or more: the first plane of each pass, halo cut off.
  func judged(at exit: Int) throws -> [Plane] {
    try zip(regions, entries).flatMap { region, entries in
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
