import Imaging
import Inference

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

// What goes wrong says so by `localizedDescription` too, where callers look for it.

extension ImageDecodingError: LocalizedError {
  /// What happened, why, and what to do about it.
  public var errorDescription: String? { description }
}

extension ImageConversionError: LocalizedError {
  /// What happened, why, and what to do about it.
  public var errorDescription: String? { description }
}

extension ImageEncodingError: LocalizedError {
  /// What happened, why, and what to do about it.
  public var errorDescription: String? { description }
}

extension ModelError: LocalizedError {
  /// What happened, why, and what to do about it.
  public var errorDescription: String? { description }
}

extension SessionError: LocalizedError {
  /// What happened, why, and what to do about it.
  public var errorDescription: String? { description }
}

extension PolicyError: LocalizedError {
  /// What happened, why, and what to do about it.
  public var errorDescription: String? { description }
}
