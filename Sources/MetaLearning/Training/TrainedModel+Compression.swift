import Models

/// The weights of a model that was made smaller, as a file keeps them.
package struct CompressedWeights: Sendable, Equatable {
  package let compression: WeightCompression
  /// The matrices by the numbers of their blocks; all others are kept as they are.
  package let matrices: [Int: PackedMatrix]

  package init(_ compression: WeightCompression, _ matrices: [Int: PackedMatrix]) {
    (self.compression, self.matrices) = (compression, matrices)
  }

  /// The weights that compute, with these matrices in their places.
  package func unpacked(into weights: Weights) -> Weights {
    var weights = weights
    for (block, matrix) in matrices.sorted(by: { $0.key < $1.key }) {
      weights.mutableView(block).copy(from: matrix.unpacked)
    }
    return weights
  }
}

extension LearningProblem {
  /// The blocks that are made smaller: the matrices of the network, or of a solution in closed form. Biases stay, and so
  /// does what an algorithm learns beside the network, such as inner rates.
  package var matrices: [Int] {
    let blocks = networkBlocks == 0 ? layout.blocks[...] : layout.blocks[..<networkBlocks]
    return blocks.indices.filter { blocks[$0].rows > 1 && blocks[$0].columns > 1 }
  }
}

extension TrainedModel {
  /// The model with smaller matrices.
  package func compressed(_ compression: WeightCompression) -> TrainedModel {
    let blocks = problem.matrices
    let matrices = blocks.map { block in
      let place = problem.layout.blocks[block]
      return compression.packed(
        weights.view(block).array, rows: place.rows, columns: place.columns)
    }
    return keeping(
      CompressedWeights(
        compression, Dictionary(uniqueKeysWithValues: zip(blocks, matrices))))
  }

  /// The same model with the weights that these stand for.
  func keeping(_ compressed: CompressedWeights) -> TrainedModel {
    var model = copy(weights: compressed.unpacked(into: weights))
    model.compressed = compressed
    return model
  }

  /// For each weight whether it was pruned.
  package var prunedWeights: [Bool] {
    var pruned = [Bool](repeating: false, count: weights.count)
    for (block, matrix) in compressed?.matrices ?? [:] {
      let start = problem.layout.blocks[block].offset
      for (place, isKept) in (matrix.kept ?? []).enumerated() { pruned[start + place] = !isKept }
    }
    return pruned
  }

  /// How many weights are kept that are not zero.
  package var nonzeroWeights: Int {
    problem.layout.blocks.indices.reduce(0) { sum, block in
      sum
        + (compressed?.matrices[block]?.nonzeros ?? weights.view(block).array.count { $0 != 0 })
    }
  }
}
