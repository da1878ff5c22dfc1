import Imaging
import Inference
import Quality

/// Removes compression artifacts, spending on each image only the computing that it needs.
///
///     let enhancer = try Enhancer()
///     let result = try enhancer.enhance(image)
///
/// An enhancer is immutable: share one among threads.
public struct Enhancer: Sendable {
  /// The network.
  public let model: Model
  /// What decides when to stop.
  public let policy: any ExitPolicy
  /// How much of the change is applied, from 0 (none) to 1 (all): x + strength (y - x).
  public let strength: Float
  /// Scores the input and the result for the record, also where the policy asked for no score; nil leaves that out.
  public let scorer: Assessor?
  /// How far results agree with the coefficients of JPEG files.
  public let constraint: ConstraintMode
  /// Whether one exit is chosen for an image, or one for each of its tiles.
  public let granularity: Granularity

  /// An enhancer with a shipped network and the policy that its calibration recommends.
  ///
  /// - Throws: `ModelError` if the model can't be read.
  public init(model: ShippedModel = .fast) throws {
    let loaded = try ModelFile(shipped: model).load()
    self.init(model: loaded, policy: try PolicyChoice.standard(for: loaded).policy(for: loaded))
  }

  /// An enhancer with any network and policy.
  ///
  /// - Parameters:
  ///   - model: takes three planes, Y, Cb and Cr, as every one that ``ModelFile/load()`` gives; with another, images are
  ///     refused with `SessionError.image`.
  ///   - policy: decides when to stop.
  ///   - strength: how much of the change is applied; it is brought into 0...1.
  ///   - scorer: scores the input and the result for the record; nil: nothing does.
  ///   - constraint: of results to the coefficients of JPEG files.
  ///   - granularity: what is decided about at once.
  public init(
    model: Model, policy: any ExitPolicy, strength: Float = 1, scorer: Assessor? = nil,
    constraint: ConstraintMode = .auto, granularity: Granularity = .image
  ) {
    self.model = model
    self.strength = min(1, max(0, strength))
    // Nothing of the change is the same as no change, and that is exit 0.
    self.policy = self.strength > 0 ? policy : FixedPolicy(exit: 0)
    self.scorer = scorer
    self.constraint = constraint
    self.granularity = granularity
  }

  /// The same with another policy.
  package func deciding(by policy: any ExitPolicy) -> Enhancer {
    Enhancer(
      model: model, policy: policy, strength: strength, scorer: scorer, constraint: constraint, granularity: granularity
    )
  }

