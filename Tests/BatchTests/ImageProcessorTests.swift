import Batch
import Imaging
import Inference
import RBQE
import Reporting
import Synchronization
import Testing

@Suite struct ImageProcessorTests {
  private func processor(progressive: Bool, memoryLimit: Int) throws -> ImageProcessor {
    let model = try ModelFile(shipped: .fast).load()
    return ImageProcessor(
      enhancer: Enhancer(model: model, policy: FixedPolicy(exit: 1)),
      options: OutputOptions(jpeg: JPEGOptions(progressive: progressive)), memoryLimit: memoryLimit)
  }

  private func error(_ bytes: [UInt8], progressive: Bool, memoryLimit: Int) throws -> ImageProcessingError? {
    var record = ImageRecord(path: "a.jpg", status: .failed)
    do {
      _ = try processor(progressive: progressive, memoryLimit: memoryLimit)
        .process(bytes, to: nil, threads: 1, record: &record)
      return nil
    } catch let error as ImageProcessingError {
      return error
    }
  }

  @Test func progressiveOutputThatCannotFitIsRefusedWithTheFigure() throws {
    // Above 32 megapixels a baseline file streams; of a narrow one the network holds little.
    let (width, height) = (2000, 20000)
    let flat = Image(
      width: width, height: height, colorModel: .ycbcr,
      samples: .eight(Array(repeating: 90, count: 3 * width * height)))
    let bytes = try ImageEncoder.encode(flat, as: .jpeg(JPEGOptions(quality: 50)))
    guard case .tooLittleMemory(let plain, available: 1) = try error(bytes, progressive: false, memoryLimit: 1),
      case .tooLittleMemory(let whole, available: 1) = try error(bytes, progressive: true, memoryLimit: 1)
    else {
      Issue.record("a byte was enough")
      return
    }
    #expect(whole > plain)
    let refusal = try error(bytes, progressive: true, memoryLimit: plain)
    #expect(refusal == .tooLargeForProgressive(needed: whole, available: plain))
    #expect(refusal?.description.contains("--progressive") == true)
  }

  /// 2.1 megapixels: decided on a sample, then from top to bottom.
  private static func largeFile() throws -> [UInt8] {
    let (width, height) = (1500, 1400)
    let samples = (0..<3 * width * height).map {
      UInt8(truncatingIfNeeded: $0 / 90 &+ ($0 &* 2_654_435_761) >> 29)
    }
    return try ImageEncoder.encode(
      Image(width: width, height: height, colorModel: .ycbcr, samples: .eight(samples)),
      as: .jpeg(JPEGOptions(quality: 30, sampling: .s420)))
  }

  private func process(
    _ bytes: [UInt8], to format: ImageFormat, threads: Int, memoryLimit: Int = 1 << 40
  ) throws -> (result: [UInt8], record: ImageRecord) {
    var record = ImageRecord(path: "a.jpg", status: .failed)
    let result = try processor(progressive: false, memoryLimit: memoryLimit)
      .process(bytes, to: format, threads: threads, record: &record)
    return (result, record)
  }

  @Test func encodingAlongWithTheNetworkChangesNoByte() throws {
    let bytes = try Self.largeFile()
    let one = try process(bytes, to: .png, threads: 1)
    let two = try process(bytes, to: .png, threads: 2)
    #expect(one.result == two.result)
    #expect(two.record.ms?.encode != nil && two.record.status == .enhanced)
  }

  @Test(.enabled(if: Machine.coreCount > 1, "memory is reckoned for as many threads as there are cores"))
  func whereMemoryIsShortOneComesAfterTheOther() throws {
    let bytes = try Self.largeFile()
    let least = try processor(progressive: false, memoryLimit: 1 << 40)
      .memoryNeeded(for: ImageDecoder.inspect(bytes), to: .png, fileSize: bytes.count, threads: 1)
    let (tight, _) = try process(bytes, to: .png, threads: 2, memoryLimit: least)
    let (ample, _) = try process(bytes, to: .png, threads: 2)
    #expect(tight == ample)
    #expect(throws: ImageProcessingError.tooLittleMemory(needed: least, available: least - 1)) {
      try process(bytes, to: .png, threads: 2, memoryLimit: least - 1)
    }
  }

  @Test func moreThreadsThanCoresTakeMore() throws {
    let bytes = try Self.largeFile()
    let header = try ImageDecoder.inspect(bytes)
    let counts: [Int?] = [nil, Machine.coreCount + 8, Int.max]
    let needed = try counts.map { threads in
      try processor(progressive: false, memoryLimit: 1)
        .memoryNeeded(for: header, to: .png, fileSize: bytes.count, threads: threads)
    }
    #expect(needed[0] < needed[1] && needed[1] < needed[2])
  }

  @Test(.enabled(if: Machine.coreCount > 1, "memory is reckoned for as many threads as there are cores"))
  func oneThreadNeedsNoRoomForEncodingAlongWithTheNetwork() throws {
    let bytes = try Self.largeFile()
    let header = try ImageDecoder.inspect(bytes)
    func needed(_ threads: Int?, of limit: Int = 1 << 40, to format: ImageFormat = .png) throws -> Int {
      try processor(progressive: false, memoryLimit: limit)
        .memoryNeeded(for: header, to: format, fileSize: bytes.count, threads: threads)
    }
    let alone = try needed(1)
    #expect(try alone < needed(2) && needed(nil) == needed(2))
    // Where there is no room for both, several threads need no more either.
    #expect(try needed(2, of: needed(2) - 1) == alone)
    // A codec that holds the picture never holds it beside the network.
    #expect(try needed(1, to: .jpeg) == needed(2, to: .jpeg))
  }

  @Test func sidesThatTheFormatHasNotAreRefusedBeforeTheNetworkRuns() throws {
    let (width, height) = (65_600, 8)
    let wide = Image(
      width: width, height: height, colorModel: .gray, samples: .eight(Array(repeating: 90, count: width * height)))
    let bytes = try ImageEncoder.encode(wide, as: .png())
    var record = ImageRecord(path: "a.png", status: .failed)
    for threads in [1, 2] {
      #expect(throws: ImageEncodingError.tooLarge(.jpeg, width: width, height: height, limit: 65_500)) {
        try processor(progressive: false, memoryLimit: 1 << 40)
          .process(bytes, to: .jpeg, threads: threads, record: &record)
      }
    }
    #expect(record.ms?.infer == nil && record.exit == nil)
  }

  @Test func cancellingEndsTheEncoderToo() throws {
    let asked = Atomic(0)
    var record = ImageRecord(path: "a.jpg", status: .failed)
    #expect(throws: SessionError.cancelled) {
      try processor(progressive: false, memoryLimit: 1 << 40)
        .process(Self.largeFile(), to: .png, threads: 2, record: &record) {
          asked.wrappingAdd(1, ordering: .relaxed).newValue > 40
        }
    }
  }
}
