import Imaging
import Inference
import Quality

/// One image as the network sees it: how it is cut and put through.
struct Frame: Sendable {
  let image: Image
  let partition: Partition
  let passes: [Pass]
  /// What the pixels of an image that isn't a JPEG file tell of one before it.
  let found: FoundCompression?
  /// The coefficients that go with that, where the network may run: decoded, they are its input.
  let foundCoefficients: JPEGCoefficients?
  /// What gates and decisions may take from the quality of a JPEG file, or of the one that was found; nil: nothing.
  let quality: Int?
  let isCancelled: @Sendable () -> Bool

  let threads: Int

  private let model: Model

  init(
    image: Image, model: Model, found: FoundCompression?, foundCoefficients: JPEGCoefficients?, quality: Int?,
    threads: Int, isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.image = image
    self.found = found
    self.foundCoefficients = foundCoefficients
    self.quality = quality
    partition = Partition(
      width: image.width, height: image.height, reach: model.reach, stride: model.information.stride)
    passes = Pass.passes(for: image.colorModel)
    self.model = model
    self.threads = threads
    self.isCancelled = isCancelled
  }

  /// Whether colours go through the network together.
  var isColor: Bool { passes[0].planes.count > 1 }

  /// What the decision of a policy looks at, and what it may choose; nothing is computed yet.
  func sample(for policy: any ExitPolicy) throws -> Candidates {
    try candidates(partition.sample, targets: model.targets(askedBy: policy))
  }

  /// What decisions look at; nothing is computed yet.
  func sample(asksGates: Bool) throws -> Candidates {
    try candidates(partition.sample, targets: model.targets(withGates: asksGates))
  }

  /// One part of the image; nothing is computed yet.
  ///
  /// - Parameter targets: all that will be asked of the network.
  func candidates(_ region: Region, targets: [Target]) throws -> Candidates {
    try candidates([region], targets: targets)
  }

  /// The model's number of exits.
  var exitCount: Int { model.information.exitCount }

  /// Every exit.
  var exits: [Target] { model.exits.map(Target.exit) }

  /// Those gates at some exits that the model has.
  ///
  /// - Parameter asked: whether gates are asked at all.
  func gates(at exits: Range<Int>, asked: Bool) -> [Target] {
    asked ? model.information.gains.filter(exits.contains).map(Target.gain) : []
  }

  /// The parts of an image of this size that the sample covers, as the assessor judges them.
  func judged(of image: Image) -> [Plane] {
    partition.sample.flatMap { region in
      let planes = image.planes(in: region.core)
      return passes.map { planes[$0.planes[0]] }
    }
  }

  /// The same of planes of the whole image.
  func judged(of planes: [Plane]) -> [Plane] {
    partition.sample.flatMap { region in passes.map { planes[$0.planes[0]].cropped(to: region.core) } }
  }

  /// What takes the whole image to an exit from top to bottom; nil where only the reference path knows the network.
  func stream(exit: Int) throws -> ImageStream? {
    try ImageStream(model: model, exit: exit, height: image.height, width: image.width, threads: threads)
  }

  /// Strips that together cover the image, each computed when it is asked for and freed after it.
  func strips() -> [() throws -> Candidates] {
    partition.strips.map { region in { try candidates([region], targets: exits) } }
  }

  /// Multiply-accumulates of all strips at an exit.
  func macsOfStrips(exit: Int) -> Int {
    let perPixel = model.information.macsPerPixelAlone[exit - 1] * Double(passes.count)
    let stride = model.information.stride
    func padded(_ size: Int) -> Int { (size + stride - 1) / stride * stride }
    return partition.strips.reduce(0) { sum, region in
      sum + Int(perPixel * Double(padded(region.padded.width) * padded(region.padded.height)))
    }
  }

  private func candidates(_ regions: [Region], targets: [Target]) throws -> Candidates {
    try Candidates(
      model: model, image: image, found: foundCoefficients, quality: quality, passes: passes, regions: regions,
      targets: targets, threads: threads, isCancelled: isCancelled)
  }
}
