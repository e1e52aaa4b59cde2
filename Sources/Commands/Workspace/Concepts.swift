import Language

/// A page on an idea that several commands have in common, as `help` explains it.
package protocol ConceptPage: Configurable {}

/// Every idea that has a page of its own.
package let concepts = Catalog<any ConceptPage>("concept", [PrivacyPage.self, FederatedPage.self])

/// What `privacy=` promises.
private struct PrivacyPage: ConceptPage {
  static let signature = Signature<Self>(
    "privacy", "What `privacy=gaussian` promises training users, and what it does not.",
    details: """
      PROMISED, with noise-source=system: whoever sees the model, and knows everything but one training user's ratings, \
      can hardly tell whether that user was there. Whatever they conclude from the model, their odds move by a factor of \
      e^ε at most, but for a probability of δ (differential privacy, Dwork et al. 2006; users as units, a user more or \
      less). In each step every user takes part with the probability batch / users, whoever else does (Poisson); the \
      gradient of all their ratings together is cut to the length user-clip; the sum gets normal noise in every weight, \
      in the rows of all items as well, rated or not (DP-SGD, Abadi et al. 2016; users, McMahan et al. 2018). Embeddings \
      of items that few users rated are then mostly noise. accountant=pld adds the steps up nearly exactly (as \
      dp-accounting does), rdp as Opacus and TensorFlow Privacy do; the smaller ε holds. Training stops before epsilon= \
      is exceeded.

      NOT PROMISED: noise from the session's seed (noise-source=seed, the usual) hides nothing, since whoever has the \
      script draws it again; it is called simulated. Nothing is promised to validation and test users, nor to a user \
      to whose ratings the model is adapted: their list is made of their ratings, and is theirs to see. What was done to \
      the data before (`clean`, `split`), the catalogue, the scale, the number of users and the names of their feature \
      values are taken to be public. Several models of the same users add up: twice ε = 4 is ε = 8. Choosing options \
      by looking at results spends, too, unless those results come of users who agreed (public=validation). Baselines that `evaluate` sets beside the model are \
      fitted to training users without noise, but for `noisy-item-mean` and `noisy-bias`. Noise is \
      rounded to floats, and times and memory of the machine are not hidden (Mironov 2012).

      WHO IS TRUSTED: whoever runs `mrs` sees all ratings, and is trusted with them. Those who get the model, or what \
      is made from it, need not be. Neither the model nor its file holds a seed of the system's noise, and the file \
      leaves out the digest of the split. `recover` trains nothing again that would spend ε once more.

      TO LOOK AT IT: `audit privacy` attacks such trainings and shows a lower bound of ε beside the one accounted for, which \
      is an upper bound; `plot privacy` draws what each ε costs, beside baselines that spend as much.
      """,
    needs: [.tasks],
    examples: [
      Example(
        "meta-train maml epochs=2 privacy=gaussian epsilon=8 delta=1e-5 user-clip=1",
        "simulated: replays, promises nothing"),
      Example(
        "meta-train maml epochs=2 privacy=gaussian epsilon=8 delta=1e-5 noise-source=system",
        "private: no two trainings are alike"),
      Example(
        "meta-train reptile epochs=2 privacy=gaussian epsilon=8 delta=1e-5 public=validation",
        "validation users agreed to be looked at"),
    ])
}

