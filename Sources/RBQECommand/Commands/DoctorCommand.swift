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
    try Failure.reporting(to: .standardError()) { _ in
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
            ("", "each exit alone: \(Self.costs(of: model.exits.map { [.exit($0)] }, in: model))"),
          ]
          let gates = model.targets.compactMap(\.gainIndex)
          if !gates.isEmpty {
            let asked = gates.map { last in Set(gates.filter { $0 <= last }.map { Target.gain($0) }) }
            lines.append(("", "gates up to each: \(Self.costs(of: asked, in: model))"))
          }
          lines.append(("", model.isFast ? "runs on the fast engine" : "runs on the reference path"))
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

  /// Multiply-accumulates a pixel of each of some sets of outputs, exactly.
  private static func costs(of sets: [Set<Target>], in model: Model) -> String {
    // So large that what is computed once for an image counts nothing.
    let side = 4096 * model.information.stride
    return sets.map { "\(model.macs(of: $0, height: side, width: side) / (side * side))" }.joined(separator: " ")
  }
}
