import Evaluation
import Kernels
import Testing

@Suite struct StatisticsTests {
  /// Tables of Student's t: two-sided 5 % points.
  @Test(arguments: [
    (1.0, 12.7062047), (2, 4.3026527), (5, 2.5705818), (10, 2.2281389), (30, 2.0422725),
    (667, 1.9635270), (1e6, 1.9599664),
  ])
  func criticalValuesAgreeWithTheTables(degrees: Double, expected: Double) {
    #expect(abs(StudentT(degrees: degrees).critical(0.05) - expected) < 1e-6)
  }

  @Test func theDistributionWithOneDegreeIsCauchys() {
    // P(|T| > 1) = 1/2, and P(T ≤ √3) = 5/6.
    #expect(abs(StudentT(degrees: 1).twoSided(1) - 0.5) < 1e-12)
    #expect(abs(StudentT(degrees: 1).cumulative(3.0.squareRoot()) - 5.0 / 6) < 1e-12)
    #expect(abs(StudentT(degrees: 7).cumulative(0) - 0.5) < 1e-12)
  }

  @Test func theLogarithmOfTheGammaFunctionMatchesFactorials() {
    var factorial = 0.0
    for n in 1...60 {
      #expect(abs(Elementary.logGamma(Double(n)) - factorial) < 1e-11 * max(1, factorial))
      factorial += Elementary.log(Double(n))
    }
    #expect(abs(Elementary.logGamma(0.5) - 0.5 * Elementary.log(.pi)) < 1e-12)
    #expect(abs(Elementary.logGamma(0.1) - 2.2527126517342055) < 1e-12)
  }

  @Test func anIntervalIsTheMeanWithStudentsWidth() throws {
    let interval = try #require(MeanInterval([1, nil, 2, 3, 4, 5]))
    #expect(interval.count == 5)
    #expect(interval.mean == 3)
    // s = √2.5, t(4) = 2.776445
    #expect(abs(try #require(interval.halfWidth) - 2.7764451 * (2.5 / 5).squareRoot()) < 1e-6)
  }

  @Test func oneValueHasNoWidthAndNoneHasNoMean() throws {
    #expect(try #require(MeanInterval([2.5])).halfWidth == nil)
    #expect(MeanInterval([nil, nil]) == nil)
  }

  /// The sleep data of Student (1908), as every textbook has them: t = −4.0621, p = 0.002833.
  @Test func thePairedTestReproducesStudentsSleepData() throws {
    let first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    let second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    let test = try #require(pairedTest(first, second))
    #expect(abs(test.t + 4.0621) < 1e-4)
    #expect(abs(test.pValue - 0.002833) < 1e-6)
    #expect(abs(test.difference.mean + 1.58) < 1e-12)
    #expect(test.count == 10)
  }

  @Test func thePairedTestUsesTasksThatBothHave() throws {
    let test = try #require(pairedTest([1, nil, 3, 4], [0, 5, nil, 1]))
    #expect(test.count == 2)
    #expect(test.difference.mean == 2)
    #expect(pairedTest([1, nil], [nil, 2]) == nil)
  }

  @Test func equalModelsAreNotDifferent() throws {
    #expect(try #require(pairedTest([1, 2, 3], [1, 2, 3])).pValue == 1)
    #expect(try #require(pairedTest([2, 3, 4], [1, 2, 3])).pValue == 0)
  }
}
