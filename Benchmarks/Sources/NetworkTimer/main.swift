// Times one exit of a network on one image, each time that a line comes in.
//
//   NetworkTimer MODEL.onnx EXIT THREADS IMAGE.f32 HEIGHT WIDTH [OUT.f32]
//   NetworkTimer --peak
//
// IMAGE.f32 holds Y, Cb and Cr, values 0...1. Prints "ready", then the milliseconds of a run for every line; at the end
// of the input it writes the last result to OUT.f32. --peak prints the processor's peak in GFLOP/s a core.

import CPeak
import Foundation
import Inference

let arguments = CommandLine.arguments
let clock = ContinuousClock()

func say(_ line: String) {
  FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

func milliseconds(_ duration: Duration) -> Double {
  Double(duration.components.seconds) * 1e3 + Double(duration.components.attoseconds) / 1e15
}

if arguments.count == 2, arguments[1] == "--peak" {
  var best = 0.0
  for _ in 0..<5 {
    var operations = 0.0
    let time = clock.measure { operations = rbqe_peak_operations(20_000_000) }
    best = max(best, operations / milliseconds(time) / 1e6)
  }
  say(String(format: "%.1f", best))
  exit(0)
}

guard arguments.count >= 7, let exitNumber = Int(arguments[2]), let threads = Int(arguments[3]),
  let height = Int(arguments[5]), let width = Int(arguments[6])
else {
  FileHandle.standardError.write(Data("usage: NetworkTimer MODEL EXIT THREADS IMAGE.f32 HEIGHT WIDTH [OUT.f32]\n".utf8))
  exit(64)
}

func floats(_ path: String) throws -> [Float] {
  try Data(contentsOf: URL(fileURLWithPath: path)).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
}

let model = try Model(onnx: [UInt8](Data(contentsOf: URL(fileURLWithPath: arguments[1]))))
let image = Tensor([3, height, width], try floats(arguments[4]))
var result = Tensor([0], [])
say("ready")
while readLine() != nil {
  let time = try clock.measure {
    let session = try Session(model: model, image: image, targets: [.exit(exitNumber)], threads: threads)
    result = try session.exit(exitNumber)
  }
  say("\(milliseconds(time))")
}
if arguments.count > 7 {
  try result.values.withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: arguments[7])) }
}
