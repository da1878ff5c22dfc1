import ArgumentParser
import Inference
import RBQE
import Reporting

/// `rbqe doctor`: what this installation consists of.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show the machine, the libraries and the models that this program works with, and check the models.")

  func run() throws {
    try Failure.reporting(to: VerbosityArguments.standardLogger) { _ in
      var lines = [
        ("rbqe", RBQEVersion.current),
        ("processor", "\(Machine.processorName), \(Machine.coreCount) cores"),
        ("instruction set", LibraryVersions.instructionSet),
      ]
      if let problem = KernelSet.environmentProblem { lines.append(("", problem)) }
      lines.append(("blas", MatrixLibrary.version ?? "none; only networks that the fast engine doesn't know need one"))
      lines += LibraryVersions.all.filter { $0.key != "blas" }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
      for shipped in ShippedModel.allCases {
        let file = ModelFile(shipped: shipped)
        do {
          let model = try file.load()
          let information = model.information
          let costs = information.macsPerPixel.map { "\(Int(($0 / 1000).rounded()))k" }.joined(separator: " ")
          lines += [
            ("model \(shipped.rawValue)", "version \(information.version), \(information.licence)"),
            ("", "sha256 \(file.sha256)"),
            ("", "exits 1 to \(information.exitCount), multiply-accumulates a pixel: \(costs)"),
            ("", model.isFast ? "runs on the fast engine" : "runs on the reference path"),
          ]
        } catch {
          throw Failure(.someFailed, "the shipped model \(shipped.rawValue) is damaged: \(error)")
        }
      }
      let width = lines.map(\.0.count).max() ?? 0
      for (name, value) in lines {
        try StandardOutput.write(name + String(repeating: " ", count: width - name.count) + "  \(value)\n")
      }
    }
  }
}
