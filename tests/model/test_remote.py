"""The remote sampler against a small server of our own: answers, refusals, pauses, nonsense, silence."""

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tracewright.cli import main
from tracewright.config import read_config
from tracewright.data.assemble import assemble
from tracewright.data.prompt import View, view
from tracewright.errors import ConfigError, ModelError
from tracewright.model.load import LanguageModel
from tracewright.model.remote import Endpoint, RemoteSampler, in_parallel, served_model
from tracewright.model.sampler import document_ended, until_ended
from tracewright.recipe import PromptConfig, Recipe, RlConfig, SamplerConfig, SftConfig
from tracewright.run import reopen

TRACE = "expert: arithmetic\ntrace:\n- {op: init, var: a, source: n1}\n- {op: query, var: a}"

DOUBLED = """expert: arithmetic
trace:
- {op: init, var: a, source: n1}
- {op: compute, compute_op: mul, args: [a, 2], var: result}
- {op: query, var: result}"""


class Answer:
    """What the server sends: a status, a body (text, or a value for JSON), headers, after a delay."""

    def __init__(self, body, status=200, headers=(), delay=0.0):
        self.body = body if isinstance(body, str) else json.dumps(body)
        self.status, self.headers, self.delay = status, dict(headers), delay


def chat(text, reason="stop", tokens=7):
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": reason}
    return Answer({"choices": [choice], "usage": {"completion_tokens": tokens}})


def plain(text, reason="stop", tokens=7):
    return Answer({"choices": [{"text": text, "finish_reason": reason}], "usage": {"completion_tokens": tokens}})


def refusal(status, message, **headers):
    return Answer({"error": {"message": message}}, status, {k.replace("_", "-"): v for k, v in headers.items()})


class Server:
    """A server on 127.0.0.1 that answers as `reply(path, body, number of the request)` says, and keeps what it got."""

    def __init__(self):
        self.got = []
        self.reply = lambda path, body, number: chat(TRACE)
        self.models = ["small"]
        self.busy = self.busiest = 0
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.got.append((self.path, None, dict(self.headers)))
                reply = outer.models
                self.send(reply if isinstance(reply, Answer) else Answer({"data": [{"id": one} for one in reply]}))

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer.lock:
                    number = len(outer.got)
                    outer.got.append((self.path, body, dict(self.headers)))
                    outer.busy += 1
                    outer.busiest = max(outer.busiest, outer.busy)
                try:
                    self.send(outer.reply(self.path, body, number))
                finally:
                    with outer.lock:
                        outer.busy -= 1

            def send(self, answer):
                time.sleep(answer.delay)
                self.send_response(answer.status)
                for key, value in answer.headers.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(answer.body.encode())

            def log_message(self, *_):
                pass

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # the sampler has stopped waiting, as a test wants it to

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


@pytest.fixture
def server():
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def ask(server, pauses):
    """Ask the server for completions of some views, without really pausing between attempts."""

    def call(views, style="chat", samples=1, temperature=0.0, seed=0, progress=None, **keys):
        config = SamplerConfig(**{"kind": "openai", "url": server.url, "retries": 2, **keys})
        sampler = RemoteSampler(config, PromptConfig(style=style), "small", pauses.append)
        return sampler(views, samples=samples, max_new_tokens=50, temperature=temperature, seed=seed, progress=progress)

    return call


VIEW = View("Be brief.", "How many?", "never sent")


def test_a_chat_request_holds_what_is_needed_and_no_more(server, ask):
    assert ask([VIEW]) == [[(TRACE, False, 7)]]
    path, body, headers = server.got[0]
    assert path == "/v1/chat/completions"
    assert body == {
        "model": "small",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "How many?"}],
        "max_tokens": 50,
        "temperature": 0.0,
    }
    assert "Authorization" not in headers


def test_a_system_text_of_none_is_no_message(server, ask):
    ask([View("", "How many?", "")], style="auto")
    assert [message["role"] for message in server.got[0][1]["messages"]] == ["user"]


