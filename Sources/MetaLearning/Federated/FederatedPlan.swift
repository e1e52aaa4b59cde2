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
  /// Whether each client is asked by itself, with a probability that asks `perRound` of them in the mean, as private
  /// trainings have to: then how many were asked is nobody's to know.
  package var isPoisson = false
  /// Which of the clients live where, if ranks are the owners of data; nil where this process has them all.
  package var owners: ClientOwners?
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

  /// - Parameter asked: who is asked, where the plan does not choose them.
  package func round(_ number: Int, asked: [Int]? = nil) -> Round {
    var stream = key.derived("round").derived(number).stream
    var round = Round()
    round.asked = asked ?? chosen(&stream)
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

  /// As many clients as are asked, each set of them as likely (Floyd; Bentley 1987).
  private func chosen(_ stream: inout RandomStream) -> [Int] {
    var chosen: Set<Int> = []
    for last in clients - perRound..<clients {
      let candidate = stream.below(last + 1)
      if !chosen.insert(candidate).inserted { chosen.insert(last) }
    }
    return chosen.sorted()
  }

  /// Whether nothing comes of a round: nobody answered in time, or too few to unmask their sum.
  package func isLost(_ round: Round) -> Bool { round.answered.count < max(1, threshold ?? 1) }

  /// The numbers of a client's tasks, of the tasks that this process has; none for a client that lives elsewhere.
  package func tasks(of client: Int, among count: Int) -> [Int] {
    guard let own = owners?.clients.own else {
      return Array(stride(from: client, to: count, by: clients))
    }
    return own.contains(client) ? [client - own.lowerBound] : []
  }

  /// How many rounds ask as many clients as there are.
  package var roundsPerEpoch: Int { (clients + perRound - 1) / perRound }

  /// What so many rounds came to, of a model with so many weights of 4 bytes; what is to be expected of them where it
  /// is nobody's to know.
  package func traffic(rounds: Int, weights: Int) -> FederatedTraffic {
    traffic(ofRounds: [rounds], weights: weights)[0]
  }

  /// The same of several numbers of rounds, which do not fall.
  package func traffic(ofRounds ends: [Int], weights: Int) -> [FederatedTraffic] {
    var traffic = FederatedTraffic()
    return ends.map { end in
      while traffic.rounds < end { count(&traffic, weights: weights) }
      return traffic
    }
  }

  private func count(_ traffic: inout FederatedTraffic, weights: Int) {
    let number = traffic.rounds
    traffic.rounds += 1
    guard !isPoisson else {
      let (asked, answered) = (Double(perRound), Double(perRound) * (1 - dropOut))
      traffic.asked += asked
      traffic.dropped += asked - answered
      traffic.late += answered * late
      traffic.down += 4 * asked * Double(weights)
      traffic.up += 4 * answered * Double(weights)
      return
    }
    let round = round(number)
    let (asked, dropped) = (Double(round.asked.count), Double(round.dropped.count))
    traffic.asked += asked
    traffic.dropped += dropped
    traffic.late += Double(round.late.count)
    traffic.lost += isLost(round) ? 1 : 0
    let masks = threshold.map { _ in SecureAggregation.overhead(clients: round.asked.count) }
    traffic.down += asked * Double(4 * weights + (masks?.down ?? 0))
    traffic.up += (asked - dropped) * Double(4 * weights + (masks?.up ?? 0))
  }
}

/// What lives where, if ranks are the owners of data: each training user is a client, and those of the first owner are
/// numbered first.
package struct ClientOwners: Sendable, Equatable {
  package var clients: OwnerShare
  /// Users that the model is chosen by, who are judged where they are.
  package var validation: OwnerShare
  /// All users, by whose numbers chance is drawn.
  package var users: OwnerShare

  package init(clients: OwnerShare, validation: OwnerShare, users: OwnerShare) {
    (self.clients, self.validation, self.users) = (clients, validation, users)
  }
}

/// What went between server and clients.
package struct FederatedTraffic: Sendable, Equatable {
  package var rounds = 0
  package var asked = 0.0
  package var dropped = 0.0
  package var late = 0.0
  /// Rounds of which nothing came.
  package var lost = 0
  /// Bytes to the clients, and from them.
  package var down = 0.0
  package var up = 0.0

  package init() {}

  /// How many clients answered in time.
  package var answered: Double { asked - dropped - late }
}
