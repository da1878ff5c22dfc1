import Imaging
import RBQE
import Reporting

/// Turns the bytes of an image file into the bytes of its result, and describes what happened.
///
/// This is the one way through decode, enhance and encode, for files, directories and pipes alike.
public struct ImageProcessor: Sendable {
  /// The network and the policy.
  public let enhancer: Enhancer
  /// How results are encoded.
  public let options: OutputOptions
  /// What inputs are refused for their size.
  public let limits: DecodingLimits
  /// Bytes that one image may take.
  public let memoryLimit: Int

  /// A processor.
  public init(
    enhancer: Enhancer, options: OutputOptions, limits: DecodingLimits = DecodingLimits(),
    memoryLimit: Int = Machine.memory
  ) {
    self.enhancer = enhancer
    self.options = options
    self.limits = limits
    self.memoryLimit = memoryLimit
  }

  /// Enhances one image.
  ///
  /// - Parameters:
  ///   - bytes: a JPEG or PNG file.
  ///   - format: that of the result; nil means the input's.
  ///   - policy: decides instead of the enhancer's own.
  ///   - threads: that work on the image; they have no influence on the result.
  ///   - record: receives all that becomes known, also if an error is thrown halfway.
  /// - Returns: the bytes of the result. At exit 0, where the format and depth stay, the input's own bytes but for what
  ///   the metadata option takes away.
  public func process(
    _ bytes: [UInt8], to format: ImageFormat?, deciding policy: (any ExitPolicy)? = nil, threads: Int,
    record: inout ImageRecord, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> [UInt8] {
    record.bytesIn = bytes.count
    let sourceFormat = ImageFormat.detect(bytes)
    let header = try ImageDecoder.inspect(bytes)
    try checkMemory(for: header, to: format, fileSize: bytes.count, threads: threads)
    let image = try Stopwatch.measure(&record.milliseconds.decode) { try ImageDecoder.decode(bytes, limits: limits) }
    record.describe(image, format: sourceFormat)
    let format = format ?? sourceFormat ?? .png
    let depth = format == .png ? options.depth : nil
    let encoding = options.encoding(for: format)
    try image.checkConvertible(to: format, depth: depth)
    try ImageEncoder.check(width: image.width, height: image.height, as: encoding)

    let keepsSamples = format == sourceFormat && (depth ?? image.bitDepth) == image.bitDepth
    // What would be compressed again in any case loses nothing by being enhanced.
    let quality = options.jpeg.matchesSource ? image.jpeg?.estimatedQuality : options.jpeg.quality
    let loss =
      keepsSamples && format == .jpeg
      ? EncodingLoss.expected(of: image, quality: quality ?? options.jpeg.quality) : 0
    let enhancement = try deciding(by: policy).enhance(
      image, encodingLoss: loss, threads: threads, isCancelled: isCancelled)
    record.describe(enhancement)

    let output: [UInt8]
    if enhancement.choice.exit == 0 && keepsSamples {
      output = MetadataRewriter.applying(options.metadata, to: bytes, metadata: image.metadata)
      // That metadata go was asked for; what comes behind the picture may be missed.
      if options.metadata != .all {
        record.warn(
          image.notices.filter(\.concernsTrailer) + image.metadata.losses(writingAs: format, policy: options.metadata))
      }
    } else {
      record.warn(image.notices + image.metadata.losses(writingAs: format, policy: options.metadata))
      let overlaps = overlaps(header, as: encoding, fileSize: bytes.count, threads: threads)
      let streamed = overlaps ? StreamedEncoding(as: encoding, metadata: options.metadata) : nil
      let rendering = try enhancement.render(for: format, depth: depth, encoding: streamed)
      record.describe(rendering)
      if let streamed, let file = try streamed.file() {
        record.milliseconds.encode = streamed.wait.milliseconds
        output = file
      } else {
        output = try Stopwatch.measure(&record.milliseconds.encode) {
          try ImageEncoder.encode(rendering.image, as: encoding, metadata: options.metadata)
        }
      }
    }
    record.bytesOut = output.count
    record.status = enhancement.choice.exit == 0 ? .unchanged : .enhanced
    return output
  }

  private func deciding(by policy: (any ExitPolicy)?) -> Enhancer {
    guard let policy else { return enhancer }
    return enhancer.deciding(by: policy)
  }

  /// Refuses an image that takes more memory than there is, before anything of it is decoded.
  func checkMemory(
    for header: ImageHeader, to format: ImageFormat?, fileSize: Int, threads: Int?
  ) throws(ImageProcessingError) {
    let needed = memoryNeeded(for: header, to: format, fileSize: fileSize, threads: threads)
    guard needed <= memoryLimit else {
      throw memoryError(needed: needed, for: header, to: format, fileSize: fileSize, threads: threads)
    }
  }

  /// About how many bytes it takes to read, enhance and encode an image, the files themselves included.
  ///
  /// With encoding and enhancing at a time where there is room for that, otherwise one after the other.
  ///
  /// - Parameters:
  ///   - format: that of the result; nil means the input's.
  ///   - threads: that will work on it; nil: not known yet.
  package func memoryNeeded(for header: ImageHeader, to format: ImageFormat?, fileSize: Int, threads: Int?) -> Int {
    let encoding = options.encoding(for: format ?? header.format)
    let overlaps = overlaps(header, as: encoding, fileSize: fileSize, threads: threads)
    return memoryNeeded(for: header, as: encoding, fileSize: fileSize, threads: threads, overlapping: overlaps)
  }

  /// Whether an image, if it is a large one, is encoded while it is enhanced.
  ///
  /// Not by a codec that holds the picture: it would hold it beside the network, and do most of its work at the end.
  private func overlaps(
    _ header: ImageHeader, as encoding: EncodingOptions, fileSize: Int, threads: Int?
  ) -> Bool {
    // A single thread is asked for to leave other cores alone.
    guard threads != 1 else { return false }
    let held = ImageEncoder.memory(
      width: header.width, height: header.height, colorModel: header.colorModel, as: encoding)
    guard held == 0 else { return false }
    return memoryNeeded(for: header, as: encoding, fileSize: fileSize, threads: threads, overlapping: true)
      <= memoryLimit
  }

  /// - Parameters:
  ///   - threads: that will work on it, where they may be more than there are cores.
  ///   - overlapping: whether a large image is encoded while it is enhanced.
  private func memoryNeeded(
    for header: ImageHeader, as encoding: EncodingOptions, fileSize: Int, threads: Int?, overlapping: Bool
  ) -> Int {
    let depth = encoding.format == .png ? options.depth ?? header.bitDepth : .eight
    let enhancing = enhancer.memoryEstimate(
      width: header.width, height: header.height, channels: header.channels, depth: depth,
      decodedBytes: header.decodedBytes, threads: max(Machine.coreCount, threads ?? 0),
      passes: header.colorModel == .cmyk ? 4 : 1, isJPEG: header.format == .jpeg)
    let samples = header.pixels.multiplied(saturating: header.channels * depth.rawValue / 8)
    let codec = ImageEncoder.memory(
      width: header.width, height: header.height, colorModel: header.colorModel, as: encoding)
    // A result file is hardly ever larger than its samples, or than its input, of which it may keep what follows the
    // picture.
    let writing = codec.adding(saturating: max(samples, fileSize))
    if overlapping && enhancer.isStreamed(width: header.width, height: header.height) {
      return enhancing.adding(saturating: writing).adding(saturating: fileSize)
    }
    // While the result is encoded the network's memory is free again, and the image itself isn't.
    let afterwards = header.decodedBytes.adding(saturating: samples).adding(saturating: writing)
    return max(enhancing, afterwards).adding(saturating: fileSize)
  }

  /// Says what would help: a progressive file is refused where one that streams would fit.
  private func memoryError(
    needed: Int, for header: ImageHeader, to format: ImageFormat?, fileSize: Int, threads: Int?
  ) -> ImageProcessingError {
    guard options.jpeg.progressive, (format ?? header.format) == .jpeg else {
      return .tooLittleMemory(needed: needed, available: memoryLimit)
    }
    var plain = options.jpeg
    plain.progressive = false
    let without = memoryNeeded(
      for: header, as: .jpeg(plain), fileSize: fileSize, threads: threads, overlapping: false)
    return without <= memoryLimit
      ? .tooLargeForProgressive(needed: needed, available: memoryLimit)
      : .tooLittleMemory(needed: needed, available: memoryLimit)
  }
}

/// Why an image that could be decoded isn't enhanced.
public enum ImageProcessingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is less memory than the image takes.
  case tooLittleMemory(needed: Int, available: Int)
  /// There is less memory than it takes to write the image as progressive JPEG, which holds it whole.
  case tooLargeForProgressive(needed: Int, available: Int)