def test_a_raw_prompt_is_the_text_that_training_used(server, ask):
    server.reply = lambda *_: plain(TRACE)
    assert ask([VIEW], style="raw") == [[(TRACE, False, 7)]]
    path, body, _ = server.got[0]
    assert path == "/v1/completions"
    raw = LanguageModel(None, None, False, 0, frozenset(), 0)
    assert body["prompt"] == raw.prompt_text(VIEW)
    assert "messages" not in body


def test_completions_come_in_the_order_of_the_prompts(server, ask):
    def reply(path, body, number):
        question = body["messages"][-1]["content"]
        answer = chat(f"{question}!")
        answer.delay = 0.02 * (int(question) % 3)
        return answer

    server.reply = reply
    heard = []
    views = [View("", str(number), "") for number in range(12)]
    done = ask(views, samples=2, concurrency=4, progress=heard.append)
    assert [[item.text for item in row] for row in done] == [[f"{number}!"] * 2 for number in range(12)]
    assert heard == [1] * 24
    assert 1 < server.busiest <= 4


def test_sampling_sends_seeds_that_are_the_same_each_time(server, ask):
    views = [View("", "a", ""), View("", "b", "")]

    def seeds(seed):
        server.got.clear()
        ask(views, samples=3, temperature=0.7, seed=seed)
        return sorted(body["seed"] for _, body, _ in server.got)

    first = seeds(1)
    assert len(set(first)) == 6
    assert all(0 <= one < 2**31 for one in first)
    assert seeds(1) == first
    assert not set(seeds(2)) & set(first)


def test_the_key_is_sent_and_a_missing_one_is_told(server, ask, monkeypatch):
    monkeypatch.setenv("SOME_KEY", "secret")
    ask([VIEW], key_variable="SOME_KEY")
    assert server.got[0][2]["Authorization"] == "Bearer secret"
    monkeypatch.delenv("SOME_KEY")
    with pytest.raises(ConfigError, match=r"SOME_KEY that sampler\.key_variable names is not set"):
        ask([VIEW], key_variable="SOME_KEY")


def test_further_fields_are_laid_over_the_request(server, ask):
    ask([VIEW], body={"max_tokens": "null", "max_completion_tokens": "60", "x": '{"thinking": false}', "effort": "low"})
    body = server.got[0][1]
    assert "max_tokens" not in body
    assert (body["max_completion_tokens"], body["x"], body["effort"]) == (60, {"thinking": False}, "low")


def test_the_token_limit_is_truncation_unless_the_document_was_complete(server, ask):
    server.reply = lambda *_: chat("expert: ari", "length")
    assert ask([VIEW])[0][0] == ("expert: ari", True, 7)
    server.reply = lambda *_: chat(f"{TRACE}\n\nAnother question: ", "length")
    assert ask([VIEW])[0][0] == (f"{TRACE}\n\n", False, 7)
    server.reply = lambda *_: chat(f"```yaml\n{TRACE}\n```\nThat is", "length")
    assert ask([VIEW])[0][0] == (f"```yaml\n{TRACE}\n```", False, 7)


def test_the_text_is_cut_where_a_generation_would_have_ended():
    for text in (
        f"{TRACE}\n\nmore\n\nmore",
        f"```\n{TRACE}\n```\n```\nmore\n```",
        f"{TRACE}\n \n\n\n",
        TRACE,
        "",
        "\n\n",
    ):
        cut, ended = until_ended(text)
        assert text.startswith(cut)
        assert ended == document_ended(cut)
        earlier = [end for end in range(len(cut)) if document_ended(text[:end])]
        assert not earlier
        assert ended or cut == text


def test_an_answer_without_text_or_count_is_an_empty_completion(server, ask):
    server.reply = lambda *_: Answer({"choices": [{"message": {"content": None}, "finish_reason": "content_filter"}]})
    assert ask([VIEW]) == [[("", False, 0)]]


def test_a_busy_server_is_asked_again(server, ask, pauses):
    answers = [refusal(429, "slow down", Retry_After="3"), refusal(503, "loading"), chat("late")]
    server.reply = lambda path, body, number: answers[number]
    assert ask([VIEW])[0][0].text == "late"
    assert pauses == [3.0, 1.0]


