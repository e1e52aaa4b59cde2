"""Claims about the kernel, held against the real program by a real client."""

import json
import os
import signal
import subprocess
import sys
import time
import unittest

import door
from door import TRAINING, Kernel, screen, text


class Cells(unittest.TestCase):
    def test_results_come_as_text_html_and_data(self):
        with Kernel() as k:
            k.run("load data; split tasks")
            reply, news = k.run("evaluate mae")
            self.assertEqual((reply["status"], reply["execution_count"]), ("ok", 2))
            (kind, result), = [output for output in screen(news) if output[0] == "execute_result"]
            self.assertIn("item-mean", result["data"]["text/plain"])
            self.assertIn("<table>", result["data"]["text/html"])
            fields = result["data"]["application/vnd.metarec.report+json"]["result"]
            self.assertGreater(fields["users"], 0)

    def test_values_come_as_words_and_as_numbers(self):
        with Kernel() as k:
            k.run("let k = [1, none, 3]")
            _, news = k.run("$k")
            (_, result), = [output for output in screen(news) if output[0] == "execute_result"]
            self.assertEqual(result["data"]["text/plain"], "1, none, 3")
            self.assertEqual(result["data"]["application/vnd.metarec.report+json"]["result"], {"value": [1, None, 3]})
            k.run("2+3")
            self.assertEqual(k.text("$_ * 2"), "10")

    def test_pictures_are_outputs_of_their_own(self):
        with Kernel() as k:
            _, news = k.run("load data; plot popularity")
            pictures = [c["data"] for t, c in screen(news) if "image/svg+xml" in c.get("data", {})]
            self.assertTrue(pictures and pictures[0]["image/svg+xml"].startswith("<svg"))
            self.assertNotIn("text/html", pictures[0])

    def test_progress_is_one_line_that_moves_and_goes(self):
        with Kernel() as k:
            k.run("load data; split tasks")
            _, news = k.run('let w = "before"; show $w; meta-train maml epochs=40 patience=40; let w = "after"; show $w')
            kinds = [kind for kind, _ in news]
            self.assertGreater(kinds.count("update_display_data"), 1)
            ids = {c["transient"]["display_id"] for t, c in news if c.get("transient")}
            self.assertLessEqual(len(ids), 2)
            shown = text(news)
            self.assertLess(shown.index("before"), shown.index("Trained maml"))
            self.assertLess(shown.index("Trained maml"), shown.index("after"))
            self.assertNotIn("epochs/s", shown)
            self.assertNotIn("ETA", shown)

    def test_errors_are_excerpts_with_their_remedies(self):
        with Kernel() as k:
            reply, news = k.run("load data; split tasks; meta-train mamll")
            self.assertEqual((reply["status"], reply["ename"]), ("error", "E0202"))
            trace = "\n".join(reply["traceback"])
            self.assertIn("\x1b[", trace)
            self.assertIn("maml", trace)
            self.assertEqual([kind for kind, _ in screen(news)], ["error"])

    def test_undo_stale_marks_and_why_as_at_the_prompt(self):
        with Kernel() as k:
            k.run("load data")
            k.run("split tasks")
            k.run("let r = compare mf item-mean")
            self.assertIn("Cell 3 is stale now: tasks changed by cell 4", k.text("split tasks query=5"))
            self.assertIn("stale", k.text("history"))
            self.assertIn("after cell 3", k.text("undo"))
            shown = k.text("rerun 2 query=7")
            self.assertIn("mrs [5]> split tasks query=7", shown)
            self.assertEqual(k.run("set seed=3")[0]["execution_count"], 6)

    def test_a_text_to_be_edited_is_offered_as_the_next_cell(self):
        with Kernel() as k:
            k.run("set seed=1")
            reply, _ = k.run("edit 1")
            self.assertEqual(reply["payload"][0]["source"], "set_next_input")
            self.assertEqual(reply["payload"][0]["text"], "set seed=1")

    def test_what_is_silent_or_not_kept_becomes_no_cell(self):
        with Kernel() as k:
            k.run("set seed=1")
            reply, news = k.run("set seed=2", silent=True)
            self.assertEqual([kind for kind, _ in news], ["status", "status"])
            self.assertEqual(k.run("set threads=1", store_history=False)[0]["execution_count"], 2)
            self.assertIn("seed=2", k.text("show"))
            request = k.client.history(hist_access_type="tail", n=9, raw=True, output=False)
            lines = [line[2] for line in k.reply(request)["history"]]
            self.assertNotIn("set seed=2", lines)
            self.assertNotIn("set threads=1", lines)

    def test_expressions_of_the_front_end_leave_the_session_alone(self):
        with Kernel() as k:
            asked = {"good": "$x", "bad": "$y", "changes": "set seed=99"}
            reply, _ = k.run("let x = 3", user_expressions=asked)
            self.assertIn("3", reply["user_expressions"]["good"]["data"]["text/plain"])
            self.assertEqual(reply["user_expressions"]["bad"]["status"], "error")
            self.assertNotIn("seed=99", k.text("show"))

    def test_cells_behind_one_that_fails_do_not_run(self):
        with Kernel() as k:
            requests = [k.start(code) for code in ("laod", "set seed=7", "set seed=8")]
            replies = [k.reply(request)["status"] for request in requests]
            self.assertEqual(replies, ["error", "aborted", "aborted"])
            self.assertNotIn("seed=8", k.text("show"))
            requests = [k.start(code, stop_on_error=False) for code in ("laod", "set seed=7")]
            self.assertEqual([k.reply(request)["status"] for request in requests], ["error", "ok"])

    def test_help_stands_at_the_cursor(self):
        with Kernel() as k:
            for code, place, wanted in [
                ("meta-train maml", 3, "meta-train"), ("meta-train maml", 14, "maml"),
                ("# σ\nevaluate mae", 7, "evaluate"), ("load data; split tasks query=3", 24, "query"),
            ]:
                reply = k.reply(k.client.inspect(code, place))
                self.assertTrue(reply["found"], code)
                self.assertIn(wanted, reply["data"]["text/plain"])
            self.assertFalse(k.reply(k.client.inspect("nonsense", 3))["found"])
            # Cursors count characters, behind texts of several bytes, too.
            k.run("load data")
            reply = k.reply(k.client.complete('let t = "σé🦊"; meta-tr', 22))
            self.assertEqual((reply["cursor_start"], reply["cursor_end"]), (15, 22))
            self.assertEqual(reply["matches"], ["meta-train"])
            self.assertGreater(len(k.reply(k.client.complete("adapt user ", 11))["matches"]), 10)


