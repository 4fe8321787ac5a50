"""The sampler that runs the model in this process: views in, completions out, as `evaluate/sample.py` wants it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tracewright.data.prompt import View
from tracewright.evaluate.sample import Completion
from tracewright.model.decode import decode
from tracewright.model.load import LanguageModel
from tracewright.model.seed import derive


def document_ended(text: str) -> bool:
    """Say whether a generation that has met no stop token is complete all the same.

    It is after the closing fence of a document that began with one, and after a blank line behind a query: no
    canonical trace holds a blank line.
    """
    fence = text.find("```")
    if fence >= 0 and text.find("\n```", fence + 3) >= 0:
        return True
    body = text.rstrip(" ")
    if not body.endswith("\n\n"):
        return False
    last = body.rstrip().rpartition("\n")[2]
    return "op: query" in last or "op: query" in body.rstrip().rpartition("\n- ")[2]


def until_ended(text: str) -> tuple[str, bool]:
    """Cut a text where `document_ended` would have ended its generation; say whether it did.

    For samplers that cannot be stopped from here: they judge by the same rule, after the fact.
    """
    place = text.find("\n")
    while place >= 0:
        for end in (place + 1, place + 4):
            if text[place + 1 : end] in ("", "```") and document_ended(text[:end]):
                return text[:end], True
        place = text.find("\n", place + 1)
    return text, False


@dataclass(frozen=True)
class LocalSampler:
    """Decode with a model of this process."""

    language_model: LanguageModel
    batch: int = 64
    """Completions side by side."""

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
        """Return `samples` completions for each prompt, in order. Each depends on (seed, place, sample) alone."""
        lm = self.language_model
        ids = [lm.encode(View(view.system, view.question, "")).prompt for view in prompts]
        rows = [prompt for prompt in ids for _ in range(samples)]
        seeds = [derive(seed, "sample", place, sample) for place in range(len(ids)) for sample in range(samples)]
        decoded = decode(
            lm, rows, max_new_tokens=max_new_tokens, temperature=temperature, seeds=seeds, batch=self.batch,
            ended=ender(lm), progress=progress,
        )  # fmt: skip
        done = [Completion(lm.text(row.tokens), row.truncated, len(row.tokens)) for row in decoded]
        return [done[place * samples : (place + 1) * samples] for place in range(len(ids))]


def ender(language_model: LanguageModel) -> Callable[[list[int]], bool]:
    """Return `document_ended` on tokens; the text is looked at only after a token with a fence or a line break."""
    known: dict[int, bool] = {}

    def ended(tokens: list[int]) -> bool:
        token = tokens[-1]
        if token not in known:
            text = language_model.tokenizer.decode([token])
            known[token] = "`" in text or "\n" in text
        return known[token] and document_ended(language_model.text(tokens))

    return ended
