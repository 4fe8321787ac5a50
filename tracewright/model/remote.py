"""The sampler that asks an endpoint: any server that speaks OpenAI's protocol, on this machine or far away.

    prompt.style    what is asked
    chat, auto      POST url/chat/completions with the system text and the question as messages
    raw             POST url/completions with the plain text of `data/prompt.py`

It needs the standard library alone. Each completion is one request, several under way at once. Requests that fail for a
passing reason (busy, out of order, silent, garbled) are sent again after a growing pause; any other failure, or one too
many, ends the sampling with one sentence: a problem without a completion is an error, never a wrong answer.

A greedy request carries no seed; a sampled one carries its own, so the same request gets the same completion wherever
the server keeps that promise. `finish_reason` "length" is truncated, but for a document that was complete before.
Not covered: streaming, prompts as token ids, and endpoints that answer with a redirection (the key must not follow it).
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Any, NamedTuple, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from tracewright.data.prompt import View
from tracewright.errors import ConfigError, ModelError, TracewrightError, nearest
from tracewright.evaluate.sample import Completion
from tracewright.model.sampler import until_ended
from tracewright.model.seed import derive
from tracewright.recipe import PromptConfig, SamplerConfig

T = TypeVar("T")

PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Statuses after which the same request may well succeed."""
LONGEST_PAUSE_SECONDS = 60.0
CHECK_SECONDS = 30.0
"""The endpoint's list of models comes at once, or something is wrong."""
SEED_BITS = 31
"""More than some servers read."""


class _Trouble(NamedTuple):
    """Why one attempt gave no answer."""

    error: TracewrightError
    passing: bool
    pause_seconds: float = 0.0
    """How long the server asked to be left alone."""


class Endpoint:
    """An address with its key: asks, asks again, and says in one sentence why there is no answer."""

    def __init__(self, config: SamplerConfig, sleep: Callable[[float], None] = time.sleep) -> None:
        """`sleep` waits between attempts.

        Raises:
            ConfigError: the environment variable that should hold the key is not set.
        """
        self.config = config
        self.url = config.url.rstrip("/")
        self._sleep = sleep
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if config.key_variable:
            key = os.environ.get(config.key_variable, "").strip()
            if not key:
                raise ConfigError(
                    f"the environment variable {config.key_variable} that sampler.key_variable names is not set",
                    f"export {config.key_variable}=...",
                )
            self._headers["Authorization"] = f"Bearer {key}"

    def models(self) -> list[str] | None:
        """Return the names of the models that the endpoint serves; None where it does not say.

        Raises:
            ModelError: nothing is there, or the key is refused.
        """
        answer = self._attempt("models", None, min(CHECK_SECONDS, self.config.timeout_seconds))
        if not isinstance(answer, _Trouble):
            try:
                return [str(item["id"]) for item in answer["data"]]
            except (KeyError, TypeError):
                return None
        status = getattr(answer.error.__cause__, "code", None)
        if status in (401, 403) or status is None:
            raise answer.error
        return None

    def ask(self, path: str, body: dict[str, Any], read: Callable[[Any], T]) -> T:
        """Post a request and read its answer; send it again while the trouble is a passing one.

        Raises:
            ModelError: there is no answer.
        """
        tries = self.config.retries + 1
        for attempt in range(tries):
            answer = self._attempt(path, body, self.config.timeout_seconds)
            if not isinstance(answer, _Trouble):
                try:
                    return read(answer)
                except (KeyError, IndexError, TypeError, AttributeError):
                    answer = self._garbled(json.dumps(answer))
            if not answer.passing:
                raise answer.error
            if attempt + 1 < tries:
                self._sleep(min(LONGEST_PAUSE_SECONDS, max(answer.pause_seconds, 0.5 * 2**attempt)))
        times = f" ({tries} times)" if tries > 1 else ""
        raise ModelError(answer.error.message + times, answer.error.hint)

    def _attempt(self, path: str, body: dict[str, Any] | None, timeout: float) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/{path}", data, self._headers)
        try:
            with _opener(self.url).open(request, timeout=timeout) as response:
                text = response.read().decode("utf-8", "replace")
        except HTTPError as error:
            with error:
                return self._refused(error)
        except (OSError, HTTPException) as error:
            return self._unreached(error, timeout)
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return self._garbled(text)

    def _refused(self, error: HTTPError) -> _Trouble:
        said = _message(error.read().decode("utf-8", "replace"))
        hint = {
            400: "a system text, a field of sampler.body or the token limit may not suit this model",
            401: "name the variable that holds the key in sampler.key_variable",
            403: "name the variable that holds the key in sampler.key_variable",
            404: "check sampler.url (it ends with the version, as /v1), sampler.model and prompt.style",
            429: "lower sampler.concurrency, or come back later",
        }.get(error.code, "")
        if 300 <= error.code < 400:
            hint = f"set sampler.url to where it points: {error.headers.get('Location', 'it does not say')}"
        wrapped = ModelError(f"the endpoint {self.url} answered {error.code}{f': {said}' if said else ''}", hint)
        wrapped.__cause__ = error
        return _Trouble(wrapped, error.code in PASSING, _seconds(error.headers.get("Retry-After", "")))

    def _unreached(self, error: Exception, timeout: float) -> _Trouble:
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, TimeoutError):
            what = f"the endpoint {self.url} did not answer within {timeout:g} seconds"
            return _Trouble(ModelError(what, "raise sampler.timeout_seconds, or lower sampler.concurrency"), True)
        why = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        what = f"the endpoint {self.url} cannot be reached ({_first_line(why)})"
        return _Trouble(ModelError(what, "start the server, or check sampler.url"), True)

    def _garbled(self, text: str) -> _Trouble:
        what = f"the endpoint {self.url} answered with something that is no completion: {_first_line(text)!r}"
        return _Trouble(ModelError(what, "check that sampler.url speaks OpenAI's protocol"), True)


