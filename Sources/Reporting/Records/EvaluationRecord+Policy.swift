extension EvaluationRecord {
  /// The policy that stands for all of them where only one can be shown; nil if none ran.
  public var mainPolicy: PolicyResult? {
    let ran = (policies ?? [:]).filter { $0.value.ms != nil }
    return Self.mainPolicy(of: ran.keys).flatMap { ran[$0] }
  }

  /// The name of that policy: the gates, which `rbqe enhance` goes by, then the assessor, then the first by name.
  static func mainPolicy(of names: some Sequence<String>) -> String? {
    func rank(_ name: String) -> Int { ["gate", "assessor"].firstIndex(of: name) ?? 2 }
    return names.min { (rank($0), $0) < (rank($1), $1) }
  }
}
