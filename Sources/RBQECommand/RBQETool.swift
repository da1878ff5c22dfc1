import ArgumentParser
import RBQE

/// The program `rbqe`: one command per use.
@main
struct RBQETool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rbqe",
    abstract: "Removes compression artifacts from images, spending on each only what it needs.",
    discussion: """
      A progressive neural network enhances an image stage by stage; before each stage a small learned gate decides, \
      without knowing the original, whether another is worth it. A nearly clean photograph is left alone, a ruined one \
      gets the full treatment.

      Exit status: 0 all done, 1 some file failed, 2 the inputs hold no image, 64 wrong usage, 65 the single input is \
      not an image that can be read, or the result's format can't hold it, 73 the output can't be created, 74 reading \
      or writing failed.
      """,
    version: RBQEVersion.current,
    subcommands: [
      EnhanceCommand.self, AssessCommand.self, EvaluateCommand.self, BenchCommand.self, ReportCommand.self,
      DoctorCommand.self,
    ])

  static func main() {
    StandardOutput.secure()
    main(nil)
  }
}
