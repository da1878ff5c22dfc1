import ArgumentParser

extension RBQETool {
  /// What the parser complains of looks like every other error.
  static var _errorPrefix: String { "error: " }

  /// Runs the command that the arguments name, and ends the program if it fails.
  ///
  /// Some options can be judged by the running command alone, an exit for example by the model. Then, too, the usage
  /// that is shown is the command's: the parser would show the program's.
  static func main(_ arguments: [String]?) {
    do {
      var command = try parseAsRoot(arguments)
      do {
        try command.run()
      } catch let error as ValidationError {
        let name = type(of: command).configuration.commandName ?? ""
        StandardError.write(
          """
          \(_errorPrefix)\(error.message.printableLines)
          Usage: \(usageString(for: type(of: command)))
            See 'rbqe \(name) --help' for more information.

          """)
        exit(withError: ExitCode.validationFailure)
      }
    } catch {
      exit(withError: error)
    }
  }
}
