import Datasets
import Kernels
import Testing

/// Small files of every format, and the format that reads them.
private let specimens: [(format: any DatasetFormat, files: [String: String])] = {
  var movieLens = MovieLens()
  movieLens.folder = "d"
  var recBole = RecBole()
  recBole.folder = "d"
  var csv = DelimitedText()
  csv.file = "d/r"
  var jsonl = JSONLines()
  jsonl.file = "d/r"
  var amazon = AmazonReviews()
  amazon.file = "d/r"
  var books = BookCrossing()
  books.folder = "d"
  var melu = MeLUStates()
  melu.folder = "d"
  let flags = "||0|0|0|0|0|1|0|0|0|0|0|0|0|0|0|0|1|0|0\n"
  return [
    (
      movieLens,
      [
        "d/u.data": "1\t2\t3\t4\n2\t2\t5\t6\n", "d/u.user": "1|24|M|artist|85711\n2|3|F|x|1\n",
        "d/u.item": "2|Heat (1995)|1995|\(flags)",
      ]
    ),
    (
      movieLens,
      [
        "d/ratings.dat": "1::2::3::4\n2::2::5::6\n", "d/users.dat": "1::F::1::10::48067\n",
        "d/movies.dat": "2::Heat (1995)::Action|Crime\n",
      ]
    ),
    (
      movieLens,
      [
        "d/ratings.csv": "userId,movieId,rating,timestamp\n1,2,3.5,4\n",
        "d/movies.csv": "movieId,title,genres\n2,\"Heat, The (1995)\",Action|Crime\n",
      ]
    ),
    (
      recBole,
      [
        "d/a.inter": "user_id:token\titem_id:token\trating:float\n1\t2\t3\n",
        "d/a.item":
          "item_id:token\ttitle:token_seq\tprice:float\ttags:token_seq\n2\tX y\t1.5\ta b\n",
      ]
    ),
    (csv, ["d/r": "user,item,rating,state\n1,\"a \"\"b\"\"\",3,warm\n007,c,4.5e0,cold\n"]),
    (jsonl, ["d/r": "{\"user\": \"a\\u00e9\", \"item\": 2, \"rating\": 3.5, \"x\": [1, {}]}\n"]),
    (
      jsonl,
      ["d/r": "{'user': {'id': u'a'}, 'item': ('b', 2,), 'n': None, 'y': {'z': [True, 1L]}}\n"]
    ),
    (csv, ["d/r": "user item rating date\n1  2  3,5 01.02.2020\n2 3 1.000,5 13.02.2020\n"]),
    (csv, ["d/r": "who,a,b,c\np1,3,,2\np2,,\"4\",1\n"]), (csv, ["d/r": "2,5,99,3\n1,99,99,4\n"]),
    (csv, ["d/r": "31:\n7,3,2021-05-01\n8,4 %,5 Mar 2021\n32:\n7,5,2021-05-02\n"]),
    (csv, ["d/r": "0 1 2\n1 1 2 5\n2: 3 4 5 7\n"]),
    (csv, ["d/r": "user::items\n1::\"a,b,c\"\n2::\"b,c,d\"\n3::\"a,c,d\"\n"]),
    (amazon, ["d/r": "A2SUAM1J3GNN3B,0000013714,5.0,1400457600\n"]),
    (
      books,
      [
        "d/BX-Book-Ratings.csv": "\"User-ID\";\"ISBN\";\"Book-Rating\"\n\"1\";\"2\";\"5\"\n",
        "d/BX-Users.csv": "\"User-ID\";\"Location\";\"Age\"\n\"1\";\"a, b\";NULL\n",
      ]
    ),
    (melu, ["d/a.json": "{\"1\": [10, \"20\"]}", "d/a_y.json": "{\"1\": [5, 3.5]}"]),
  ]
}()

/// Loads the files; whatever comes of it must hang together.
private func load(_ format: any DatasetFormat, _ files: [String: [UInt8]]) {
  guard let data = try? format.load(from: MemoryFiles(files)) else { return }
  let rows = data.interactions
  #expect(rows.count > 0)
  #expect(rows.items.count == rows.count && rows.ratings.count == rows.count)
  #expect(rows.times.isEmpty || rows.times.count == rows.count)
  #expect(rows.users.allSatisfy { 0 <= $0 && $0 < data.users.count })
  #expect(rows.items.allSatisfy { 0 <= $0 && $0 < data.items.count })
  #expect(rows.ratings.allSatisfy { $0.isFinite })
  for column in rows.columns.values {
    #expect(column.codes.allSatisfy { 0 <= $0 && $0 < column.vocabulary.count })
  }
  for entities in [data.users, data.items] {
    for feature in entities.features {
      switch feature.values {
      case .numbers(let numbers): #expect(numbers.count == entities.count)
      case .categories(let names, let offsets, let codes):
        #expect(offsets.count == entities.count + 1 && Int(offsets.last ?? -1) == codes.count)
        #expect(codes.allSatisfy { 0 <= $0 && $0 < names.count })
      }
    }
  }
}

/// No bytes whatever make a format trap.
@Suite struct FuzzTests {
  @Test(arguments: specimens.indices)
  func everySpecimenIsRead(index: Int) throws {
    let specimen = specimens[index]
    _ = try specimen.format.load(from: MemoryFiles(specimen.files))
  }

  @Test(arguments: specimens.indices)
  func everyTruncationIsReadOrRefused(index: Int) {
    let specimen = specimens[index]
    for (path, text) in specimen.files {
      let bytes = Array(text.utf8)
      for length in 0..<bytes.count {
        var files = specimen.files.mapValues { Array($0.utf8) }
        files[path] = Array(bytes.prefix(length))
        load(specimen.format, files)
      }
    }
  }

  @Test(arguments: specimens.indices)
  func everyFlippedByteIsReadOrRefused(index: Int) {
    let specimen = specimens[index]
    for (path, text) in specimen.files.sorted(by: { $0.key < $1.key }) {
      for seed in 0..<400 {
        var chance = RandomKey(seed: UInt64(seed)).derived(path).stream
        var bytes = Array(text.utf8)
        for _ in 0...chance.below(3) {
          let place = chance.below(bytes.count)
          switch chance.below(3) {
          case 0: bytes[place] = UInt8(chance.below(256))
          case 1: bytes.remove(at: place)
          default:
            let odd = Array("\"\t\n\r\\,:|{}[]\u{e9}0-.e".utf8)
            bytes.insert(odd[chance.below(odd.count)], at: place)
          }
          if bytes.isEmpty { bytes = [0] }
        }
        var files = specimen.files.mapValues { Array($0.utf8) }
        files[path] = bytes
        load(specimen.format, files)
      }
    }
  }

  @Test func arraysNeverTrap() {
    let good = NumPyArray(rows: 2, columns: 2, values: [1, 2, 3, 4]).bytes
    for length in 0..<good.count {
      _ = try? NumPyArray(FileContents(path: "v", Array(good.prefix(length))))
    }
    for seed in 0..<2000 {
      var chance = RandomKey(seed: UInt64(seed)).stream
      var bytes = good
      for _ in 0...chance.below(4) { bytes[chance.below(bytes.count)] = UInt8(chance.below(256)) }
      _ = try? NumPyArray(FileContents(path: "v", bytes))
    }
  }
}