@pytest.mark.parametrize(
    ("answer", "says", "advises"),
    [
        (refusal(429, "slow down"), r"answered 429: slow down \(3 times\)", "sampler.concurrency"),
        (refusal(500, "worker died"), r"answered 500: worker died \(3 times\)", ""),
        (Answer("<html>\nbusy</html>", 502), r"answered 502: <html> \(3 times\)", ""),
        (Answer("<html>hello</html>"), r"no completion: '<html>hello</html>' \(3 times\)", "OpenAI"),
        (Answer({"answer": 5}), r"no completion: '\{\"answer\": 5\}' \(3 times\)", "OpenAI"),
        (Answer([]), r"no completion: '\[\]' \(3 times\)", "OpenAI"),
        (Answer({"choices": []}), "no completion", "OpenAI"),
        (Answer({"choices": [{"message": {"content": [1]}}]}), "no completion", "OpenAI"),
        (Answer("[" * 100_000), "no completion", "OpenAI"),
    ],
)
def test_a_server_that_stays_out_of_order_ends_it_in_a_sentence(server, ask, pauses, answer, says, advises):
    server.reply = lambda *_: answer
    with pytest.raises(ModelError, match=says) as caught:
        ask([VIEW])
    assert advises in caught.value.hint
    assert "\n" not in str(caught.value)
    assert len(server.got) == 3
    assert pauses == [0.5, 1.0]


@pytest.mark.parametrize(
    ("answer", "says", "advises"),
    [
        (refusal(400, "no system role"), "answered 400: no system role", "system text"),
        (Answer({"detail": "bad token"}, 401), "answered 401: bad token", "sampler.key_variable"),
        (Answer({"error": "no such model"}, 404), "answered 404: no such model", "sampler.model"),
        (Answer({"object": "error", "message": "too long"}, 400), "answered 400: too long", ""),
        (Answer("", 418), "answered 418$", ""),
        (Answer("", 301, {"Location": "http://elsewhere/v1"}), "answered 301", "http://elsewhere/v1"),
    ],
)
def test_a_refusal_is_final(server, ask, answer, says, advises):
    server.reply = lambda *_: answer
    with pytest.raises(ModelError) as caught:
        ask([VIEW])
    assert advises in caught.value.hint
    assert re.search(says, caught.value.message)
    assert len(server.got) == 1


def test_one_refusal_among_many_ends_the_rest(server, ask):
    server.reply = lambda path, body, number: refusal(400, "no") if number == 3 else chat("yes")
    with pytest.raises(ModelError, match="answered 400"):
        ask([View("", str(number), "") for number in range(500)], concurrency=2)
    assert len(server.got) < 500


def test_silence_is_told_with_its_length(server, ask):
    slow = chat("late")
    slow.delay = 0.6
    server.reply = lambda *_: slow
    with pytest.raises(ModelError, match=r"did not answer within 0\.1 seconds \(2 times\)") as caught:
        ask([VIEW], timeout_seconds=0.1, retries=1)
    assert "sampler.timeout_seconds" in caught.value.hint


def test_a_server_that_is_not_there_is_told(server, ask):
    server.http.shutdown()
    server.http.server_close()
    with pytest.raises(ModelError, match="cannot be reached"):
        ask([VIEW])
    with pytest.raises(ModelError, match="cannot be reached"):
        served_model(SamplerConfig(kind="openai", url=server.url))


def test_the_served_model_is_found_or_asked_for(server):
    def found(**keys):
        return served_model(SamplerConfig(kind="openai", url=server.url + "/", **keys))

    assert found() == found(model="small") == "small"
    assert server.got[0][0] == "/v1/models"
    with pytest.raises(ModelError, match="serves no model 'smal'; did you mean 'small'"):
        found(model="smal")
    server.models = ["one", "two"]
    with pytest.raises(ConfigError, match="it serves one, two"):
        found()
    server.models = Answer("nothing here", 404)
    assert found(model="any") == "any"
    with pytest.raises(ConfigError, match="does not list any"):
        found()
    server.models = refusal(401, "no key")
    with pytest.raises(ModelError, match="answered 401: no key"):
        found(model="any")


