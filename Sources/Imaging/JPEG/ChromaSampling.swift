/// Resolution of a JPEG file's colour differences against its luma.
public enum ChromaSampling: String, Sendable, CaseIterable {
  /// Full.
  case s444 = "4:4:4"
  /// Half across.
  case s422 = "4:2:2"
  /// Half across and down.
  case s420 = "4:2:0"
  /// Half down.
  case s440 = "4:4:0"
  /// A quarter across.
  case s411 = "4:1:1"
  /// Anything else. Read, not written.
  case other = "other"
}
