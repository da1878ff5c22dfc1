import Imaging
import Inference

/// One image as the network sees it: its planes, and how they are cut and put through.
struct Frame {
  let planes: [Plane]
  let partition: Partition

  private let model: Model
  private let passes: [Pass]
  private let isCancelled: @Sendable () -> Bool

  init(image: Image, model: Model, isCancelled: @escaping @Sendable () -> Bool) {
    planes = image.planes()
    partition = Partition(
      width: image.width, height: image.height, reach: model.reach, stride: model.information.stride)
    passes = Pass.passes(for: image.colorModel)
    self.model = model
    self.isCancelled = isCancelled
  }

  /// What the decision looks at; nothing is computed yet.
  func sample() throws -> Candidates {
    try candidates(partition.sample)
  }

  /// What the whole image is put together from: the sample itself where it covers the image, otherwise strips, each
  /// made when its turn comes and freed after it.
  func finishing(_ sample: Candidates) -> [() throws -> Candidates] {
    guard partition.isSampled else { return [{ sample }] }
    return partition.strips.map { region in { try candidates([region]) } }
  }

  /// The parts of finished planes that the sample covers, as the assessor judges them.
  func judged(of planes: [Plane]) -> [Plane] {
    partition.sample.flatMap { region in passes.map { planes[$0.planes[0]].cropped(to: region.core) } }
  }

  private func candidates(_ regions: [Region]) throws -> Candidates {
    try Candidates(model: model, planes: planes, passes: passes, regions: regions, isCancelled: isCancelled)
  }
}