class Stopping(unittest.TestCase):
    def trained(self, kernel):
        request = kernel.start(TRAINING)
        kernel.wait_for(request, "update_display_data")
        time.sleep(0.5)
        return request

    def check_kept(self, kernel, request):
        reply = kernel.reply(request, timeout=10)
        self.assertEqual((reply["status"], reply["ename"]), ("error", "Interrupted"))
        self.assertIn("kept", reply["evalue"])
        self.assertEqual(kernel.run("adapt user 42; topk 3")[0]["status"], "ok")
        self.assertIn("partial", kernel.text("history"))
        kernel.text("undo 2")
        self.assertEqual(kernel.run("adapt user 42")[0]["status"], "error")

    def test_an_interrupt_while_training_keeps_finished_epochs(self):
        with Kernel() as k:
            request = self.trained(k)
            start = time.monotonic()
            k.manager.interrupt_kernel()
            self.check_kept(k, request)
            self.assertLess(time.monotonic() - start, 5)

    def test_so_does_a_signal(self):
        with Kernel() as k:
            request = self.trained(k)
            os.kill(k.process.pid, signal.SIGINT)
            self.check_kept(k, request)

    def test_what_was_to_run_behind_it_does_not(self):
        with Kernel() as k:
            request = self.trained(k)
            later = k.start("set seed=99")
            k.manager.interrupt_kernel()
            self.assertEqual(k.reply(request)["status"], "error")
            self.assertEqual(k.reply(later)["status"], "aborted")

    def test_an_interrupt_while_nothing_runs_stops_nothing_later(self):
        with Kernel() as k:
            k.manager.interrupt_kernel()
            time.sleep(0.5)
            self.assertEqual(k.run("load data; split tasks; meta-train maml epochs=2")[0]["status"], "ok")

    def test_shutting_down_while_a_cell_runs_ends_it(self):
        with Kernel() as k:
            self.trained(k)
            process = k.process
            k.client.shutdown()
            self.assertEqual(k.client.get_control_msg(timeout=5)["content"]["status"], "ok")
            process.wait(timeout=10)
            self.assertEqual(process.returncode, 0)

    def test_older_front_ends_end_it_at_the_socket_for_cells(self):
        with Kernel() as k:
            k.run("set seed=3")
            process = k.process
            k.client.shell_channel.send(k.client.session.msg("shutdown_request", {"restart": False}))
            reply = k.client.get_shell_msg(timeout=5)
            self.assertEqual((reply["msg_type"], reply["content"]["status"]), ("shutdown_reply", "ok"))
            process.wait(timeout=10)
            self.assertEqual(process.returncode, 0)

    def test_restarting_begins_a_new_session(self):
        with Kernel() as k:
            k.run("load data")
            k.manager.restart_kernel()
            k.client.wait_for_ready(timeout=30)
            reply, _ = k.run("split tasks")
            self.assertEqual((reply["status"], reply["execution_count"]), ("error", 1))


