import Imaging
import Inference

/// The images that one set of regions has at its exits, computed stage by stage.
///
/// Owns a resumable session for each region and pass. It belongs to one call and is never shared between threads.
final class Candidates {
  private struct Entry {
    let pass: Pass
    let region: Region
    let session: Session
  }

  let exitCount: Int

  private let entries: [Entry]

  /// - Parameters:
  ///   - planes: the whole image.
  ///   - passes: which planes go through the network together.
  init(
    model: Model, planes: [Plane], passes: [Pass], regions: [Region],
    isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    exitCount = model.information.exitCount
    entries = try regions.flatMap { region in
      try passes.map { pass in
        let input = pass.planes.map { planes[$0].cropped(to: region.padded) }
        let session = try Session(model: model, image: Tensor(channels: input), isCancelled: isCancelled)
        return Entry(pass: pass, region: region, session: session)
      }
    }
  }

  /// Multiply-accumulates that really ran so far.
  var macsRun: Int { entries.reduce(0) { $0 + $1.session.macsRun } }

  /// Runs everything up to `exit`.
  func advance(to exit: Int) throws {
    for entry in entries { _ = try entry.session.exit(exit) }
  }

  /// What the assessor judges at `exit`, 1 or more: the first plane of each pass, halo cut off.
  func judged(at exit: Int) throws -> [Plane] {
    try entries.map { entry in
      try entry.session.exit(exit).plane(0).cropped(to: entry.region.coreInPadded)
    }
  }

  /// Writes the image at `exit`, 1 or more, into `planes`.
  func write(exit: Int, to planes: inout [Plane]) throws {
    for entry in entries {
      let output = try entry.session.exit(exit)
      let core = entry.region.core
      for (channel, plane) in entry.pass.planes.enumerated() {
        planes[plane].paste(output.plane(channel), from: entry.region.coreInPadded, atX: core.x, y: core.y)
      }
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
