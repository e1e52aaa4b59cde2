import Language

/// Every format that `load` knows. A path without a format is of the first that recognises it: the
/// particular ones stand before those that take any table.
package let datasetFormats = Catalog<any DatasetFormat>(
  "data format",
  [
    SampleData.self, SyntheticData.self, ImpressionLog.self, FoundFormat.self, MovieLens.self,
    RecBole.self,
    AmazonReviews.self,
    BookCrossing.self, MeLUStates.self, DelimitedText.self, JSONLines.self,
    MovieLens100K.self, MovieLens1M.self,
  ])
