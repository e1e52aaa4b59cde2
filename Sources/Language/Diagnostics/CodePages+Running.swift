/// E04 to E09: what only running can show.
let runningPages = [
  CodePage(
    "E0410", "a leak",
    "Ratings to be judged on were seen in training, so that a good number would mean nothing. Most often a "
      + "user has rated an item twice in the data: `clean dedupe=last` before `split`."),
  CodePage(
    "E0408", "nobody to judge on",
    "The split has no users of this part. Give the part a share when splitting: test=0.1."),
  CodePage(
    "E0412", "a step without a meaning for these data",
    "Interactions, such as clicks, have no scale: nothing can come near to a rating, and no error of a "
      + "rating can be measured. They are learnt with `loss=bce`, `bpr` or `softmax` against items that "
      + "were not taken, and judged by where those stand that were: `evaluate ndcg@20 recall@20`."),
  CodePage(
    "E0413", "times that the data do not have",
    "What goes by the order or the age of ratings needs to know when each was given. Files have a column for "
      + "that, which `time=` names; `describe columns` says what the columns were taken for."),
  CodePage(
    "E0411", "results without users in common",
    "A paired test compares two results user by user: evaluate both on the same split and part."),
  CodePage(
    "E0500", "a file could not be read", "The message says why the system refused."),
  CodePage(
    "E0501", "no such file",
    "Paths are relative to the script, at the prompt to the current folder. Completion shows what is there."
  ),
  CodePage(
    "E0502", "an unknown user or item",
    "Ids are those of the file that was loaded; items may be named by their title, in quotes."),
  CodePage(
    "E0503", "a file that holds something else",
    "A model file must be one that `save model` wrote, whole, for data of the same shape; a checkpoint one "
      + "that `meta-train … checkpoint=` wrote. Both hold a SHA-256 of all their bytes (`mrs.digest`, taken "
      + "with `0` in place of its 64 digits), so that a single changed bit is found. A file of version 1, as "
      + "earlier releases wrote it, has none and opens with a remark; so does one that another program "
      + "writes with `mrs.version` 1 and without `mrs.digest`."),
  CodePage(
    "E0504", "a file could not be written",
    "The folder must exist and be writable, and so must the file that is replaced, if there is one. Nothing was "
      + "changed: files are replaced in one step."),
  CodePage(
    "E0505", "a script that was changed meanwhile",
    "`mrs promote` accepts output only for the script that it was found with, and `mrs test --update`, "
      + "`mrs fmt` and `mrs fix` write only over the text that they have read: what was typed meanwhile "
      + "stays. Run the command again."
  ),
  CodePage(
    "E0506", "a file out of reach",
    "`mrs run` and `mrs test` let a script read and write only below its own folder, the current folder, "
      + "and those that `--allow FOLDER` adds: scripts of others can be run without risk. Links and "
      + "`..` are followed before this is looked at. `mrs fmt`, `fix`, `convert`, `promote` and `test --update` "
      + "replace files within the same bounds. The prompt has none. Scripts run no other program, but with "
      + "`--programs` the one that reads Parquet files."),
  CodePage(
    "E0507", "a checkpoint of another training",
    "`resume` goes on where data, split, network and seed are those of the training; the message shows "
      + "what differs, with both values."),
  CodePage(
    "E0508", "a checkpoint would replace something else",
    "The file that `checkpoint=` names is there and holds no checkpoint. Nothing was changed."),
  CodePage(
    "E0509", "no model of this name",
    "Models are known by their algorithm, or by the name that `keep model` gave them; `compare` knows the "
      + "baselines as well."),
  CodePage(
    "E0510", "data that cannot be read", "The message names the file and the line."),
  CodePage(
    "E0511", "data of another form",
    "The file is empty, packed, no text, or lacks what the format needs; the message says which."),
  CodePage(
    "E0512", "a row that cannot be read",
    "The message names the file, the line, and what was expected there. `errors=skip` passes over such "
      + "rows and counts them."),
  CodePage(
    "E0513", "a file of another data set", "Ratings, users and items must belong together."),
  CodePage(
    "E0514", "an array that cannot be read",
    "Arrays are NumPy's, of one or two dimensions, stored by rows, with finite numbers and one row for "
      + "each id."),
  CodePage(
    "E0515", "a name that is taken",
    "Baselines and trained models share their names in `compare`: one name has one meaning."),
  CodePage(
    "E0516", "an output that would replace an input",
    "The file was read by this script or session, or is the script itself: replaced, nothing could be "
      + "done again. Write to another file."),
  CodePage(
    "E0517", "standard output could not be written",
    "The disk behind it is full, or it is closed. What the program did besides was done, files that it was "
      + "to write included; the exit status is 3."),
  CodePage(
    "E0518", "a packed file with too much in it",
    "A file packed with gzip or in a zip archive may become 64 MiB or 100 times its size, whichever is more, "
      + "and at most 8 GiB: a few bytes can stand for more than a machine has. `unpack=10GB` on `load` and "
      + "`attach` allows a file what it is meant to hold."),
  CodePage(
    "E0519", "a part that is not there",
    "The kernel for Jupyter needs libzmq, and the service Hummingbird; either is asked for when the program is "
      + "built: `swift build -c release --traits Jupyter`, `--traits Serve`. Parquet files are read through "
      + "DuckDB's command, duckdb, which is another program."),
  CodePage(
    "E0520", "a split that leaves nobody",
    "The bounds `min`, `max`, `support` and `query` leave no user: the message says how many ratings "
      + "users have."),
  CodePage(
    "E0521", "a column or value that is not there", "The message lists what the data have."),
  CodePage(
    "E0530", "cleaning that leaves nothing to learn from",
    "No rating is left, or all ratings have become equal: ask for less."),
  CodePage(
    "E0601", "training diverged",
    "The loss became infinite or not a number. A smaller learning rate, or a bound on the gradient, "
      + "usually helps. The session still has the model it had before."),
  CodePage(
    "E0602", "scores that are no finite numbers",
    "Weights have grown so large that a score or a loss is infinite or not a number. Nothing can be put in "
      + "order or measured by that, so nothing is shown. Train again with a smaller learning rate, or open "
      + "another file."),
  CodePage(
    "E0603", "not enough memory",
    "What a training will hold is reckoned up before it begins: weights, the optimiser's memory, gradients, and "
      + "for each thread what the inner steps go through. A smaller network, fewer inner steps or fewer threads "
      + "need less; `--memory` says how much a script may use."),
  CodePage(
    "E0701", "an expectation does not hold",
    "The script ran and its numbers are not what it expects. `mrs run` ends with status 1.",
    wrong: "expect 1 + 1 == 3", right: "expect 1 + 1 == 2"),
  CodePage(
    "E0702", "an expected error did not come",
    "`expect error E0402 { … }` holds when its block fails with this code; what the block did is undone."
  ),
  CodePage(
    "E0703", "a value that is not there", "The expression has no value that can be used here."),
  CodePage(
    "E0801", "a command of the prompt in a script",
    "Commands about cells, such as `undo`, work at the prompt, as a line of their own."),
  CodePage(
    "E0802", "a cell or a state that is not there",
    "`history` lists the cells of the session, `branch` the states that have names."),
  CodePage(
    "E0901", "a limit was reached",
    "`--timeout` bounds the time of a script and `--memory` its memory. The script was ended where it "
      + "was; files are whole, since they are replaced in one step."),
  CodePage(
    "E0902", "a rank was lost",
    "One of the processes that mpirun or srun has started has died, its machine is held or the way to it is cut. "
      + "Nothing can go on without it, and so all end. Files are whole, since they are replaced in one step; a "
      + "training with `checkpoint=` goes on from there with any number of ranks, to the same bits."
  ),
  CodePage(
    "E0903", "ranks that are not the same",
    "All ranks run one build of `mrs` with the same words, script and data. A rank that has no such file gets it "
      + "from rank 0; one that has another file is refused."),
  CodePage(
    "E0904", "ranks that cannot work together",
    "Under mpirun and srun `mrs run` needs a build with the trait `MPI`, and Open MPI's library on every machine."
  ),
  CodePage(
    "E0905", "data that stay with their owners",
    "After `load … owners=ranks` each rank has read data of its own, and neither ratings nor ids of users leave it. "
      + "What needs those of all owners is refused; what goes wrong with the data of one ends all, and only where that "
      + "was is told. `help federated` says what can be done, and what leaves an owner."),
  CodePage(
    "E0910", "a command of the program that embeds the language failed",
    "The command is not one of `mrs` but of the program that runs the script; the message is what it said."
  ),
  CodePage(
    "E0911", "a command that cannot be added",
    "A name is in kebab-case and not taken; a command has a summary, its parameters and the fields of its "
      + "result have names of their own, and it can give nothing but data."),
  CodePage(
    "E0912", "a command that does not keep to its declaration",
    "What a command of an embedding program reads and gives is declared, so that it is known before "
      + "anything runs what a result depends on."),
  CodePage(
    "E0913", "a laboratory that is busy",
    "A laboratory runs one script at a time: wait for its end, or use a copy of it, or another one."
  ),
  CodePage(
    "E0914", "a function that is called otherwise than its header says",
    "A pointer is missing where that means nothing, or a text is no UTF-8: see metarec.h."),
  CodePage(
    "E0900", "a fault of mrs itself",
    "This should not happen. The session is as it was before the command; please report the script."
  ),
]

