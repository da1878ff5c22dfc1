import Imaging

/// Where a part of a picture has colours that its decoder may have cut off at black or at white: there each channel at
/// the end of its range may have been beyond it, while the others are what the decoder had.
struct ClippedColors {
  /// What a sample of a component may have been, besides what was seen.
  struct Freedom: OptionSet {
    let rawValue: UInt8
    static let larger = Freedom(rawValue: 1)
    static let smaller = Freedom(rawValue: 2)
  }

  /// Of each pixel, in rows: bits of the channels that are at their largest value, and of those at 0, four bits each.
  private let states: [UInt8]
  /// Interleaved, of the whole image.
  private let samples: [UInt8]
  private let start: Int
  /// Of a pixel.
  let channels: Int
  /// Columns of each row where there are any.
  private(set) var columns: [[Int]]

  /// Leaves out pixels that nothing is to be found of.
  mutating func keep(_ isWanted: (_ row: Int, _ column: Int) -> Bool) {
    for row in columns.indices { columns[row].removeAll { !isWanted(row, $0) } }
  }

  /// - Parameter image: Grey or colour of eight bits.
  init(of image: Image, rows: Range<Int>) {
    let (width, channels) = (image.width, image.colorModel.channels)
    var states = [UInt8](repeating: 0, count: width * rows.count)
    var columns = [[Int]](repeating: [], count: rows.count)
    start = rows.lowerBound * width * channels
    self.channels = channels
    if case .eight(let samples) = image.samples {
      self.samples = samples
      for place in states.indices {
        var state: UInt8 = 0
        for channel in 0..<channels {
          let sample = samples[start + place * channels + channel]
          if sample == .max { state |= 1 << UInt8(channel) }
          if sample == 0 { state |= 16 << UInt8(channel) }
        }
        guard state != 0 else { continue }
        states[place] = state
        columns[place / width].append(place % width)
      }
    } else {
      samples = []
    }
    self.states = states
    self.columns = columns
  }

  /// Of a pixel, in rows, how many channels were clipped.
  func channelCount(of place: Int) -> Int { (states[place] & 15 | states[place] >> 4).nonzeroBitCount }

  /// Of a pixel, in rows, what a component may have been: Y, Cb and Cr are made of channels with these signs.
  func freedom(of place: Int, component: Int) -> Freedom {
    guard states[place] != 0 else { return [] }
    // Red, green and blue, from the lowest bit on, that let the component grow.
    let growing: UInt8 = channels == 1 ? 0b001 : [0b111, 0b100, 0b001][component]
    let (high, low) = (states[place] & 15, states[place] >> 4)
    var freedom: Freedom = []
    if high & growing | low & ~growing != 0 { freedom.insert(.larger) }
    if low & growing | high & ~growing != 0 { freedom.insert(.smaller) }
    return freedom
  }

  /// Y, Cb and Cr of a pixel, in rows, if its clipped channels were what the components say; all of 0...1.
  ///
  /// - Parameter components: Of grey Y alone counts.
  func restored(_ place: Int, _ components: SIMD3<Float>) -> SIMD3<Float> {
    guard channels == 3 else { return SIMD3(channel(0, of: place, components.x), 0, 0) }
    let red = channel(0, of: place, BT601.red(components.x, components.z))
    let green = channel(1, of: place, BT601.green(components.x, components.y, components.z))
    let blue = channel(2, of: place, BT601.blue(components.x, components.y))
    let luma = BT601.luma(red, green, blue)
    return SIMD3(luma, BT601.blueDifference(luma, blue), BT601.redDifference(luma, red))
  }

  /// A channel as it was seen, and beyond the end of its range what it is said to be.
  private func channel(_ index: Int, of place: Int, _ value: Float) -> Float {
    let (state, bit) = (states[place], UInt8(1) << UInt8(index))
    if state & bit != 0 { return max(1, value) }
    if state >> 4 & bit != 0 { return min(0, value) }
    return Float(samples[start + place * channels + index]) / 255
  }
}