  /// What happened, and what to do about it.
  public var description: String {
    switch self {
    case .tooLargeForProgressive(let needed, let available):
      """
      writing it as progressive JPEG takes about \(needed / 1_000_000) MB, and \(available / 1_000_000) may be used; \
      leave out --progressive, or raise --max-memory
      """
    case .tooLittleMemory(let needed, let available):
      """
      enhancing it takes about \(needed / 1_000_000) MB, and \(available / 1_000_000) may be used; raise --max-memory, \
      use a larger machine, or split the image
      """
    }
  }
}

extension ImageRecord {
  /// Takes over what decoding told about the input.
  mutating func describe(_ image: Image, format: ImageFormat?) {
    width = image.width
    height = image.height
    channels = image.channels
    bitDepth = image.bitDepth.rawValue
    sourceFormat = format?.rawValue
    estimatedQuality = image.jpeg?.estimatedQuality
  }

  /// Takes over what the result will lack.
  mutating func warn(_ notices: [ImageNotice]) {
    if !notices.isEmpty { warnings = notices.map(\.description) }
  }

  /// Takes over what enhancing told.
  mutating func describe(_ enhancement: Enhancement) {
    let choice = enhancement.choice
    foundQuality = enhancement.found?.quality
    policy = choice.policy
    exit = choice.exit
    exits = choice.exitCount
    scoreBefore = choice.scores[0]
    scoreAfter = choice.scores[choice.exit]
    scores = choice.scores
    // A network may answer anything, and records hold numbers.
    let gains = choice.estimatedGains.map(\.orNilUnlessFinite)
    if gains.contains(where: { $0 != nil }) { gainEstimates = gains }
    describe(enhancement.tiles)
    macsPerPixel = enhancement.macsPerPixel
    milliseconds.infer = enhancement.timings.infer.map(\.milliseconds)
    milliseconds.assess = enhancement.timings.assess.milliseconds
    if let report = enhancement.constraint { describe(report) }
    if enhancement.constraint != nil || enhancement.found != nil {
      milliseconds.constrain = enhancement.timings.constrain.milliseconds
    }
  }

