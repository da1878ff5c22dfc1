import Inference
import Quality

extension Model {
  /// How far one sample of the input can influence an exit, in samples; nil if over the whole image.
  var reach: Int? {
    let reaches = information.halo.compactMap(\.self)
    return reaches.count == information.halo.count ? reaches.max() : nil
  }

  /// The assessor policy as the model file calibrates it, or nil if the file holds no thresholds.
  var calibratedAssessor: AssessorPolicy? {
    guard let calibration = information.assessorThresholds,
      let variant = Assessor.Variant(rawValue: calibration.variant),
      let block = Assessor.BlockSize(rawValue: calibration.block)
    else { return nil }
    return AssessorPolicy(
      thresholds: calibration.values, assessor: Assessor(variant: variant, blockSize: block))
  }
}
