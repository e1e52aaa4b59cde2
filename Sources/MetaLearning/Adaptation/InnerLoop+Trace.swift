import Kernels
import Models

extension InnerLoop {
  /// The state of the adaptation before each step and after the last.
  func trace(_ scratch: Scratch, _ weights: Weights, _ episode: Episode) -> [AdaptationPoint] {
    let path = adapt(scratch, weights, episode)
    let problem = scratch.problem
    let last = problem.network.lastStage(problem.shape)
    var points: [AdaptationPoint] = []
    let visited = path.steps.map(\.weights) + [path.end]
    for (number, place) in visited.enumerated() {
      let support = run(scratch, place, episode.support, episode, from: nil, through: 0..<last + 1)
      let loss = problem.value(scratch.tape, support.hidden, of: episode.support, place)
      let query = run(scratch, place, episode.query, episode, from: nil, through: 0..<last + 1)
      points.append(
        AdaptationPoint(
          step: number, supportLoss: scratch.tape[loss][0, 0],
          distance: distance(scratch, path.start, place),
          queryScores: scratch.tape[query.hidden].array))
    }
    return points
  }

  private func distance(_ scratch: Scratch, _ start: [TapeValue], _ place: [TapeValue]) -> Float {
    var squares: Float = 0
    for block in adapted {
      let (a, b) = (scratch.tape[start[block]], scratch.tape[place[block]])
      for index in 0..<a.count {
        squares += (a.base[index] - b.base[index]) * (a.base[index] - b.base[index])
      }
    }
    return squares.squareRoot()
  }
}
