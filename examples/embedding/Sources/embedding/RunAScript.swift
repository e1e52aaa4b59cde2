import MetaRec

/// A script as a text, with files that are in memory and nowhere else.
@Sendable func runAScript() async throws {
  let host = MemoryHost(texts: ["ratings.csv": Shop.csv])
  let lab = try Laboratory(host: host, threads: 2)
  // What is wrong is found before anything runs, with its place and a way to mend it.
  do {
    _ = try lab.check("load \"ratings.csv\"; split taks")
  } catch let error as LaboratoryError {
    print(error)
  }
  let script = try lab.check(
    """
    set seed=7
    load "ratings.csv"
    split tasks query=4 valid=0.2 test=0.2
    meta-train maml steps=2 epochs=5
    let r = evaluate ndcg@5 mae
    save model "shop.safetensors"
    """)
  for try await event in lab.run(script) {
    if case .output(let output) = event { print(output.text(width: 80), terminator: "") }
  }
  // Results are values of a kind; what is not there, or of another kind, is an error.
  let (model, popular) = (try lab["r"]["mae"].number, try lab["r"]["item-mean"]["mae"].number)
  print("mean error \(model), of the mean rating of an item \(popular)")
  try expect(model > 0 && model < 3, "an error that ratings from 1 to 5 can have")
  try expect(host.files["shop.safetensors"] != nil, "the model is a file of the host")
}
