"""Claims about what a service keeps and what changes under it: feedback, users in memory, models."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
import unittest

import door
from door import Service
from test_service import ids


class Feedback(unittest.TestCase):
    def setUp(self):
        self.file = door.path("feedback.jsonl")
        if os.path.exists(self.file):
            os.remove(self.file)

    def service(self, *options):
        return Service(None, None, *options, feedback=self.file)

    def test_it_counts_from_the_next_request_on(self):
        with self.service() as service:
            before = service.right("/recommend", {"user": "42"})
            best = ids(before)[0]
            kept = service.right("/feedback", {"user": "42", "ratings": {best: 1}})
            self.assertEqual(kept["ratings"], before["ratings"] + 1)
            after = service.right("/recommend", {"user": "42"})
            self.assertEqual(after["ratings"], kept["ratings"])
            self.assertNotIn(best, ids(after))
            again = service.right("/feedback", {"user": "42", "ratings": {best: 5}})
            self.assertEqual(again["ratings"], kept["ratings"])
            told = service.right("/recommend", {"user": "42", "ratings": {best: 5}})
            self.assertEqual(service.right("/recommend", {"user": "42"})["items"], told["items"])

    def test_a_new_user_becomes_known(self):
        with self.service() as service:
            self.assertEqual(service.post("/recommend", {"user": "ann"})[0], 404)
            told = {"ratings": {"50": 5, "172": 4}, "features": {"region": "north"}}
            service.right("/feedback", {"user": "ann", **told})
            known = service.right("/recommend", {"user": "ann"})
            self.assertEqual(known["items"], service.right("/recommend", told)["items"])
            self.assertEqual(service.post("/recommend", {"user": "bob"})[0], 404)

    def test_it_is_there_again_however_the_service_ended(self):
        with self.service() as service:
            for n in range(1, 30):
                service.right("/feedback", {"user": f"u{n % 3}", "ratings": {str(n): 1 + n % 5}})
            before = [service.right("/recommend", {"user": f"u{n}"}) for n in range(3)]
            service.process.kill()
        with self.service() as service:
            self.assertEqual([service.right("/recommend", {"user": f"u{n}"}) for n in range(3)], before)
            _, said = service.end()
        self.assertIn("29 lines", said)

    def test_a_line_that_was_cut_off_is_left_out(self):
        with self.service() as service:
            service.right("/feedback", {"user": "ann", "ratings": {"50": 5}})
            before = service.right("/recommend", {"user": "ann"})
            service.right("/feedback", {"user": "ann", "ratings": {"51": 1}})
        whole = open(self.file, "rb").read()
        end = whole.index(b"\n") + 1
        for cut in (end + 1, end + 20, len(whole) - 1):
            with open(self.file, "wb") as file:
                file.write(whole[:cut])
            with self.service() as service:
                self.assertEqual(service.right("/recommend", {"user": "ann"}), before)
                service.right("/feedback", {"user": "bob", "ratings": {"51": 1}})
                _, said = service.end()
            self.assertIn("cut off", said)
            with self.service() as service:
                self.assertEqual(service.right("/recommend", {"user": "ann"}), before)
                self.assertEqual(service.right("/recommend", {"user": "bob"})["ratings"], 1)

    def test_a_damaged_line_before_others_is_named(self):
        with self.service() as service:
            for item in ("50", "51", "52"):
                service.right("/feedback", {"user": "ann", "ratings": {item: 5}})
        lines = open(self.file).read().splitlines()
        door.script("feedback.jsonl", "\n".join([lines[0], "{damaged", lines[2]]) + "\n")
        with self.assertRaises(AssertionError) as refusal:
            self.service()
        self.assertIn("line 2", str(refusal.exception))

    def test_lines_that_were_edited_are_linked_anew(self):
        with self.service() as service:
            for n in range(6):
                service.right("/feedback", {"user": f"u{n % 2}", "ratings": {str(50 + n): 5}})
        lines = open(self.file).read().splitlines()
        door.script("feedback.jsonl", "\n".join(lines[1:]) + '\n{"user": "eve", "time": 5, "ratings": {"60": 2}}\n')
        for _ in range(2):
            with self.service() as service:
                counts = [service.right("/recommend", {"user": user})["ratings"] for user in ("u0", "u1", "eve")]
                self.assertEqual(counts, [2, 3, 1])
                _, said = service.end()
        self.assertNotIn("anew", said)

    def test_two_services_do_not_share_a_file(self):
        with self.service():
            with self.assertRaises(AssertionError) as refusal:
                self.service()
            self.assertIn("another service", str(refusal.exception))

    def test_what_cannot_be_kept_is_not_said_to_be(self):
        with self.service() as service:
            for body, status in (
                ({"user": "ann", "ratings": {"nowhere": 3}}, 404), ({"user": "ann", "ratings": {"50": 9}}, 400),
                ({"user": "42", "ratings": {"50": 3}, "features": {"region": "north"}}, 422), ({"user": "ann"}, 400),
                ({"ratings": {"50": 3}}, 400),
            ):
                self.assertEqual(service.post("/feedback", body)[0], status)
            self.assertEqual(os.path.getsize(self.file), 0)
        with Service() as service:
            self.assertEqual(service.post("/feedback", {"user": "ann", "ratings": {"50": 3}})[0], 507)

    def test_a_full_disk_loses_nothing_that_was_kept(self):
        limited = [
            "bash", "-c", 'ulimit -f 1; exec "$0" "$@"', door.PROGRAM, "serve", door.ratings_model(), "--port", "0",
            "--data", door.ratings_data(), "--feedback", self.file]
        process = subprocess.Popen(
            limited, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=door.FOLDER,
            preexec_fn=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN))
        service = Service.__new__(Service)
        service.process, service.host, service.token = process, "127.0.0.1", None
        service.port = int(process.stdout.readline().rsplit(":", 1)[1].strip("/\n"))
        kept = 0
        try:
            for n in range(100):
                status, _ = service.post("/feedback", {"user": "ann", "ratings": {str(1 + n): 3}})
                kept += status == 200
                if status != 200:
                    self.assertEqual(status, 507)
            self.assertTrue(0 < kept < 100)
            self.assertEqual(service.right("/recommend", {"user": "ann"})["ratings"], kept)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        with self.service() as service:
            self.assertEqual(service.right("/recommend", {"user": "ann"})["ratings"], kept)

    def test_few_users_in_memory_answer_as_many_do(self):
        with self.service("--users", "2") as service:
            for n in range(12):
                service.right("/feedback", {"user": f"u{n}", "ratings": {str(50 + n): 5, str(80 + n): 1}})
            small = [service.right("/recommend", {"user": f"u{n}"}) for n in range(12)]
            text = service.ask("GET", "/metrics")[2].decode()
            self.assertIn("\nmrs_users_in_memory 2\n", text)
        with self.service() as service:
            self.assertEqual([service.right("/recommend", {"user": f"u{n}"}) for n in range(12)], small)

    def test_feedback_from_many_clients_is_all_there(self):
        with self.service() as service:
            def tell(client):
                own = service.connection()
                for n in range(25):
                    body = {"user": "shared" if n % 2 else f"c{client}", "ratings": {str(1 + client * 25 + n): 4}}
                    status, _, _ = service.ask("POST", "/feedback", body, connection=own)
                    assert status == 200
                own.close()
            threads = [threading.Thread(target=tell, args=(client,)) for client in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(service.right("/recommend", {"user": "shared"})["ratings"], 8 * 12)
        with self.service() as service:
            self.assertEqual(service.right("/recommend", {"user": "shared"})["ratings"], 8 * 12)
            self.assertEqual(service.right("/recommend", {"user": "c3"})["ratings"], 13)


class Reloading(unittest.TestCase):
    def setUp(self):
        self.first, self.second = door.ratings_model(), door.model("other", "meta-train reptile epochs=2")
        self.file = door.path("served.safetensors")
        shutil.copy(self.first, self.file)

    def put(self, path):
        shutil.copy(path, self.file + ".new")
        os.replace(self.file + ".new", self.file)

    def test_a_request_and_a_signal_reload(self):
        with Service(self.file, None, feedback=door.path("kept.jsonl")) as service:
            service.right("/feedback", {"user": "ann", "ratings": {"50": 5, "172": 1}})
            before = service.right("/recommend", {"user": "ann"})
            self.put(self.second)
            self.assertEqual(service.right("/recommend", {"user": "ann"}), before)
            done = service.right("/reload", {})
            self.assertEqual(done["before"], before["model"])
            after = service.right("/recommend", {"user": "ann"})
            self.assertEqual((after["model"], after["ratings"]), (done["model"], 2))
            self.assertNotEqual(after["items"], before["items"])
            self.put(self.first)
            service.process.send_signal(signal.SIGHUP)
            end = time.monotonic() + 20
            while service.right("/recommend", {"user": "ann"}) != before:
                self.assertLess(time.monotonic(), end)
                time.sleep(0.05)

    def test_a_file_that_cannot_be_used_changes_nothing(self):
        with Service(self.file) as service:
            before = service.right("/recommend", {"user": "42"})
            whole = open(self.first, "rb").read()
            for damaged in (b"", b"nonsense", whole[:1000], whole[:-1] + bytes([whole[-1] ^ 1])):
                with open(self.file + ".new", "wb") as file:
                    file.write(damaged)
                os.replace(self.file + ".new", self.file)
                status, problem = service.post("/reload", {})
                self.assertEqual((status, problem["code"], problem["model"]), (422, "E0503", before["model"]))
                self.assertEqual(service.right("/recommend", {"user": "42"}), before)
            os.remove(self.file)
            self.assertIn(service.post("/reload", {})[0], (404, 422))
            self.assertEqual(service.right("/recommend", {"user": "42"}), before)

    def test_no_request_is_lost_or_answered_by_a_mixture(self):
        bodies = [{"user": "42", "count": 5}, {"ratings": {"50": 5, "9": 2}, "count": 5}]
        right = {}
        for path in (self.first, self.second):
            with Service(path) as service:
                for place, body in enumerate(bodies):
                    answer = service.right("/recommend", body)
                    right[answer["model"], place] = answer
        faults, counts, over = [], [], threading.Event()
        with Service(self.file) as service:
            def load():
                own, count = service.connection(), 0
                while not over.is_set():
                    place = count % 2
                    status, _, body = service.ask("POST", "/recommend", bodies[place], connection=own)
                    answer = json.loads(body)
                    if status != 200 or answer != right.get((answer["model"], place)):
                        faults.append((status, answer))
                    count += 1
                counts.append(count)
                own.close()
            threads = [threading.Thread(target=load) for _ in range(4)]
            for thread in threads:
                thread.start()
            for n in range(12):
                self.put(self.second if n % 2 == 0 else self.first)
                service.right("/reload", {})
                time.sleep(0.1)
            over.set()
            for thread in threads:
                thread.join()
        self.assertEqual(faults, [])
        self.assertGreater(min(counts), 10)

    def test_ending_answers_what_is_under_way(self):
        requests = {"requests": [{"user": str(1 + n % 600), "count": 100} for n in range(1000)]}
        with Service() as service:
            answers = []
            thread = threading.Thread(target=lambda: answers.append(service.post("/recommend/batch", requests)))
            thread.start()
            while b"mrs_requests_under_way 2" not in service.ask("GET", "/metrics")[2]:
                time.sleep(0.005)
            status, _ = service.end()
            thread.join()
            self.assertEqual(status, 0)
            self.assertEqual(len(answers[0][1]["answers"]), 1000)


if __name__ == "__main__":
    unittest.main()
