import Batch
import Imaging
import RBQE
import Reporting
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
    // Above 32 megapixels a baseline file streams.
    let (width, height) = (8000, 5000)
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
}