/// W06: what will trouble whoever replays a script.
let lintPages = [
  CodePage(
    "W0601", "no seed",
    "Without `set seed=…` a script uses the usual seed of the version that runs it.",
    wrong: "mrs 1\nload data", right: "mrs 1\nset seed=7\nload data"),
  CodePage(
    "W0602", "a name that is never used", "", wrong: "mrs 1\nlet x = 5",
    right: "mrs 1\nlet x = 5\nexpect $x == 5"),
  CodePage(
    "W0603", "a path of one machine", "Others do not have this folder.",
    wrong: "mrs 1\nset seed=7\nload csv \"/home/me/ratings.csv\"",
    right: "mrs 1\nset seed=7\nload csv \"ratings.csv\""),
  CodePage(
    "W0604", "no version line", "`mrs 1` keeps a script's meaning when the language grows.",
    wrong: "let x = 1\nexpect $x == 1", right: "mrs 1\nlet x = 1\nexpect $x == 1"),
  CodePage(
    "W0605", "a wide tolerance", "An expectation that nearly everything fulfils proves nothing.",
    wrong: "mrs 1\nlet x = 1\nexpect $x == 1 ± 0.5",
    right: "mrs 1\nlet x = 1\nexpect $x == 1 ± 0.01"),
  CodePage(
    "W0606", "an expectation of nothing", "It holds whatever the script computes.",
    wrong: "mrs 1\nexpect 1 < 2", right: "mrs 1\nlet x = 1\nexpect $x < 2"),
  CodePage(
    "W0607", "a parameter that is never used", "", wrong: "mrs 1\nparam lr = 0.1",
    right: "mrs 1\nparam lr = 0.1\nexpect $lr < 1"),
  CodePage(
    "W0608", "a name in a text",
    "In a text `{$name}` puts the value in; `$name` alone stays as it is, as in the name of a file.",
    wrong: "mrs 1\nlet k = 5\nlet n = \"top-$k\"\nexpect $n == \"top-5\"",
    right: "mrs 1\nlet k = 5\nlet n = \"top-{$k}\"\nexpect $n == \"top-5\""),
]
