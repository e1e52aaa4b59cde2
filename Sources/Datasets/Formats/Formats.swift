import Language

/// Every format that `load` knows.
package let datasetFormats = Catalog<any DatasetFormat>(
  "data format",
  [
    SampleData.self, FoundFormat.self, MovieLens.self, RecBole.self, DelimitedText.self,
    JSONLines.self,
    AmazonReviews.self, BookCrossing.self, MeLUStates.self,
  ])
