extension Source {
  /// The same file as an input that can't be enhanced.
  public func rejected(for reason: any Error) -> Rejection {
    Rejection(path: path, relativePath: isBelowDirectory ? relativePath : path, reason: reason)
  }
}
