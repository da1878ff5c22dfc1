import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A directory of this run's own, for what nobody keeps.
struct ScratchDirectory {
  let path: FilePath

  init() {
    path = FilePath(FileManager.default.temporaryDirectory.appending(path: "rbqe-bench-\(UUID().uuidString)").path)
  }

  func create() throws {
    do {
      try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    } catch {
      throw Failure(.cannotCreate, "\(path): cannot create a directory for results: \(error)", hint: "set TMPDIR")
    }
  }

  func write(_ bytes: [UInt8], to name: String) throws -> FilePath {
    let file = path.appending(name)
    do {
      try Data(bytes).write(to: URL(filePath: file.string))
    } catch {
      throw Failure(.cannotCreate, "\(file): cannot write: \(error)", hint: "set TMPDIR")
    }
    return file
  }

  /// Again, if threads that are still at work write into it meanwhile.
  func remove() {
    for _ in 0..<10 where FileManager.default.fileExists(atPath: path.string) {
      try? FileManager.default.removeItem(atPath: path.string)
    }
  }
}
