"""Claims about the service, held against the real program at a real socket."""

import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest

import door
from door import Service

NEWCOMER = {"ratings": {"50": 5, "172": 4, "1": 2}}


def ids(answer):
    return [entry["item"] for entry in answer["items"]]


def listed(script):
    """The items and scores of the last list of a script."""
    result = door.mrs(script)[-1]["result"]
    return result["items"], result["scores"]


class Recommending(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.addClassCleanup(cls.service.__exit__)

    def same(self, answer, script):
        items, scores = listed(f'load data; split tasks; open model "{door.ratings_model()}"; {script}')
        self.assertEqual(ids(answer), items)
        for entry, score in zip(answer["items"], scores):
            self.assertAlmostEqual(entry["score"], score, places=5)

    def test_a_known_user_gets_what_the_language_lists(self):
        self.same(self.service.right("/recommend", {"user": "42"}), "adapt user 42; topk 10")

    def test_a_test_users_query_stays_unseen(self):
        tasks = door.mrs("load data; split tasks; evaluate mae")
        self.assertTrue(tasks)
        for user in ("7", "11", "599"):
            self.same(self.service.right("/recommend", {"user": user, "count": 5}), f"adapt user {user}; topk 5")

    def test_somebody_new_is_adapted_to_on_the_fly(self):
        answer = self.service.right("/recommend", {**NEWCOMER, "count": 7})
        self.assertEqual((answer["user"], answer["ratings"]), (None, 3))
        self.same(answer, "adapt new 50=5 172=4 1=2; topk 7")

    def test_features_of_somebody_new_count(self):
        features = {"region": "north"}
        answer = self.service.right("/recommend", {**NEWCOMER, "features": features})
        self.same(answer, "adapt new 50=5 172=4 1=2 region=north; topk 10")
        twice = self.service.right("/recommend", {**NEWCOMER, "features": {"region": ["north", "north"]}})
        self.assertEqual(twice, answer)
        odd = self.service.right("/recommend", {**NEWCOMER, "features": {"region": "nowhere"}})
        self.assertIn("nowhere", odd["remarks"][0])

    def test_the_order_in_which_ratings_come_changes_nothing(self):
        back = {"ratings": dict(reversed(NEWCOMER["ratings"].items()))}
        self.assertEqual(self.service.right("/recommend", back), self.service.right("/recommend", NEWCOMER))

    def test_a_known_user_may_tell_more(self):
        plain = self.service.right("/recommend", {"user": "42"})
        more = self.service.right("/recommend", {"user": "42", "ratings": {ids(plain)[0]: 1}})
        self.assertEqual(more["ratings"], plain["ratings"] + 1)
        self.assertNotIn(ids(plain)[0], ids(more))
        self.assertEqual(self.service.right("/recommend", {"user": "42"}), plain)

    def test_every_answer_has_the_digest_of_the_file(self):
        with open(door.ratings_model(), "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        for answer in (
            self.service.right("/recommend", NEWCOMER), self.service.get("/health")[1], self.service.get("/model")[1],
            self.service.get("/items")[1], self.service.post("/recommend", {"usr": "1"})[1],
            self.service.get("/nowhere")[1], self.service.right("/recommend/batch", {"requests": []}),
        ):
            self.assertEqual(answer["model"], digest)

    def test_many_users_in_one_request_get_what_each_would_get_alone(self):
        requests = [{"user": str(user), "count": 3} for user in range(1, 40)] + [NEWCOMER, {"count": 2}]
        together = self.service.right("/recommend/batch", {"requests": requests})
        for request, answer in zip(requests, together["answers"]):
            alone = self.service.right("/recommend", request)
            del alone["model"]
            self.assertEqual(answer, alone)

    def test_one_bad_request_of_many_keeps_no_other_from_its_answer(self):
        answers = self.service.right("/recommend/batch", {"requests": [NEWCOMER, {"user": "nobody"}, NEWCOMER]})["answers"]
        self.assertEqual([answer.get("status") for answer in answers], [None, 404, None])
        self.assertEqual(answers[1]["pointer"], "/requests/1/user")
        self.assertEqual(answers[0], answers[2])

    def test_items_are_chosen_and_left_out(self):
        best = ids(self.service.right("/recommend", {**NEWCOMER, "count": 20}))
        among = self.service.right("/recommend", {**NEWCOMER, "items": best[5:9] + ["50"]})
        self.assertEqual(ids(among), best[5:9])
        seen = self.service.right("/recommend", {**NEWCOMER, "items": best[5:9] + ["50"], "seen": True})
        self.assertEqual(sorted(ids(seen)), sorted(best[5:9] + ["50"]))
        left = self.service.right("/recommend", {**NEWCOMER, "exclude": best[:3], "count": 17})
        self.assertEqual(ids(left), best[3:])
        everything = self.service.right("/recommend", {"items": best[:2], "exclude": best[:2]})
        self.assertEqual(everything["items"], [])

    def test_categories_filter(self):
        feature = next(f for f in self.service.get("/model")[1]["item_features"] if f["kind"] == "categories")
        all_of_them = ids(self.service.right("/recommend", {**NEWCOMER, "count": 300}))
        parts = [
            ids(self.service.right("/recommend", {**NEWCOMER, "count": 300, "where": {feature["name"]: [value]}}))
            for value in feature["values"]]
        self.assertTrue(all(0 < len(part) < len(all_of_them) for part in parts))
        self.assertEqual(parts[0], [item for item in all_of_them if item in set(parts[0])])
        both = self.service.right(
            "/recommend", {**NEWCOMER, "count": 300, "where": {feature["name"]: feature["values"][:2]}})
        self.assertEqual(set(ids(both)), set(parts[0]) | set(parts[1]))
        status, problem = self.service.post("/recommend", {"where": {"colour": ["red"]}})
        self.assertEqual((status, problem["code"], problem["pointer"]), (422, "E0521", "/where/colour"))

    def test_new_items_are_ranked_by_their_features(self):
        features = self.service.get("/model")[1]["item_features"]
        told = {f["name"]: f["values"][0] for f in features if f["kind"] == "categories"}
        new = [{"item": "n1", "title": "A novelty", "features": told}, {"item": "n2"}]
        answer = self.service.right("/recommend", {**NEWCOMER, "count": 302, "new_items": new})
        scores = [entry["score"] for entry in answer["items"]]
        self.assertEqual(scores, sorted(scores, reverse=True))
        found = {entry["item"]: entry for entry in answer["items"]}
        self.assertEqual(found["n1"]["title"], "A novelty")
        self.assertNotEqual(found["n1"]["score"], found["n2"]["score"])
        plain = self.service.right("/recommend", {**NEWCOMER, "count": 302})
        self.assertEqual([e for e in answer["items"] if e["item"] not in ("n1", "n2")], plain["items"])
        status, problem = self.service.post("/recommend", {"new_items": [{"item": "50"}]})
        self.assertEqual((status, problem["pointer"]), (422, "/new_items/0/item"))

    def test_explanations_are_those_of_the_language(self):
        answer = self.service.right("/explain", {"user": "42", "item": "50"})
        result = door.mrs(
            f'load data; split tasks; open model "{door.ratings_model()}"; explain user 42 item 50')[-1]["result"]
        self.assertAlmostEqual(answer["score"], result["score"], places=5)
        self.assertEqual([entry["item"] for entry in answer["ratings"]], result["items"])
        for entry, influence in zip(answer["ratings"], result["influences"]):
            self.assertAlmostEqual(entry["influence"], influence, places=5)
        new = self.service.right("/explain", {**NEWCOMER, "features": {"region": "north"}, "item": "9"})
        self.assertEqual(len(new["ratings"]), 3)
        self.assertIn(("user", "region"), [(f["of"], f["name"]) for f in new["features"]])

    def test_titles_are_searched(self):
        found = self.service.get("/items?search=toy%20train&count=3")[1]
        everything = self.service.get("/items?count=1000")[1]
        self.assertEqual((everything["total"], len(everything["items"])), (300, 300))
        for entry in found["items"]:
            self.assertIn("toy train", entry["title"].lower())
        self.assertEqual(self.service.get("/items?from=299")[1]["items"], everything["items"][299:])

    def test_clients_at_once_get_the_bits_of_one_alone(self):
        requests = [{"ratings": {str(1 + n % 290): 5, str(3 + n % 280): 1}, "count": 5} for n in range(200)]
        alone = [self.service.right("/recommend", request) for request in requests]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda request: self.service.right("/recommend", request), requests))
        self.assertEqual(alone, together)