def served_model(config: SamplerConfig) -> str:
    """Return the endpoint's name for the model that is asked, before anything else is done: mistakes cost seconds.

    Raises:
        ConfigError: the key is not set, or the endpoint serves several models and none is named.
        ModelError: nothing is there, the key is refused, or it has no such model.
    """
    known = Endpoint(config).models()
    if config.model:
        if known and config.model not in known:
            hint = nearest(config.model, known) or f"it serves {', '.join(known[:5])}"
            raise ModelError(f"the endpoint {config.url} serves no model {config.model!r}", hint)
        return config.model
    if known is None or len(known) != 1:
        listed = f"it serves {', '.join(known[:5])}" if known else "it does not list any"
        raise ConfigError(f"sampler.model must name the model of {config.url}", listed)
    return known[0]


@dataclass(frozen=True)
class RemoteSampler:
    """Let the model behind an endpoint write the completions."""

    config: SamplerConfig
    prompt: PromptConfig
    model: str
    """The endpoint's name for it, from `served_model`."""
    sleep: Callable[[float], None] = time.sleep
    """Waits between attempts."""

    def __call__(
        self,
        prompts: Sequence[View],
        *,
        samples: int = 1,
        max_new_tokens: int,
        temperature: float,
        seed: int,
        progress: Callable[[int], None] | None = None,
    ) -> list[list[Completion]]:
        """Return `samples` completions for each prompt, in order.

        Raises:
            ConfigError: the key is not set.
            ModelError: a request got no answer.
        """
        endpoint = Endpoint(self.config, self.sleep)
        chat = self.prompt.style != "raw"
        path, read = ("chat/completions", _read_chat) if chat else ("completions", _read_text)

        def complete(index: int) -> Completion:
            place, sample = divmod(index, samples)
            body = self._body(prompts[place], chat) | {"max_tokens": max_new_tokens, "temperature": temperature}
            if temperature > 0:
                body["seed"] = derive(seed, "sample", place, sample) % (1 << SEED_BITS)
            return endpoint.ask(path, self._with_extras(body), read)

        done: list[Completion | None] = [None] * (samples * len(prompts))
        for index, completion in in_parallel(complete, len(done), self.config.concurrency):
            done[index] = completion
            if progress:
                progress(1)
        whole = [item for item in done if item is not None]
        return [whole[place * samples : (place + 1) * samples] for place in range(len(prompts))]

    def _body(self, view: View, chat: bool) -> dict[str, Any]:
        if not chat:
            text = "".join(f"{part}\n\n" for part in (view.system, view.question) if part)
            return {"model": self.model, "prompt": text}
        messages = [{"role": "system", "content": view.system}] if view.system else []
        return {"model": self.model, "messages": [*messages, {"role": "user", "content": view.question}]}

    def _with_extras(self, body: dict[str, Any]) -> dict[str, Any]:
        for key, text in self.config.body.items():
            try:
                body[key] = json.loads(text)
            except ValueError:
                body[key] = text
        return {key: value for key, value in body.items() if value is not None}


def in_parallel(work: Callable[[int], T], count: int, workers: int) -> Iterator[tuple[int, T]]:
    """Do the work of the indices below `count` on several threads; yield (index, result) as they come.

    The first error is raised here and ends the rest. The threads never keep the interpreter from ending.
    """
    todo, lock, over = iter(range(count)), Lock(), Event()
    done: SimpleQueue[tuple[int, T | None, BaseException | None]] = SimpleQueue()

    def serve() -> None:
        while not over.is_set():
            with lock:
                index = next(todo, None)
            if index is None:
                return
            try:
                done.put((index, work(index), None))
            except BaseException as error:  # noqa: BLE001 - it is raised again by the thread that waits
                done.put((index, None, error))

    for _ in range(min(workers, count)):
        Thread(target=serve, daemon=True).start()
    try:
        for _ in range(count):
            index, result, error = done.get()
            if error is not None:
                raise error
            yield index, result  # type: ignore[misc]
    finally:
        over.set()


def _read_chat(answer: Any) -> Completion:
    return _completion(answer, answer["choices"][0]["message"]["content"])


def _read_text(answer: Any) -> Completion:
    return _completion(answer, answer["choices"][0]["text"])


def _completion(answer: Any, text: str | None) -> Completion:
    """Make a completion of an answer. Its tokens are 0 where the endpoint does not count them."""
    text, ended = until_ended(text or "")
    tokens = (answer.get("usage") or {}).get("completion_tokens") or 0
    return Completion(text, answer["choices"][0].get("finish_reason") == "length" and not ended, int(tokens))


class _NoRedirection(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow nothing: the key would go along, and a POST would become a GET."""
        return


def _opener(url: str) -> OpenerDirector:
    """Return what opens addresses; a proxy is asked for other machines only."""
    here = urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")
    return build_opener(_NoRedirection, *([ProxyHandler({})] if here else []))


def _message(text: str) -> str:
    """Take the sentence out of an error answer, in any of the forms that servers use."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return _first_line(text)
    for key in ("error", "message", "detail"):
        if isinstance(found, dict) and key in found:
            found = found[key]
    return _first_line(found if isinstance(found, str) else json.dumps(found))


def _first_line(text: str) -> str:
    return (text.strip().split("\n")[0])[:160]


def _seconds(text: str) -> float:
    """Read a Retry-After header in its form of seconds; its form of a date counts as none."""
    try:
        return max(0.0, float(text))
    except ValueError:
        return 0.0
