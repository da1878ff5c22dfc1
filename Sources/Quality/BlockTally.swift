/// Sums over the blocks of one plane, or of several that are judged as one image.
///
/// Each row of blocks is summed by itself, left to right, and the rows from the top: an order that depends on the
/// image's size alone, so that rows may be judged anywhere, in any order, and give the same bits.
struct BlockTally {
  private(set) var smoothSum = 0.0
  private(set) var texturedSum = 0.0
  private(set) var smoothBlocks = 0
  private(set) var texturedBlocks = 0
  private(set) var omittedBlocks = 0

  /// Takes in one block.
  mutating func add(_ verdict: BlockJudge.Verdict, variant: Assessor.Variant) {
    switch (verdict, variant) {
    case (.smooth(let score), _):
      smoothSum += score
      smoothBlocks += 1
    case (.textured(let score), _):
      texturedSum += score
      texturedBlocks += 1
    case (.black, .paper):
      smoothSum += 1
      smoothBlocks += 1
    case (.constant, .paper):
      smoothBlocks += 1
    case (.black, .evidence), (.constant, .evidence):
      omittedBlocks += 1
    }
  }

  /// Takes in the next row of blocks.
  mutating func add(_ row: BlockTally) {
    smoothSum += row.smoothSum
    texturedSum += row.texturedSum
    smoothBlocks += row.smoothBlocks
    texturedBlocks += row.texturedBlocks
    omittedBlocks += row.omittedBlocks
  }
}
