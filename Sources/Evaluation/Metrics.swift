import Language

/// Every metric that `evaluate` knows.
package let metrics = Catalog<any Metric>(
  "metric",
  [
    MeanAbsoluteError.self, RootMeanSquaredError.self, RoundedAbsoluteError.self, NDCG.self,
    Precision.self, Recall.self, CappedRecall.self,
    HitRate.self, ReciprocalRank.self, AveragePrecision.self, AreaUnderCurve.self,
    PooledAreaUnderCurve.self, F1.self, PooledF1.self, LogLoss.self,
    Coverage.self, Diversity.self, Novelty.self, Calibration.self,
  ])
