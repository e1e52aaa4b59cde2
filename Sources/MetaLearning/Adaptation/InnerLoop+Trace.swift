import Kernels
import Models

extension InnerLoop {
  /// Where adaptation was before each step and after the last.
  func trace(_ lane: Lane, _ weights: Weights, _ episode: Episode) -> [AdaptationPoint] {
    let path = adapt(lane, weights, episode)
    let problem = lane.problem
    let last = problem.network.lastStage(problem.shape)
    var points: [AdaptationPoint] = []
    let visited = path.steps.map(\.weights) + [path.end]
    for (number, place) in visited.enumerated() {
      let support = run(lane, place, episode.support, episode, from: nil, through: 0..<last + 1)
      let loss = problem.loss.value(
        lane.tape, support.hidden, episode.support.ratings, scale: problem.scale)
      let query = run(lane, place, episode.query, episode, from: nil, through: 0..<last + 1)
      points.append(
        AdaptationPoint(
          step: number, supportLoss: lane.tape[loss][0, 0],
          distance: distance(lane, path.start, place),
          queryScores: lane.tape[query.hidden].array))
    }
    return points
  }

  private func distance(_ lane: Lane, _ start: [TapeValue], _ place: [TapeValue]) -> Float {
    var squares: Float = 0
    for block in adapted {
      let (a, b) = (lane.tape[start[block]], lane.tape[place[block]])
      for index in 0..<a.count {
        squares += (a.base[index] - b.base[index]) * (a.base[index] - b.base[index])
      }
    }
    return squares.squareRoot()
  }
}
