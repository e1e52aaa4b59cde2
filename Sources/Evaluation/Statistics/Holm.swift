import Language

/// The p-values corrected for being several, in the order given (Holm 1979): below the level with the
/// promised probability of any false alarm at all.
package func holmCorrected(_ pValues: [Double]) -> [Double] {
  let order = pValues.indices.stablySorted { pValues[$0] }
  var corrected = pValues
  var highest = 0.0
  for (place, index) in order.enumerated() {
    highest = max(highest, min(1, Double(pValues.count - place) * pValues[index]))
    corrected[index] = highest
  }
  return corrected
}
