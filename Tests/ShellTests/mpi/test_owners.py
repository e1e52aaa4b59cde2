"""Ranks that own the data: each reads a file of its own, and sums leave it."""

import json
import os
import struct
import subprocess
import unittest

import ranks

SCRIPT = """mrs 1
set seed=7
load csv "{path}" owners=ranks
split tasks from=part train=fit valid=choose test=judge query=4
let trained = meta-train maml steps=2 epochs=3 over=federated per-round=8 {options}
show $trained.loss
let judged = evaluate mae ndcg
show $judged.mae
expect $judged.users == 10
save model "trained.safetensors"
"""

# Open MPI with an ear: whatever a rank hands over to be sent is in a file of its own as well.
EAR = r"""
#include <stdio.h>
#include <stdlib.h>

int PMPI_Iallgather(const void *, int, void *, void *, int, void *, void *, void **);
int PMPI_Iallgatherv(const void *, int, void *, void *, const int *, const int *, void *, void *, void **);
int PMPI_Ibcast(void *, int, void *, int, void *, void **);
int PMPI_Isend(const void *, int, void *, int, int, void *, void **);

static const char *rank(void) { return getenv("OMPI_COMM_WORLD_RANK"); }

static void hear(const void *bytes, int count) {
  char path[4096];
  snprintf(path, sizeof path, "%s.%s", getenv("HEARD"), rank());
  FILE *file = fopen(path, "ab");
  if (!file) abort();
  fwrite(bytes, 1, (size_t)count, file);
  fclose(file);
}

int MPI_Iallgather(const void *own, int count, void *type, void *all, int room, void *other, void *group, void **request) {
  hear(own, count);
  return PMPI_Iallgather(own, count, type, all, room, other, group, request);
}

int MPI_Iallgatherv(const void *own, int count, void *type, void *all, const int *counts, const int *places, void *other,
    void *group, void **request) {
  hear(own, count);
  return PMPI_Iallgatherv(own, count, type, all, counts, places, other, group, request);
}

int MPI_Ibcast(void *bytes, int count, void *type, int root, void *group, void **request) {
  if (atoi(rank()) == root) hear(bytes, count);
  return PMPI_Ibcast(bytes, count, type, root, group, request);
}

int MPI_Isend(const void *bytes, int count, void *type, int to, int tag, void *group, void **request) {
  hear(bytes, count);
  return PMPI_Isend(bytes, count, type, to, tag, group, request);
}
"""

# A rating that is neither the lowest nor the highest of its owner, whose ends are told.
PLANTED = 3.3719


def rows(users, rated=lambda user, item: 1 + (user * item + user + item) % 5):
    return [
        f"planted-user-{user},item-{item},{rated(user, item)},{('fit', 'choose', 'fit', 'judge')[user % 4]}"
        for user in users for item in ((user * 5 + number * 3) % 40 for number in range(14))]


def file(lines):
    return "\n".join(["user,item,rating,part", *lines]) + "\n"


OWNERS = [rows(range(0, 9)), rows(range(9, 13)), rows(range(13, 24)), rows(range(24, 40))]


def tensors(held):
    """The numbers of a model; what its header says of where it comes from is not asked for."""
    length = struct.unpack("<Q", held[:8])[0]
    header = json.loads(held[8:8 + length])
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    return held[8 + length:8 + length + max(ends)]


def floats(held):
    return struct.unpack(f"<{len(held) // 4}f", held)