class Questions(unittest.TestCase):
    def test_leaving_asks_first(self):
        with Kernel() as k:
            request = k.start("quit", allow_stdin=True)
            question = k.client.get_stdin_msg(timeout=10)
            self.assertIn("not saved is lost", question["content"]["prompt"])
            k.client.input("n")
            self.assertEqual(k.reply(request)["status"], "ok")
            self.assertEqual(k.run("set seed=3")[0]["status"], "ok")
            k.start("quit", allow_stdin=True)
            k.client.get_stdin_msg(timeout=10)
            k.client.input("y")
            k.process.wait(timeout=10)

    def test_a_question_ends_with_an_interrupt(self):
        with Kernel() as k:
            request = k.start("quit", allow_stdin=True)
            k.client.get_stdin_msg(timeout=10)
            k.manager.interrupt_kernel()
            k.reply(request, timeout=10)
            self.assertTrue(k.manager.is_alive())


class Ending(unittest.TestCase):
    def test_a_session_that_was_killed_is_recovered(self):
        with Kernel() as k:
            k.run("load data")
            k.run("split tasks query=7")
            k.process.kill()
            k.process.wait()
        with Kernel() as k:
            self.assertNotIn("recover", k.text("set seed=3", allow_stdin=False))
            self.assertIn("`recover`", k.text("set seed=4"))
            self.assertIn("mrs [4]> split tasks query=7", k.text("recover"))
            self.assertEqual(k.run("evaluate mae")[0]["status"], "ok")

    def test_it_ends_with_whoever_started_it(self):
        code = (
            "import door, sys, time\n"
            "k = door.Kernel()\n"
            "print(k.process.pid, flush=True)\n"
            "time.sleep(60)\n"
        )
        here = os.path.dirname(os.path.abspath(__file__))
        starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=here)
        with starter:
            pid = int(starter.stdout.readline())
            starter.kill()
        for _ in range(100):
            if not os.path.exists(f"/proc/{pid}") or "Z" in open(f"/proc/{pid}/stat").read().split(")")[1][:3]:
                return
            time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)
        self.fail("the kernel outlives who started it")

    def test_two_kernels_at_once(self):
        with Kernel() as one, Kernel() as other:
            requests = [(k, k.start("load data; split tasks; meta-train maml epochs=3")) for k in (one, other)]
            shown = [text(k.news(request)) for k, request in requests]
            self.assertIn("Trained maml", shown[0])
            one.run("set seed=11")
            self.assertNotIn("seed=11", other.text("show"))


