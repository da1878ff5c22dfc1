import Batch
import Foundation
import Imaging
import RBQE
import SystemPackage

/// A directory of one test's own, removed with it.
final class Scratch {
  let path: FilePath

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "rbqe-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = FilePath(url.path)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path.string)
  }

  func callAsFunction(_ relative: String) -> FilePath {
    path.appending(relative)
  }

  @discardableResult
  func write(_ bytes: [UInt8], to relative: String) throws -> FilePath {
    let target = path.appending(relative)
    try FileManager.default.createDirectory(
      atPath: target.removingLastComponent().string, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: target.string))
    return target
  }

  func bytes(of relative: String) throws -> [UInt8] {
    try FileContents.read(path.appending(relative))
  }

  /// Every file below the directory, by its relative path.
  func files() -> [String] {
    let all = FileManager.default.enumerator(atPath: path.string)?.compactMap { $0 as? String } ?? []
    return all.filter { name in
      var isDirectory: ObjCBool = false
      return FileManager.default.fileExists(atPath: path.appending(name).string, isDirectory: &isDirectory)
        && !isDirectory.boolValue
    }.sorted()
  }
}

/// Small valid files.
enum SampleFile {
  static func image(width: Int = 24, height: Int = 17, colorModel: ColorModel = .rgb) -> Image {
    let samples = (0..<width * height * colorModel.channels).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / 11) }
    return Image(width: width, height: height, colorModel: colorModel, samples: .eight(samples))
  }

  static func png(width: Int = 24, height: Int = 17) throws -> [UInt8] {
    try ImageEncoder.encode(image(width: width, height: height), as: .png(PNGOptions()), metadata: .all)
  }

  static func jpeg(quality: Int = 20) throws -> [UInt8] {
    try ImageEncoder.encode(
      image().converted(to: .jpeg, depth: .eight), as: .jpeg(JPEGOptions(quality: quality)), metadata: .all)
  }
}

/// A processor that takes one exit of the shipped network.
func processor(exit: Int, options: OutputOptions = OutputOptions()) throws -> ImageProcessor {
  let model = try ModelFile(shipped: .fast).load()
  return ImageProcessor(enhancer: Enhancer(model: model, policy: FixedPolicy(exit: exit)), options: options)
}
