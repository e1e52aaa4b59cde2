import Kernels

/// A training whose data stay with clients: which tasks each owns, and who takes part in a round.
///
/// FedMeta (Chen et al. 2018, arXiv 1802.07876) where clients send meta-gradients; FedAvg (McMahan et al. 2017) and
/// Reptile where they take several steps of their own and send how far these went; the server's optimiser moves along
/// the mean (Reddi et al. 2021).
package struct FederatedPlan: Sendable {
  package var clients: Int
  /// How many clients are asked in a round.
  package var perRound: Int
  /// Steps that a client takes before it answers.
  package var localSteps = 1
  package var localRate = 0.01
  /// The probability that a client that was asked never answers.
  package var dropOut = 0.0
  /// The probability that a client answers when nobody waits for it any more.
  package var late = 0.0
  /// How many clients have to answer so that their sum can be unmasked; nothing is masked if nil.
  package var threshold: Int?
  package var key: RandomKey

  package init(clients: Int, perRound: Int, key: RandomKey) {
    (self.clients, self.perRound, self.key) = (clients, perRound, key)
  }

  /// Who took part in a round, by their numbers among all clients.
  package struct Round: Sendable, Equatable {
    package var asked: [Int] = []
    /// Places in `asked` of those whose answer counts, of those who answered late, and of those who never did.
    package var answered: [Int] = []
    package var late: [Int] = []
    package var dropped: [Int] = []
  }

  package func round(_ number: Int) -> Round {
    var stream = key.derived("round").derived(number).stream
    var round = Round()
    round.asked = Array(stream.shuffled(Array(0..<clients)).prefix(perRound)).sorted()
    for place in round.asked.indices {
      let chance = stream.uniform()
      if chance < dropOut {
        round.dropped.append(place)
      } else if chance < dropOut + (1 - dropOut) * late {
        round.late.append(place)
      } else {
        round.answered.append(place)
      }
    }
    return round
  }

  /// Whether nothing comes of a round: nobody answered in time, or too few to unmask their sum.
  package func isLost(_ round: Round) -> Bool { round.answered.count < max(1, threshold ?? 1) }

  /// The numbers of a client's tasks, of so many.
  package func tasks(of client: Int, among count: Int) -> [Int] {
    Array(stride(from: client, to: count, by: clients))
  }

  /// How many rounds ask as many clients as there are.
  package var roundsPerEpoch: Int { (clients + perRound - 1) / perRound }

  /// What so many rounds came to, of a model with so many weights of 4 bytes.
  package func traffic(rounds: Int, weights: Int) -> FederatedTraffic {
    var traffic = FederatedTraffic(rounds: rounds)
    for number in 0..<max(0, rounds) {
      let round = round(number)
      let answered = round.answered.count + round.late.count
      traffic.asked += round.asked.count
      traffic.dropped += round.dropped.count
      traffic.late += round.late.count
      traffic.lost += isLost(round) ? 1 : 0
      traffic.down += Double(round.asked.count * 4 * weights)
      traffic.up += Double(answered * 4 * weights)
      guard threshold != nil else { continue }
      let masks = SecureAggregation.overhead(clients: round.asked.count)
      traffic.down += Double(round.asked.count * masks.down)
      traffic.up += Double(answered * masks.up)
    }
    return traffic
  }
}

/// What went between server and clients.
package struct FederatedTraffic: Sendable, Equatable {
  package var rounds: Int
  package var asked = 0
  package var dropped = 0
  package var late = 0
  /// Rounds of which nothing came.
  package var lost = 0
  /// Bytes to the clients, and from them.
  package var down = 0.0
  package var up = 0.0

  init(rounds: Int) { self.rounds = rounds }
}