class Lessons(unittest.TestCase):
    def test_a_lesson_says_what_is_wrong_and_goes_on_where_it_was_left(self):
        with Kernel() as k:
            self.assertIn("step 1 of", k.text("lesson 2"))
            self.assertIn("step 2 of", k.text("load data"))
            self.assertIn("`query=7` is another value", k.text("split tasks query=7"))
            self.assertIn("`split tasks`", k.text("lesson hint"))
        with Kernel() as k:
            self.assertIn("1 done", k.text("lesson"))
            shown = k.text("lesson 2")
            self.assertLess(shown.index("Loaded sample"), shown.index("step 2 of"))
            self.assertIn("step 3 of", k.text("# with a remark\nsplit tasks support=rest query=5"))
            self.assertIn("No lesson is open", k.text("lesson stop"))
        with Kernel() as k:
            self.assertIn("2 done", k.text("lesson"))
            self.assertIn("step 1 of", k.text("lesson 2 anew"))


class Installing(unittest.TestCase):
    def test_the_specification_is_whole(self):
        path = os.path.join(door.FOLDER, "share", "jupyter", "kernels", "mrs", "kernel.json")
        with open(path, encoding="utf-8") as file:
            spec = json.load(file)
        self.assertEqual(spec["argv"], [os.path.realpath(door.PROGRAM), "jupyter", "kernel", "{connection_file}"])
        self.assertEqual((spec["language"], spec["interrupt_mode"]), ("mrs", "message"))

    def test_bad_connection_files_are_refused(self):
        path = os.path.join(door.FOLDER, "bad.json")
        for text in ["", "[]", "{", '{"ip":"127.0.0.1"}', '{"ip":"127.0.0.1","transport":"carrier pigeon"}']:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            ran = subprocess.run([door.PROGRAM, "jupyter", "kernel", path], capture_output=True, text=True, timeout=10)
            self.assertEqual(ran.returncode, 2, ran.stderr)
            self.assertIn("E0503", ran.stderr)
        ran = subprocess.run([door.PROGRAM, "jupyter", "kernel", path + "x"], capture_output=True, text=True, timeout=10)
        self.assertIn("E0501", ran.stderr)
        ran = subprocess.run([door.PROGRAM, "jupyter", "install", "--name=a/b"], capture_output=True, text=True)
        self.assertEqual(ran.returncode, 64)


class Documents(unittest.TestCase):
    def test_a_converted_script_is_executed_and_becomes_a_page(self):
        import nbclient
        import nbconvert
        import nbformat

        script = os.path.join(door.FOLDER, "morning.mrs")
        with open(script, "w", encoding="utf-8") as file:
            file.write("## A morning\n\nload data; split tasks\n\nmeta-train maml epochs=3\n\nplot loss\n\nevaluate mae\n")
        book_path = script.replace(".mrs", ".ipynb")
        subprocess.run([door.PROGRAM, "convert", script, book_path, "--force"], check=True, stdout=subprocess.DEVNULL)
        book = nbformat.read(book_path, as_version=4)
        nbclient.NotebookClient(book, timeout=120, resources={"metadata": {"path": door.FOLDER}}).execute()
        nbformat.validate(book)
        kinds = [output["output_type"] for cell in book.cells for output in cell.get("outputs", [])]
        self.assertNotIn("error", kinds)
        for cell in book.cells:
            for output in cell.get("outputs", []):
                self.assertNotIn("ETA", output.get("data", {}).get("text/plain", ""))
        page, _ = nbconvert.HTMLExporter().from_notebook_node(book)
        self.assertIn("item-mean", page)
        self.assertIn("svg", page)