  /// Takes over what became known when the pixels were made.
  mutating func describe(_ rendering: Rendering) {
    guard rendering.exit > 0 else { return }
    exit = rendering.exit
    describe(rendering.tiles)
    macsPerPixel = rendering.macsPerPixel
    for (index, time) in rendering.timings.infer.enumerated() { milliseconds.infer?[index] += time.milliseconds }
    milliseconds.assess? += rendering.timings.assess.milliseconds
    milliseconds.constrain? += rendering.timings.constrain.milliseconds
    scoreAfter = rendering.score
    scores?[rendering.exit] = rendering.score
    if let report = rendering.constraint { describe(report) }
  }

  /// Takes over where tiles left.
  private mutating func describe(_ tiles: TileExits?) {
    guard let tiles else { return }
    tileSize = tiles.side
    tileExits = tiles.rows
    if tiles.estimatedGains.joined().contains(where: { $0 != nil }) {
      tileGainEstimates = tiles.gainRows.map { row in row.map { gains in gains.map(\.orNilUnlessFinite) } }
    }
  }

  /// Takes over what became of the constraint.
  private mutating func describe(_ report: ConstraintReport) {
    constraint = report.mode.rawValue
    constraintDropped = report.drop?.rawValue
    clamped = report.clamped
    coefficients = report.coefficients
    if report.mode == .strict, let drop = report.drop {
      let warning = "the result isn't held to the file's coefficients: \(drop.rawValue)"
      if warnings?.contains(warning) != true { warnings = (warnings ?? []) + [warning] }
    }
  }
}

extension Double? {
  fileprivate var orNilUnlessFinite: Double? { flatMap { $0.isFinite ? $0 : nil } }
}