class Owners(unittest.TestCase):
    def joined(self, name, options):
        """The weights that one process comes to, from all files."""
        where = ranks.folder(name)
        ranks.write(os.path.join(where, "all.csv"), file(sum(OWNERS, [])))
        script = ranks.write(os.path.join(where, "script.mrs"), SCRIPT.format(path="all.csv", options=options))
        _, errors, status = ranks.alone(script, where)
        self.assertEqual(status, 0, errors)
        return tensors(ranks.contents(os.path.join(where, "trained.safetensors")))

    def folders(self, name, script, owners=OWNERS):
        """A folder for each rank, as machines have disks of their own, with its file and no other."""
        where = ranks.folder(name)
        for rank, lines in enumerate(owners):
            own = os.path.join(where, str(rank))
            os.makedirs(own)
            ranks.write(os.path.join(own, "script.mrs"), script)
            if lines:
                ranks.write(os.path.join(own, "ratings.csv"), file(lines))
        return where

    def start(self, where, count, *options):
        text = f'cd "{where}/$OMPI_COMM_WORLD_RANK" && exec "{ranks.PROGRAM}" run script.mrs --deterministic --plain'
        return ranks.ended(ranks.start([*ranks.launcher(count, *options), "sh", "-c", text], where), 120)

    def test_masked_sums_have_the_bits_of_one_process(self):
        options = "secure-aggregation=yes drop-out=10%"
        where = self.folders("masked", SCRIPT.format(path="ratings.csv", options=options))
        output, errors, status = self.start(where, 4)
        self.assertEqual((status, errors), (0, ""))
        self.assertIn("a masked sum", output)
        self.assertEqual(
            tensors(ranks.contents(os.path.join(where, "0", "trained.safetensors"))), self.joined("masked-joined", options))
        for rank in (1, 2, 3):
            self.assertEqual(sorted(os.listdir(os.path.join(where, str(rank)))), ["ratings.csv", "script.mrs"])

    def test_sums_come_to_the_model_of_one_process(self):
        where = ranks.folder("owners")
        for rank, lines in enumerate(OWNERS):
            ranks.write(os.path.join(where, f"ratings-{rank}.csv"), file(lines))
        script = ranks.write(
            os.path.join(where, "script.mrs"), SCRIPT.format(path="ratings-%r.csv", options=""))
        output, errors, status = ranks.run(4, script, where)
        self.assertEqual((status, errors), (0, ""))
        self.assertIn("10 test users of 4 owners", output)
        own = floats(tensors(ranks.contents(os.path.join(where, "trained.safetensors"))))
        other = floats(self.joined("owners-joined", ""))
        self.assertEqual(len(own), len(other))
        self.assertLess(max(abs(a - b) for a, b in zip(own, other)), 1e-5)

    def heard(self, name, rated, options=""):
        """What rank 1 gave to Open MPI, whose users rated so."""
        where = ranks.folder(name)
        source = ranks.write(os.path.join(where, "ear.c"), EAR)
        ear = os.path.join(where, "ear.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", ear, source, "-l:libmpi.so.40"], check=True)
        owners = [OWNERS[0], rows(range(9, 13), rated), *OWNERS[2:]]
        place = self.folders(name + "-run", SCRIPT.format(path="ratings.csv", options=options), owners)
        trace = os.path.join(where, "heard")
        _, errors, status = self.start(
            place, 4, "-x", f"MRS_MPI_LIBRARY={ear}", "-x", f"HEARD={trace}")
        self.assertEqual((status, errors), (0, ""))
        return ranks.contents(trace + ".1"), ranks.contents(os.path.join(place, "0", "trained.safetensors"))

    @unittest.skipIf(subprocess.run(["which", "cc"], capture_output=True).returncode, "no C compiler here")
    def test_no_rating_and_no_user_is_in_what_is_sent(self):
        def planted(user, item):
            usual = 1 + (user * item + user + item) % 5
            return usual if usual in (1, 5) else PLANTED

        sent, model = self.heard("ear", planted)
        # It would be found: ids of items are told.
        self.assertIn(b"item-39", sent)
        for secret in (b"planted-user", struct.pack("<f", PLANTED), struct.pack("<d", PLANTED), b"3.3719"):
            self.assertNotIn(secret, sent)
            self.assertNotIn(secret, model)
        # One sum of as many numbers as there are weights for each of the rounds, and little more.
        weights = len(floats(tensors(model)))
        rounds = 3 * 3
        self.assertGreater(len(sent), rounds * 4 * weights)
        self.assertLess(len(sent), rounds * 4 * weights + 60_000)

    def test_an_owner_without_its_file_ends_all(self):
        where = self.folders(
            "no-file", SCRIPT.format(path="ratings.csv", options=""), [*OWNERS[:2], [], OWNERS[3]])
        _, errors, status = self.start(where, 4)
        self.assertNotEqual(status, 0)
        self.assertEqual(errors.count("error["), 1, errors)
        self.assertIn("rank 2", errors)
        self.assertIn("has no file `ratings.csv`", errors)

    def test_an_owner_with_a_bad_line_ends_all_and_its_words_stay(self):
        owners = [OWNERS[0], OWNERS[1], [*OWNERS[2], "planted-user-99,item-1,SECRET,fit"], OWNERS[3]]
        where = self.folders("bad-line", SCRIPT.format(path="ratings.csv", options=""), owners)
        output, errors, status = self.start(where, 4)
        self.assertNotEqual(status, 0)
        self.assertEqual(errors.count("error["), 1, errors)
        self.assertIn(f"ratings.csv:{len(OWNERS[2]) + 2}", errors)
        self.assertNotIn("SECRET", output + errors)

    def test_another_script_is_refused_as_ever(self):
        where = self.folders("owners-scripts", SCRIPT.format(path="ratings.csv", options=""))
        ranks.write(os.path.join(where, "3", "script.mrs"), "mrs 1\nshow 1\n")
        _, errors, status = self.start(where, 4)
        self.assertNotEqual(status, 0)
        self.assertEqual(errors.count("error["), 1, errors)
        self.assertIn("`script.mrs` is not the same", errors)