def test_a_proxy_is_not_asked_for_this_machine(server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert Endpoint(SamplerConfig(kind="openai", url=server.url)).models() == ["small"]


def test_an_error_of_ours_is_not_swallowed():
    def work(index):
        if index == 5:
            raise AssertionError("ours")
        return index

    with pytest.raises(AssertionError, match="ours"):
        dict(in_parallel(work, 50, 3))
    assert dict(in_parallel(lambda index: index * index, 20, 3)) == {index: index * index for index in range(20)}
    assert list(in_parallel(work, 0, 3)) == []


def test_recipes_that_contradict_themselves():
    remote = SamplerConfig(kind="openai", url="http://127.0.0.1:1/v1")
    with pytest.raises(ConfigError, match=r"set sft\.steps=0 rl\.steps=0"):
        Recipe(sampler=remote)
    Recipe(sampler=remote, sft=SftConfig(steps=0), rl=RlConfig(steps=0))
    for url in ("", "localhost:8000", "file:///etc/passwd"):
        with pytest.raises(ConfigError, match="must be an address"):
            SamplerConfig(kind="openai", url=url)
    with pytest.raises(ConfigError, match="must be above 0"):
        SamplerConfig(concurrency=0)
    with pytest.raises(ConfigError, match="must not be negative"):
        SamplerConfig(retries=-1)


RUN = [
    "name=served", "sampler.kind=openai", "sft.steps=0", "rl.steps=0", "data.train=40", "data.dev=5", "eval.limit=5",
    "data.schemas=[arithmetic]", "threads=1",
]  # fmt: skip


def test_a_run_scores_the_model_behind_an_endpoint(server, tmp_path, capsys):
    """The server knows the gold traces of the fresh split and nothing else: the scores say so."""
    (tmp_path / "served.yaml").write_text("name: served\n")
    words = ["run", str(tmp_path / "served.yaml"), *RUN, f"sampler.url={server.url}"]
    recipe = read_config(Recipe, None, [*RUN, f"sampler.url={server.url}"])
    fresh = assemble(recipe.data, recipe.seed, lambda *_: None).splits["fresh"]
    gold = {shown.question: shown.target for shown in (view(problem, recipe.prompt) for problem in fresh)}
    server.reply = lambda path, body, number: chat(gold.get(body["messages"][-1]["content"], "I do not know."))
    out = tmp_path / "run"
    assert main([*words, "--out", str(out)]) == 0, capsys.readouterr().err
    run = reopen(out)
    scores = run.read_json(run.scores)
    assert set(scores) == {"remote"}
    splits = scores["remote"]["splits"]
    assert (splits["fresh"]["n"], splits["fresh"]["correct"]["rate"]) == (5, 1.0)
    assert splits["unseen_schemas"]["correct"]["count"] == 0
    assert run.read_json(run.environment)["served_model"] == "small"
    assert "the endpoint's model" in run.report_markdown.read_text()
    assert not run.models()
    assert main(["compare", str(out), f"{out}:remote"]) == 0
    capsys.readouterr()
    server.reply = lambda *_: chat(DOUBLED)
    assert main(["ask", "Ann has 4 eggs, and as many again. How many?", "--model", str(out)]) == 0
    assert "answer: 8" in capsys.readouterr().out
    assert server.got[-1][1]["messages"][-1]["content"].startswith("Ann has 4 [n1] eggs")
    assert main(["run", "--resume", "--out", str(out)]) == 0


def test_a_run_against_nothing_makes_no_folder(server, tmp_path, capsys):
    (tmp_path / "served.yaml").write_text("name: served\n")
    words = ["run", str(tmp_path / "served.yaml"), *RUN, "sampler.url=http://127.0.0.1:9/v1"]
    assert main([*words, "--out", str(tmp_path / "run")]) == 2
    assert "cannot be reached" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
