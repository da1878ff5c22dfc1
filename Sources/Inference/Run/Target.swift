/// Something that can be asked of a model: an exit's image or a gate's estimate.
public enum Target: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The image `exit_k` of exit k, k = 1 ... N.
  case exit(Int)
  /// The estimate `gain_k`, in dB, of what the best later exit would add to what exit k gives (k = 0: the input).
  case gain(Int)

  /// The name of the model file's output: `exit_1`, `gain_0`.
  public var description: String {
    switch self {
    case .exit(let index): "exit_\(index)"
    case .gain(let index): "gain_\(index)"
    }
  }
}

extension Target {
  package var exitIndex: Int? {
    guard case .exit(let index) = self else { return nil }
    return index
  }

  package var gainIndex: Int? {
    guard case .gain(let index) = self else { return nil }
    return index
  }

  /// Reads an output's name; nil if it is none of ours.
  init?(outputName: String) {
    let parts = outputName.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 2, let index = Int(parts[1]), String(index) == parts[1] else { return nil }
    switch parts[0] {
    case "exit" where index >= 1: self = .exit(index)
    case "gain" where index >= 0: self = .gain(index)
    default: return nil
    }
  }
}
