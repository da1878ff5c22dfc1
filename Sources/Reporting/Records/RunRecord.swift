/// What a run was made with: the first line of a records file.
public struct RunRecord: Sendable, Codable, Equatable {
  /// The version of the record format: 1.
  public var v = 1
  /// Tells the run record from image records.
  public var kind = "run"
  /// The version of rbqe.
  public var version: String
  /// The options that shape the output, by their names on the command line.
  public var options: [String: String]
  /// The model's name.
  public var model: String
  /// SHA-256 of the model file, in hexadecimal.
  public var modelHash: String
  /// The processor's name.
  public var cpu: String
  /// What runs the network's arithmetic.
  public var instructionSet: String
  /// Cores that the run could use.
  public var cores: Int?
  /// Images worked on at a time.
  public var jobs: Int
  /// Threads that work on one image.
  public var threads: Int
  /// Versions of the libraries in use, by name.
  public var libraries: [String: String]
  /// When the run began: ISO 8601, UTC.
  public var start: String

  /// A run record.
  public init(
    version: String, options: [String: String], model: String, modelHash: String, cpu: String, instructionSet: String,
    jobs: Int, threads: Int, libraries: [String: String], start: String
  ) {
    self.version = version
    self.options = options
    self.model = model
    self.modelHash = modelHash
    self.cpu = cpu
    self.instructionSet = instructionSet
    self.jobs = jobs
    self.threads = threads
    self.libraries = libraries
    self.start = start
  }

  enum CodingKeys: String, CodingKey {
    case v, kind, version, options, model
    case modelHash = "model_hash"
    case cpu
    case instructionSet = "instruction_set"
    case cores, jobs, threads, libraries, start
  }
}
