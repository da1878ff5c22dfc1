import Imaging
import Inference
import RBQE
import Reporting

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension RunRecord {
  /// The record of a run that begins now on this machine.
  init(options: [String: String], model: ModelFile, information: ModelInformation, jobs: Int, threads: Int) {
    self.init(
      version: RBQEVersion.current, options: options, model: information.name, modelHash: model.sha256,
      cpu: Machine.processorName, instructionSet: LibraryVersions.instructionSet, jobs: jobs, threads: threads,
      libraries: LibraryVersions.all, start: Date.now.formatted(.iso8601))
    cores = Machine.coreCount
  }
}

/// Versions of the libraries in use, by name.
enum LibraryVersions {
  /// What the network's arithmetic runs on.
  static var instructionSet: String { "\(Machine.architecture), \(KernelSet.inUse.name)" }

  static var all: [String: String] {
    var versions = ["jpeg": CodecLibraries.jpeg, "png": CodecLibraries.png]
    versions["blas"] = MatrixLibrary.versionInUse
    return versions
  }
}
