import Testing

import Datasets

/// How single values are read, once a whole column has settled how they are written.
@Suite struct WrittenValueTests {
  private func numbers(_ texts: String..., decimal: NumberForm.DecimalMark = .guess) -> [Double]? {
    guard case .form(let form) = NumberForm.settled(by: texts, decimal: decimal) else { return nil }
    return texts.map { form.number(in: $0) }
  }

  private func times(_ texts: String..., order: DayOrder = .guess) -> [Int64?]? {
    guard case .form(let form) = DateForm.settled(by: texts, order: order) else { return nil }
    return texts.map { form.time(in: $0) }
  }

  @Test func theColumnSettlesWhatACommaIs() {
    #expect(numbers("3,5", "2,0", "4") == [3.5, 2, 4])
    #expect(numbers("3.500,00", "12", "1.000,5") == [3500, 12, 1000.5])
    #expect(numbers("3,500.25", "1,000") == [3500.25, 1000])
    #expect(numbers("1 250", "3 000 000", "7") == [1250, 3_000_000, 7])
    #expect(numbers("1'250.5", "7") == [1250.5, 7])
    #expect(numbers("1,500", "0,250") == [1.5, 0.25])
    #expect(numbers("1,500", "1200") == [1.5, 1200])
    // A point before three digits is what it is in programs, unless a comma says otherwise.
    #expect(numbers("1.500", "2.250") == [1.5, 2.25])
    #expect(numbers("1.500", "2,5") == [1500, 2.5])
    guard case .open(let thousands, let decimals) = NumberForm.settled(by: ["1,500", "2,250"])
    else { return #expect(Bool(false), "commas before three digits say nothing") }
    #expect(thousands.number(in: "1,500") == 1500 && decimals.number(in: "1,500") == 1.5)
    #expect(numbers("1,500", "2,250", decimal: .comma) == [1.5, 2.25])
  }

  @Test func unitsAreLeftOff() {
    #expect(numbers("$3.50", "-$14.75", "$ 2") == [3.5, -14.75, 2])
    #expect(numbers("120 g", "155g", "7") == [120, 155, 7])
    #expect(numbers("60%", "7.5 %") == [60, 7.5])
    #expect(numbers("3.0 out of 5", "1 out of 5") == [3, 1])
    #expect(numbers("3/5", "4.5 / 5") == [3, 4.5])
    #expect(numbers("1 star", "3 stars") == [1, 3])
    #expect(numbers("0 h 10 min", "1 h 14 min", "2 h") == [10, 74, 120])
    #expect(numbers("1.234,50 €", "2 €") == [1234.5, 2])
    #expect(numbers("\u{2212}3", "1e3") == [-3, 1000])
  }

  @Test func whatIsNoNumberIsNone() {
    #expect(numbers("12 Monkeys", "21 Grams", "300 Days") == nil)
    #expect(numbers("1990s", "2000s") == nil)
    #expect(numbers("A1", "A2") == nil)
    #expect(numbers("1.2.3", "4.5.6") == nil)
    #expect(numbers("10-20", "20-30") == nil)
    // One that is not like the others is left to its line.
    let mixed = numbers("3,5", "good", "2,5")
    #expect(mixed?[0] == 3.5 && mixed?[1].isNaN == true)
    let kilos = numbers("2 kg", "3 kg", "500 g")
    #expect(kilos?[2].isNaN == true)
  }

  @Test func datesInManyForms() {
    let day: Int64 = 1_614_556_800
    for text in [
      "2021-03-01", "2021/03/01", "2021.03.01", "20210301", "1 Mar 2021", "1-Mar-2021",
      "March 1, 2021", "Mar 1, 2021", "1. March 2021", "1st March 2021", "Mon, 01 Mar 2021",
      "2021-03-01T00:00:00Z", "2021-03-01 00:00:00", "20210301T000000Z",
      "2021-03-01T01:00+01:00", "2021-02-28T19:00:00-05:00", "Mon Mar 01 00:00:00 +0000 2021",
      "Mon, 01 Mar 2021 00:00:00 GMT", "2021-03-01 00:00:00 UTC", "Mar 1, 2021, 12:00:00 AM",
      "2021-03-01T00:00:00+00:00[Etc/UTC]", "2021-02-28T24:00:00Z",
    ] { #expect(times(text) == [day], "\(text)") }
    #expect(times("1/1/2020 8:00 AM", "1/13/2020 9:30 p.m.") == [1_577_865_600, 1_578_951_000])
    #expect(times("01.01.2020 08:00", "13.01.2020 09:30") == [1_577_865_600, 1_578_907_800])
  }

  @Test func theColumnSettlesTheOrderOfDayAndMonth() {
    #expect(times("01/02/2020", "13/02/2020") == [1_580_515_200, 1_581_552_000])
    #expect(times("01/02/2020", "02/13/2020") == [1_577_923_200, 1_581_552_000])
    #expect(times("01/02/2020", "03/04/2020") == nil)
    #expect(times("01/02/2020", order: .dayFirst) == [1_580_515_200])
    #expect(times("01/02/2020", order: .monthFirst) == [1_577_923_200])
    #expect(times("02/02/2020", "03/03/2020") == [1_580_601_600, 1_583_193_600])
    // What goes against the others is a fault of its line.
    #expect(times("31/12/2020", "30/12/2020", "12/31/2020")?.last == .some(nil))
  }

  @Test func impossibleDaysAreNone() {
    for text in ["2021-02-30", "0000-00-00", "2021-13-01", "2020-04-31", "2021-03-01T25:00"] {
      let found = times("2021-03-01", "2021-03-02", text)
      #expect(found?.last == .some(nil), "\(text)")
    }
    #expect(times("2020-02-29", "2000-02-29")?.contains(nil) == false)
    #expect(times("tomorrow", "yesterday") == nil)
  }

  @Test func fractionsAndFinerUnitsKeepTheirOrder() {
    #expect(
      times("2022-10-29 23:45:00.250", "2022-10-29 23:45:00")
        == [1_667_087_100_250, 1_667_087_100_000])
    #expect(times("1667087100.25", "1667087100") == [1_667_087_100_250, 1_667_087_100_000])
    #expect(times("1667087100250") == [1_667_087_100_250])
    #expect(times("-0.5", "1") == [-500, 1000])
    #expect(times("1667087100000000123") == [1_667_087_100_000_000])
  }

  @Test func daysAndDatesAreInverse() {
    for day in stride(from: -700_000, through: 2_900_000, by: 997) {
      let date = CivilDate(daysSince1970: day)
      #expect(date.daysSince1970 == day)
      #expect(CivilDate(year: date.year, month: date.month, day: date.day) == date)
    }
  }

  @Test func wordsForMissingValues() {
    for text in ["", " ", "NA", "n/a", "N/A", "-", "?", "NULL", "none", "NaN", "Unknown", "(null)"] {
      #expect(MissingWords.contains(text), "\(text)")
    }
    for text in ["0", "no", "x", "-1", "Nan A"] { #expect(!MissingWords.contains(text), "\(text)") }
  }

  /// No text makes a reader trap, and what it reads is a number.
  @Test func anyTextIsReadOrNot() {
    let pieces = [
      "1", "12", "2020", "31", "-", "/", ".", ",", ":", " ", "T", "Z", "+", "Mar", "AM", "e", "%",
      "$", "out of", "99999999999999999999", "h", "min", "é", "\u{2212}", "00", "''", "[", "]",
    ]
    var state: UInt64 = 7
    for _ in 0..<20_000 {
      var text = ""
      for _ in 0..<8 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int(state >> 33) % pieces.count]
      }
      if case .form(let form) = NumberForm.settled(by: [text]) { _ = form.number(in: text) }
      if case .form(let form) = DateForm.settled(by: [text]) { _ = form.time(in: text) }
    }
  }
}
