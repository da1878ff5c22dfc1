import Batch
import Imaging
import Reporting
import SystemPackage

/// Finds and cuts the pictures of a report from the files that its records name.
struct FileExhibits: Sendable {
  /// The input of a row.
  let inputs: @Sendable (ReportRow) -> FilePath?
  let limits: DecodingLimits
  /// Where the links of the report lead, given a path.
  let reference: @Sendable (String) -> String
  /// Bytes that the pictures of one image may take.
  let budget: Int
  /// Whether results are still there when the report is read.
  let linksResults: Bool
  /// What all pictures that are being cut may take together.
  private let memory: MemoryBudget

  /// - Parameters:
  ///   - inputs: finds the input of a row.
  ///   - memory: bytes that all pictures that are being cut may take together.
  init(
    inputs: @escaping @Sendable (ReportRow) -> FilePath?, limits: DecodingLimits, file: OutputFile, imageCount: Int,
    memory: Int, linksResults: Bool = true
  ) {
    self.memory = MemoryBudget(limit: memory)
    self.linksResults = linksResults
    self.inputs = inputs
    self.limits = limits
    reference = { file.reference(to: $0) }
    budget = HTMLReport.pictureBudget(imageCount: imageCount)
  }

  /// The pictures and links of one row.
  func callAsFunction(_ row: ReportRow) -> HTMLReport.Exhibit {
    let output = row.output.map { FilePath($0) }.flatMap { FileContents.isFile($0) ? $0 : nil }
    let original = row.original.map { FilePath($0) }.flatMap { FileContents.isFile($0) ? $0 : nil }
    let found = original ?? inputs(row).flatMap { FileContents.isFile($0) ? $0 : nil }
    // What was enhanced in place is no input any more.
    let isReplaced = found != nil && !row.isUnchanged && FileContents.areSame(found, output)
    let input = isReplaced ? nil : found
    let links = [("input", input), ("result", linksResults ? output : nil)].compactMap { label, path in
      path.map { (label: label, path: reference($0.string)) }
    }
    guard !row.isFailure else { return HTMLReport.Exhibit(pictures: nil, links: links) }
    guard row.output != nil else {
      return HTMLReport.Exhibit(pictures: .failure(ExhibitError.measurement), links: links)
    }
    if isReplaced { return HTMLReport.Exhibit(pictures: .failure(ExhibitError.replaced), links: links) }
    return HTMLReport.Exhibit(pictures: Result { try pictures(input, output) }, links: links)
  }

  private func pictures(_ input: FilePath?, _ output: FilePath?) throws -> PicturePair {
    guard let input, let output else { throw ExhibitError.missing }
    let needed = try memoryNeeded(for: [input, output])
    guard needed <= memory.limit else {
      throw ExhibitError.tooLarge(needed: needed, available: memory.limit)
    }
    memory.acquire(needed)
    defer { memory.release(needed) }
    let (first, second) = (try FileContents.read(input), try FileContents.read(output))
    return try PicturePair(budget: budget) {
      try ImageDecoder.decode(first, limits: limits)
    } after: {
      try ImageDecoder.decode(second, limits: limits)
    }
  }

  /// About the bytes that cutting takes: both files, one image at a time, luma of both, and the parts.
  private func memoryNeeded(for files: [FilePath]) throws -> Int {
    let headers = try files.map(header)
    let sizes = try files.reduce(0) { $0 + (try FileContents.size(of: $1)) }
    let parts = headers.map { PicturePair.memoryForParts(width: $0.width, height: $0.height, budget: budget) }
    return headers.reduce(sizes) { $0.adding(saturating: $1.pixels) }
      .adding(saturating: headers.map(\.decodedBytes).max() ?? 0).adding(saturating: parts.max() ?? 0)
  }

  /// The header of a file, which is read whole for that, within the memory that may be taken, and read again later.
  private func header(of file: FilePath) throws -> ImageHeader {
    let size = try FileContents.size(of: file)
    memory.acquire(size)
    defer { memory.release(size) }
    return try ImageDecoder.inspect(try FileContents.read(file))
  }

  /// Finds inputs below directories, and at last where they are named from the working directory.
  static func locating(below roots: [String]) -> @Sendable (ReportRow) -> FilePath? {
    let roots = roots.map { FilePath($0) } + [FilePath()]
    return { row in roots.lazy.map { $0.pushing(FilePath(row.path)) }.first { FileContents.isFile($0) } }
  }
}

/// Why a report shows no pictures of an image.
enum ExhibitError: Error, CustomStringConvertible {
  case missing
  case replaced
  case measurement
  case tooLarge(needed: Int, available: Int)

  var description: String {
    switch self {
    case .missing:
      "the input or the result isn't where the record says; name the directory of the inputs with --images"
    case .replaced:
      "the result took the place of the input: what that was isn't kept, or an earlier run tells where"
    case .measurement:
      "the records of a measurement name none; rbqe evaluate --report shows those that it makes"
    case .tooLarge(let needed, let available):
      "cutting them takes about \(needed / 1_000_000) MB, and \(available / 1_000_000) may be used"
    }
  }
}