class Clicks(unittest.TestCase):
    def test_what_was_taken_is_adapted_to(self):
        with Service(door.clicks_model(), door.clicks_data()) as service:
            answer = service.right("/recommend", {"likes": ["35", "181"], "count": 3})
            items, _ = listed(
                "load data; binarize keep=likes; split tasks support=5 query=rest min=10; "
                f'open model "{door.clicks_model()}"; adapt new likes=[35, 181]; topk 3')
            self.assertEqual(ids(answer), items)
            status, problem = service.post("/recommend", NEWCOMER)
            self.assertEqual((status, problem["code"]), (400, "E0921"))
            self.assertIn("likes", problem["help"][-1])


class ModelAlone(unittest.TestCase):
    def test_without_data_it_knows_the_ids_that_the_model_learnt_from(self):
        process = subprocess.Popen(
            [door.PROGRAM, "serve", door.ratings_model(), "--port", "0", "--feedback", "none"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            port = int(re.search(r":(\d+)/", process.stdout.readline())[1])
            service = Service.__new__(Service)
            service.host, service.port, service.token = "127.0.0.1", port, None
            answer = service.right("/recommend", NEWCOMER)
            self.assertEqual(len(answer["items"]), 10)
            self.assertEqual(answer["items"][0]["item"], answer["items"][0]["title"])
            self.assertEqual(service.post("/recommend", {"user": "42"})[0], 404)
        finally:
            process.terminate()
            _, said = process.communicate(timeout=20)
        self.assertIn("--data", said)


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service(None, None, "--body", "100kB", "--timeout", "2s")
        cls.addClassCleanup(cls.service.__exit__)

    def refused(self, status, code, target, body, headers=None, method="POST"):
        got, fields, answer = self.service.ask(method, target, body, headers=headers)
        self.assertEqual((got, fields["Content-Type"]), (status, "application/problem+json"), answer)
        problem = json.loads(answer)
        self.assertEqual((problem["status"], problem["code"]), (status, code))
        self.assertTrue(problem["detail"] and isinstance(problem["help"], list))
        self.assertEqual(self.service.get("/health")[0], 200)
        return problem

    def test_malformed_bodies(self):
        problem = self.refused(400, "E0920", "/recommend", '{"count": 3')
        self.assertIn("byte 11", problem["detail"])
        for body in ("", "nonsense", '{"a":1}x', b"\xff\xfe{}", '{"count":0x1}', "[" * 500, '{"user":"\\ud800"}'):
            self.refused(400, "E0920", "/recommend", body)
        for body in ("[]", "null", "7", '"text"'):
            self.refused(400, "E0921", "/recommend", body)

    def test_what_is_wrong_is_said_with_its_place(self):
        problem = self.refused(400, "E0921", "/recommend", {"cuont": 3})
        self.assertEqual((problem["pointer"], problem["help"][0]), ("/cuont", "did you mean `count`?"))
        for body, pointer in (
            ({"count": 0}, "/count"), ({"count": 2.5}, "/count"), ({"count": "3"}, "/count"), ({"user": 42}, "/user"),
            ({"user": ""}, "/user"), ({"ratings": {"50": 6}}, "/ratings/50"), ({"ratings": {"50": None}}, "/ratings/50"),
            ({"ratings": [1]}, "/ratings"), ({"items": [1]}, "/items/0"), ({"features": {"colour": "red"}}, "/features/colour"),
            ({"seen": "yes"}, "/seen"), ({"count": 1e300}, "/count"), ({"user": "x" * 1001}, "/user"),
        ):
            self.assertEqual(self.refused(400, "E0921", "/recommend", body)["pointer"], pointer)
        self.refused(400, "E0921", "/recommend", '{"count": 1, "count": 2}')
        self.refused(400, "E0921", "/recommend", '{"ratings": {"50": 1, "50": 2}}')
        self.refused(400, "E0921", "/explain", {})
        problem = self.refused(404, "E0502", "/recommend", {"ratings": {"a/b": 3}})
        self.assertEqual(problem["pointer"], "/ratings/a~1b")
        self.refused(404, "E0502", "/recommend", {"user": "nobody"})
        self.refused(422, "E0205", "/recommend", {"user": "42", "features": {"region": "north"}})

    def test_wrong_paths_methods_and_types(self):
        self.refused(404, "E0924", "/recomend", {})
        got, fields, _ = self.service.ask("GET", "/recommend")
        self.assertEqual((got, fields["Allow"]), (405, "POST"))
        self.refused(405, "E0924", "/health", {})
        self.refused(405, "E0924", "/health", None, method="DELETE")
        self.refused(415, "E0920", "/recommend", "{}", headers={"Content-Type": "text/plain"})
        self.refused(400, "E0921", "/items?cuont=3", None, method="GET")
        self.refused(400, "E0921", "/items?count=0", None, method="GET")
        self.refused(400, "E0920", "/items?search=%zz", None, method="GET")
        self.assertEqual(self.service.ask("HEAD", "/health")[0], 200)

    def test_oversized_bodies(self):
        self.refused(413, "E0922", "/recommend", json.dumps({"exclude": ["x" * 900] * 200}))
        got, _, _ = self.service.ask("POST", "/recommend", (b" " * 20000 for _ in range(10)))
        self.assertEqual(got, 413)

    def test_what_is_no_http_is_answered_all_the_same(self):
        for data in (b"nonsense\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/9.9\r\n\r\n", b"POST /recommend HTTP/1.1\r\nContent-Length: x\r\n\r\n"):
            answer = self.service.raw(data)
            self.assertIn(b"400", answer.split(b"\r\n")[0])
            self.assertEqual(json.loads(answer.split(b"\r\n\r\n", 1)[1])["code"], "E0920")
        self.service.raw(b"GET / HTTP/1.1\r\nX: " + b"y" * 100000 + b"\r\n\r\n")
        self.assertEqual(self.service.get("/health")[0], 200)

    def test_connections_of_http_1_0_end_with_their_answer(self):
        body = json.dumps(NEWCOMER).encode()
        for start, more in (
            (b"GET /health HTTP/1.0\r\n", b"\r\n"), (b"GET /items?count=1 HTTP/1.0\r\n", b"Connection: keep-alive\r\n\r\n"),
            (b"POST /recommend HTTP/1.0\r\n", b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body),
        ):
            with socket.create_connection((self.service.host, self.service.port), timeout=15) as own:
                begin = time.monotonic()
                own.sendall(start + b"Host: localhost\r\n" + more)
                answer = b""
                while part := own.recv(1 << 16):
                    answer += part
                self.assertIn(b"200 OK", answer)
                # The service ends connections that stand still after 2 s.
                self.assertLess(time.monotonic() - begin, 1.5)

    def test_requests_in_a_row_are_answered_in_their_order_wherever_they_are_cut(self):
        def request(method, target, body=b""):
            return (f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n").encode() + body

        counts = [1, 2, 3, 4, 5, 6]
        parts = [request("POST", "/recommend", json.dumps({**NEWCOMER, "count": count}).encode()) for count in counts]
        # What goes to tasks stands between what is answered where it is read.
        parts[2:2], parts[5:5] = [request("GET", "/items?count=1")], [request("POST", "/recommend", b"{")]
        data = b"".join(parts)
        for cuts in [()] + [(len(data) * n // 23,) for n in range(1, 23)] + [range(50, len(data), 90)]:
            with socket.create_connection((self.service.host, self.service.port), timeout=15) as own:
                own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                place = 0
                for cut in (*cuts, len(data)):
                    own.sendall(data[place:cut])
                    place = cut
                    time.sleep(0.002)
                stream = own.makefile("rb")
                found = []
                for _ in parts:
                    status, answer = door.answer(stream)
                    found.append(status if status != 200 else len(json.loads(answer)["items"]))
                self.assertEqual(found, [1, 2, 1, 3, 4, 400, 5, 6])

    def test_a_body_that_ends_suddenly_is_no_request(self):
        before = self.service.get("/health")
        answer = self.service.raw(b"POST /recommend HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{\"count\":")
        self.assertNotIn(b"200 OK", answer)
        self.assertEqual(self.service.get("/health")[0], before[0])

    def test_connections_that_stand_still_are_closed(self):
        for start in (b"", b"POST /recommend HTTP/1.1\r\nHost: localhost\r\n", b"POST /recommend HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"):
            with socket.create_connection((self.service.host, self.service.port), timeout=15) as own:
                own.sendall(start)
                begin = time.monotonic()
                while True:
                    try:
                        if not own.recv(1 << 16):
                            break
                    except ConnectionResetError:
                        break
                self.assertLess(time.monotonic() - begin, 10)

    def test_a_host_that_only_leads_here_is_refused(self):
        self.refused(403, "E0923", "/recommend", {}, headers={"Host": "evil.example"})
        self.refused(403, "E0923", "/recommend", {}, headers={"Host": "127.0.0.1.evil.example"})
        self.assertEqual(self.service.ask("GET", "/health", headers={"Host": "localhost:1"})[0], 200)

    def test_a_connection_goes_on_after_a_refusal(self):
        own = self.service.connection()
        for _ in range(5):
            self.assertEqual(self.service.ask("POST", "/recommend", "{", connection=own)[0], 400)
            self.assertEqual(self.service.ask("POST", "/recommend", NEWCOMER, connection=own)[0], 200)
        own.close()


class Tokens(unittest.TestCase):
    def test_whoever_asks_needs_a_token(self):
        token = "0123456789abcdef0123456789abcdef"
        file = door.script("tokens", f"another-token-of-32-characters-xx\n{token}\n")
        with Service(None, None, "--token-file", file, "--host", "0.0.0.0", token=token) as service:
            service.host = "127.0.0.1"
            self.assertEqual(service.post("/recommend", NEWCOMER)[0], 200)
            for wrong in ("", "Bearer", "Bearer x", f"Bearer {token}x", f"Basic {token}", f"Bearer {token[:-1]}"):
                status, fields, _ = service.ask("POST", "/recommend", NEWCOMER, headers={"Authorization": wrong})
                self.assertEqual((status, fields["WWW-Authenticate"]), (401, "Bearer"))
                self.assertEqual(service.ask("POST", "/reload", {}, headers={"Authorization": wrong})[0], 401)
                self.assertEqual(service.ask("GET", "/metrics", headers={"Authorization": wrong})[0], 401)
            self.assertEqual(service.ask("GET", "/health", headers={"Authorization": ""})[0], 200)

    def test_others_than_this_machine_need_tokens(self):
        for host in ("0.0.0.0", "::", "example.org"):
            done = subprocess.run(
                [door.PROGRAM, "serve", door.ratings_model(), "--host", host], capture_output=True, text=True)
            self.assertEqual(done.returncode, 64)
            self.assertIn("--token-file", done.stderr)

    def test_short_tokens_are_refused(self):
        done = subprocess.run(
            [door.PROGRAM, "serve", door.ratings_model(), "--token-file", door.script("short", "hunter2\n")],
            capture_output=True, text=True)
        self.assertIn("16 characters", done.stderr)


class Starting(unittest.TestCase):
    def test_what_cannot_be_served_is_said(self):
        for words, code in (
            (["nowhere.safetensors"], "E0501"), ([door.ratings_data()], "E0503"),
            ([door.clicks_model(), "--data", door.ratings_data()], "E0503"),
            ([door.ratings_model(), "--data", "nonsense"], ""), ([door.ratings_model(), "--data", "nowhere.mrs"], "E0501"),
        ):
            done = subprocess.run(
                [door.PROGRAM, "serve", "--port", "0", "--feedback", "none", *words], capture_output=True, text=True, cwd=door.FOLDER)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(code, done.stderr)

    def test_a_port_that_is_taken_is_said(self):
        with Service() as service:
            done = subprocess.run(
                [door.PROGRAM, "serve", door.ratings_model(), "--feedback", "none", "--port", str(service.port)],
                capture_output=True, text=True)
            self.assertIn("E0926", done.stderr)

    def test_term_and_interrupt_end_it(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with Service() as service:
                service.get("/health")
                status, said = service.end(number)
                self.assertEqual(status, 0)
                self.assertIn("every request was answered", said)


class Measuring(unittest.TestCase):
    def test_metrics_count_what_was_answered(self):
        with Service() as service:
            for _ in range(3):
                service.right("/recommend", {"user": "42"})
            service.post("/recommend", {"user": "nobody"})
            status, fields, text = service.ask("GET", "/metrics")
            text = text.decode()
            self.assertEqual(status, 200)
            self.assertTrue(fields["Content-Type"].startswith("text/plain; version=0.0.4"))
            for line in text.splitlines():
                self.assertRegex(line, r'^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? \S+)$')
            values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
            self.assertEqual(values['mrs_requests_total{path="/recommend",status="200"}'], "3")
            self.assertEqual(values['mrs_requests_total{path="/recommend",status="404"}'], "1")
            self.assertEqual(values['mrs_request_seconds_bucket{path="/recommend",le="+Inf"}'], "4")
            self.assertEqual(values["mrs_users_in_memory"], "1")
            self.assertGreater(float(values["process_resident_memory_bytes"]), 1e6)


if __name__ == "__main__":
    unittest.main()