/// What `over=federated` does.
private struct FederatedPage: ConceptPage {
  static let signature = Signature<Self>(
    "federated", "What `over=federated` keeps with the owners of the data, and what it tells.",
    details: """
      Training users are dealt among clients=, each of which owns the ratings of its users; by default a user is a \
      client. In each round the server asks per-round= clients, gives them the weights, and moves along the mean of \
      what comes back, each client counting alike. With local-steps=1 a client sends the gradient of its tasks, which is \
      FedMeta (Chen et al. 2018) with maml or meta-sgd, and the training that central data give with such batches; \
      with more it takes steps of its own at local-lr and sends how far they went: FedAvg (McMahan et al. 2017) with \
      pretrain, federated Reptile with reptile; outer= and lr= are the server's (Reddi et al. 2021). An epoch is as many \
      rounds as ask all clients once. All of it is simulated, unless ranks are the owners of data: no client is another \
      machine. Where several ranks run, each computes some of the clients, and what goes between ranks is what clients \
      send.

      STAYS WITH CLIENTS: ratings, and everything counted over them. The server knows the catalogue, the scale and the \
      names of users' feature values; training starts in the middle of the scale. Validation users lie with the server.

      COUNTED: MB to and from clients, whole models of 4 bytes a weight; drop-out= of those asked never answer, \
      stragglers= of the answers come too late, and are not used. A round of which nothing comes is counted and \
      reported, and the next one goes on. The result has mb-down, mb-up, rounds and lost-rounds; `plot federated` draws \
      the validation loss against them, beside models of with=.

      SECURE AGGREGATION (Bonawitz et al. 2017): with secure-aggregation=yes clients add masks that cancel in the sum, in \
      whole numbers modulo 2³², so that the server sees the sum of a round, exactly, and of one client numbers that are \
      uniform. Secrets of the masks are shared among the clients of the round, so that a sum can be unmasked though \
      some drop out, if threshold= answer (Shamir 1979). Numbers beyond 16 are cut to it. WHAT COLLUSION BREAKS: a \
      server that conspires with threshold= clients of a round unmasks the others one by one; all but one of a round \
      know the last one's update from the sum; and a server that tells some clients that another dropped out, and the \
      rest that it did not, gets both of its secrets unless threshold= is more than half of per-round=. Keys are too \
      short to keep anything secret: what is simulated is who learns what.

      OWNERS ON MACHINES OF THEIR OWN: under `mpirun -np 4 mrs run owners.mrs`, `load csv "ratings-%r.csv" \
      owners=ranks` reads another file on each rank, 0 to 3 in the place of %r; machines with disks of their own may \
      as well have different files under one path. `split` deals out each owner's users there; `meta-train … \
      over=federated` trains one model, the same bits on all ranks, over the training users of all; each is a client, \
      those of rank 0 are numbered first, and the same user id with two owners is two clients. `evaluate` judges test \
      users where they are, beside baselines that each owner fits to its own; each needs users for every part. Where a \
      column says who is in which part (`split tasks from=`), one process comes from the joined files, in the order of \
      ranks, to the same model but for the rounding of sums, and with secure-aggregation=yes to its bits. WHAT LEAVES \
      AN OWNER, and goes to all ranks: the ids and titles of items that its users have rated, its lowest and highest \
      rating, how many users, ratings and tasks of each part it has, and whether reading gave warnings; for each round \
      the sum of what its clients answer (with secure-aggregation=yes, of masked answers), and of their losses where \
      nothing is masked; for each epoch the sum of its validation losses; for each row and metric of `evaluate` a \
      mean, a deviation and how many users; of a failure its code, and the file and line. WHAT DOES NOT: ratings, ids \
      of users, which ratings are support or query, digests of files. An owner with one client in a round, or one user \
      to judge, sends what that one's is, since the sum of one is that; masks help, as far as their keys do, which \
      here all ranks can compute. The model that rank 0 writes names the catalogue and no user. What needs the ratings \
      of all is refused: features of users, tasks of items, clients=, privacy=, checkpoint=, `search`, `compare`, \
      `plot`, `topk`; `attach items` takes a file that is the same for all. On one rank it is a training over one \
      owner, whom the same is refused.

      NOT PROMISED: an update, and the sum of some, tell of ratings. Only noise hides those. With privacy=gaussian each \
      training user is a client, asked in each round with the probability per-round / users, whoever else is; what a \
      client sends is cut to user-clip=, and the server, which sees it and is trusted, adds the noise before anybody gets the \
      weights. Then megabytes are those to be expected, since how many took part is hidden. \
      secure-aggregation=yes does not go with it: that too few answered would tell how many took part (`help privacy`).
      """,
    needs: [.tasks],
    examples: [
      Example("meta-train maml epochs=2 over=federated per-round=8", "FedMeta"),
      Example(
        "meta-train pretrain epochs=2 over=federated local-steps=3 local-lr=0.02 outer=sgd lr=0.02",
        "FedAvg"),
      Example(
        "meta-train reptile epochs=2 over=federated per-round=8 drop-out=10% secure-aggregation=yes",
        "with masks, and clients who drop out"),
      Example(
        "meta-train maml epochs=2 over=federated per-round=20 privacy=gaussian epsilon=8 delta=1e-5",
        "with noise; simulated"),
      Example(
        "export \"mine.csv\"; load csv \"mine.csv\" owners=ranks; split tasks; "
          + "meta-train maml epochs=1 over=federated",
        "one owner; several under mpirun, each with a file of its own"),
    ])
}
