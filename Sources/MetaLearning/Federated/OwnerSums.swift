import Kernels
import Models

/// What comes together of the answers of a round, or of those of one owner's clients: all that leaves an owner then.
struct RoundSum: Sendable {
  /// The sum of what was sent; of masked answers zeros, and the loss is nobody's to know.
  var answer: ClientAnswer
  /// The sum of what was sent under masks, modulo 2³²; empty where nothing is masked.
  var masked: [UInt32]
  /// How many numbers were too large for fixed point.
  var cutNumbers = 0

  init(length: Int, isMasked: Bool) {
    answer = ClientAnswer(update: [Float](repeating: 0, count: length), loss: 0)
    masked = [UInt32](repeating: 0, count: isMasked ? length : 0)
  }

  /// The sum over all owners, where this is that of one; the same bits for each.
  func ofAllOwners() -> RoundSum {
    var message = MessageWriter()
    message.put(cutNumbers)
    if masked.isEmpty { answer.write(to: &message) } else { message.put(masked) }
    var total = RoundSum(length: answer.update.count, isMasked: !masked.isEmpty)
    for var message in Ranks.gathered(message, for: .gradients) {
      total.cutNumbers += message.take(Int.self)
      if masked.isEmpty {
        total.answer.add(ClientAnswer.read(from: &message))
      } else {
        SecureAggregation.add(message.take([UInt32].self), to: &total.masked)
      }
    }
    return total
  }
}

extension Training {
  /// The mean loss over the tasks of all owners: the sum of its own losses leaves an owner, and of how many they are.
  static func ownersMean(of losses: [Float]) -> Float {
    var message = MessageWriter()
    message.put(losses.reduce(0, +))
    message.put(losses.count)
    var (sum, count) = (Float(0), 0)
    for var message in Ranks.gathered(message, for: .results) {
      sum += message.take(Float.self)
      count += message.take(Int.self)
    }
    return count == 0 ? .nan : sum / Float(count)
  }
}