  /// Enhances one image.
  ///
  /// The exit and the bytes depend on the image, the model and the options alone.
  ///
  /// - Parameters:
  ///   - image: as it was decoded.
  ///   - encodingLoss: what writing the result loses, in dB, because it is compressed again, where the input could be
  ///     copied instead: policies that know what they gain take it off. See ``EncodingLoss``.
  ///   - threads: that work on the image, 256 at most; they have no influence on the result.
  ///   - isCancelled: asked often, from any thread; once it answers true the call throws `SessionError.cancelled`.
  /// - Throws: `SessionError` if the network can't run on the image, and what the policy throws.
  public func enhance(
    _ image: Image, encodingLoss: Double = 0, threads: Int = 1,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> Enhancement {
    let clock = StageClock(exitCount: model.information.exitCount)
    let aligned = clock.measure(.constrain) { self.aligned(image) }
    let whole = try enhance(
      aligned, encodingLoss: encodingLoss, threads: threads, clock: clock, isCancelled: isCancelled)
    return aligned.left + aligned.top > 0 ? Enhancement(part: aligned, of: whole, source: image) : whole
  }

  private func enhance(
    _ aligned: AlignedImage, encodingLoss: Double, threads: Int, clock: StageClock,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws -> Enhancement {
    let image = aligned.image
    let frame = clock.measure(.constrain) { self.frame(of: aligned, threads: threads, isCancelled: isCancelled) }
    if isCancelled() { throw SessionError.cancelled }
    if granularity == .tile { return try enhanceTiles(of: frame, encodingLoss: encodingLoss, clock: clock) }
    let sample = try frame.sample(for: policy)
    let search = search(of: frame, encodingLoss: encodingLoss, clock: clock)
    var choice = try search.run(on: sample)
    var result = Enhancement.Result.source
    var macs = 0
    let mode = choice.exit > 0 ? self.constraint : .off
    let constraints = clock.measure(.constrain) {
      ImageConstraint(
        mode, for: image, found: frame.foundCoefficients, errors: model.information.coefficientErrors)
    }
    let constraint = constraints?.constraint(exit: choice.exit, strength: strength)
    var report = constraints?.report
    if choice.exit > 0, frame.partition.isSampled {
      let pass = try FinalPass(frame: frame, exit: choice.exit, strength: strength, constraint: constraint)
      macs = pass.macs
      result = .pending(pass)
    } else if choice.exit > 0 {
      var planes = try clock.measure(.infer(exit: choice.exit)) { try restored(by: sample, exit: choice.exit, frame) }
      if let constraint {
        report?.clamped = clock.measure(.constrain) { constraint.apply(to: &planes, threads: threads) }
      }
      if let scorer, strength < 1 || choice.scores[choice.exit] == nil || constraint != nil {
        choice.scores[choice.exit] = clock.measure(.assess) { scorer.assess(frame.judged(of: planes)).score }
      }
      result = .planes(planes)
    }
    return Enhancement(
      source: image, choice: choice, tiles: nil,
      macsPerPixel: Double(macs + sample.macsRun) / Double(image.width * image.height),
      timings: clock.timings, found: frame.found, constraint: report, result: result, scorer: scorer)
  }

  /// An image with the block grid that its pixels tell of in its corner, where they are looked at.
  func aligned(_ image: Image) -> AlignedImage {
    guard constraint == .auto else { return AlignedImage(unchanged: image) }
    guard granularity == .image, policy.fixedExit != 0 else {
      return AlignedImage(unchanged: image, found: FoundCompression(in: image))
    }
    return AlignedImage(image)
  }

  /// One image as the network sees it, with what is known of it before that runs.
  ///
  /// - Parameter isCancelled: once it answers true the frame is worth nothing.
  func frame(of aligned: AlignedImage, threads: Int, isCancelled: @escaping @Sendable () -> Bool) -> Frame {
    let (image, found) = (aligned.image, aligned.found)
    let foundQuality = found?.isComplete == true ? found?.quality : nil
    let isIdle = policy.fixedExit == 0
    return Frame(
      image: image, model: model, found: found,
      foundCoefficients: isIdle ? nil : found?.coefficients(of: image, threads: threads, isCancelled: isCancelled),
      quality: told(image.jpeg?.estimatedQuality ?? foundQuality), threads: threads, isCancelled: isCancelled)
  }

  /// The planes of an image that is its own sample.
  private func restored(by sample: Candidates, exit: Int, _ frame: Frame) throws -> [Plane] {
    var planes = try sample.restored(at: exit)[0].planes
    guard strength < 1 else { return planes }
    for (index, original) in frame.image.planes().enumerated() {
      planes[index].blend(towards: original, strength: strength)
    }
    return planes
  }

  /// About how many bytes it takes to enhance an image of this size, the image and its result included.
  ///
  /// - Parameters:
  ///   - width: pixels in a row.
  ///   - height: rows.
  ///   - channels: samples of a pixel, alpha included.
  ///   - depth: bits of a sample of the result.
  ///   - decodedBytes: What the image itself takes, if that isn't known by its samples: see
  ///     `ImageHeader.decodedBytes`.
  ///   - threads: that work on the image.
  ///   - passes: through the network: 4 of a CMYK image, whose planes go one by one.
  ///   - isJPEG: whether it comes from a JPEG file; the coefficients of others are looked for.
  public func memoryEstimate(
    width: Int, height: Int, channels: Int, depth: BitDepth, decodedBytes: Int? = nil, threads: Int = 1,
    passes: Int = 1, isJPEG: Bool = false
  ) -> Int {
    let pixels = width.multipliedReportingOverflow(by: height)
    guard !pixels.overflow, pixels.partialValue < 1 << 40, width > 0, height > 0, 1...64 ~= channels, 1...64 ~= passes
    else { return .max }
    let planes = passes * 3 * MemoryLayout<Float>.size
    let result = pixels.partialValue * channels * depth.rawValue / 8
    let (samples, overflow) = result.addingReportingOverflow(decodedBytes ?? result)
    guard !overflow, samples < 1 << 48 else { return .max }
    let found =
      isJPEG
      ? 0
      : foundBytes(
        width: width, height: height, channels: channels, input: decodedBytes ?? result, result: result,
        threads: threads)
    let partition = partition(width: width, height: height)
    let targets = model.targets(askedBy: policy)
    let isPassing = policy.asksGates && !policy.comparesExits && model.hasGates
    if granularity == .tile {
      let region = TileGrid(partition).largestRegion
      let session =
        model.sessionBytes(
          height: region.height, width: region.width, threads: threads, count: passes, targets: targets,
          isPassing: isPassing) ?? 0
      // The tile as it comes out, what it is blended with, and what policies compare.
      return samples + found + session + 6 * region.width * region.height * planes
    }
    let sample = partition.sample.map(\.padded)
    let (rows, columns) = (sample.map(\.height).max() ?? 0, sample.map(\.width).max() ?? 0)
    let sessions =
      model.sessionBytes(
        height: rows, width: columns, threads: threads, count: passes * sample.count, targets: targets,
        isPassing: isPassing) ?? 0
    guard partition.isSampled else {
      // The result in floating point, what scores and comparisons look at, and what the result is blended with.
      let held = (policy.fixedExit != nil ? 2 : isPassing ? 3 : 4) + (strength < 1 ? 1 : 0)
      return samples + found + sessions + held * pixels.partialValue * planes
    }
    let last = min(policy.fixedExit ?? .max, model.information.exitCount)
    let stream = try? ImageStream(model: model, exit: last, height: height, width: width, threads: threads)
    // Where rows are encoded as they come, it is written down what each of them lacks.
    let progress = height * MemoryLayout<Int>.size
    let strips = Self.stripBytes(width: width, height: height) + progress
    return samples + found + max(sessions, (stream?.bytes ?? sessions) + strips)
  }

  /// About how many bytes what is found in pixels takes, and a picture with its block grid in the corner.
  ///
  /// - Parameters:
  ///   - input: bytes of the image.
  ///   - result: bytes of the result.
  private func foundBytes(width: Int, height: Int, channels: Int, input: Int, result: Int, threads: Int) -> Int {
    // Of 16 bits nothing is looked for.
    guard constraint == .auto, input <= width * height * channels else { return 0 }
    let found = FoundCompression.bytes(width: width, height: height, channels: channels, threads: threads)
    return found > 0 && granularity == .image && policy.fixedExit != 0 ? found + input + result : found
  }

  /// What the pixels of an image tell of a JPEG file that it was, cropped or not, as `enhance` looks for it.
  package func found(in image: Image) -> FoundCompression? { aligned(image).found }

  /// Bytes that wait for the next image.
  package var idleMemory: Int { model.reserve.waitingBytes }

  /// Gives back the memory that waits for the next image, 512 MiB at most: worth it where none comes for a while.
  public func releaseMemory() { model.reserve.drain() }

  /// Whether an image of this size is decided on a sample, and then streams through from top to bottom.
  package func isStreamed(width: Int, height: Int) -> Bool {
    granularity == .image && partition(width: width, height: height).isSampled
  }

  private func partition(width: Int, height: Int) -> Partition {
    Partition(width: width, height: height, reach: model.reach, stride: model.information.stride)
  }

  /// Rows that are transformed from coefficients, and rows of results that wait to be constrained.
  private static func stripBytes(width: Int, height: Int) -> Int {
    let decoded = 12 * 8
    let waiting = 2 * 3 * 32
    // Wider images go through in bands.
    let columns = min(width, ImageStream.bandWidth(height: height, width: width))
    return (decoded + waiting) * columns * MemoryLayout<Float>.size
  }

  /// The exit that `enhance` would take for the image as a whole, computing no more than the decision needs.
  ///
  /// - Throws: as `enhance`.
  public func chooseExit(
    for image: Image, encodingLoss: Double = 0, threads: Int = 1,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> ExitChoice {
    let frame = frame(of: aligned(image), threads: threads, isCancelled: isCancelled)
    let clock = StageClock(exitCount: model.information.exitCount)
    return try search(of: frame, encodingLoss: encodingLoss, clock: clock).run(on: frame.sample(for: policy))
  }

  private func search(of frame: Frame, encodingLoss: Double, clock: StageClock) -> ExitSearch {
    ExitSearch(
      policy: policy, encodingLoss: encodingLoss, quality: frame.quality, isColor: frame.isColor, mayReturn: true,
      isSample: frame.partition.isSampled, scorer: scorer, clock: clock)
  }
}
