import pytest
import torch

from tracewright.model.load import Encoded
from tracewright.train.check import encode_examples
from tracewright.train.loss import collate, completion_logits, row_sums, token_kl, token_losses, token_terms

CPU = torch.device("cpu")


@pytest.fixture
def examples(fresh, problems, recipe):
    model = fresh()
    return model, encode_examples(model, problems[:7], recipe.prompt, max_length=1000)


def test_a_batch_is_laid_out_by_hand():
    batch = collate([Encoded([5, 6], [7]), Encoded([8], [9, 10, 11])], 0, CPU)
    assert batch.ids.tolist() == [[5, 6, 7, 0], [8, 9, 10, 11]]
    assert batch.picks.tolist() == [1, 4, 5, 6]
    assert batch.labels.tolist() == [7, 9, 10, 11]
    assert batch.rows.tolist() == [0, 1, 1, 1]
    assert row_sums(torch.tensor([1.0, 2.0, 3.0, 4.0]), batch).tolist() == [1.0, 9.0]


def test_neighbours_and_padding_do_not_change_an_examples_loss(examples):
    model, items = examples
    head = model.model.get_output_embeddings()
    long = Encoded(items[0].prompt * 4, items[0].target)
    together = collate([*items, long], model.pad, CPU)
    losses = token_losses(completion_logits(model.model, head, together), together.labels)
    for row, item in enumerate(items):
        alone = collate([item], model.pad, CPU)
        expected = token_losses(completion_logits(model.model, head, alone), alone.labels)
        torch.testing.assert_close(losses[together.rows == row], expected, rtol=1e-5, atol=1e-5)


def test_picked_logits_are_the_whole_ones(examples):
    model, items = examples
    batch = collate(items, model.pad, CPU)
    picked = completion_logits(model.model, model.model.get_output_embeddings(), batch)
    whole = model.model(batch.ids).logits
    torch.testing.assert_close(picked, whole.flatten(0, 1)[batch.picks])
    assert whole.shape[:2] == batch.ids.shape  # the hook is gone


def test_the_stop_token_is_in_the_loss_and_the_prompt_is_not(examples):
    model, items = examples
    batch = collate(items, model.pad, CPU)
    assert len(batch.labels) == sum(len(item.target) for item in items)
    assert int((batch.labels == model.stop).sum()) == len(items)
    logits = completion_logits(model.model, model.model.get_output_embeddings(), batch)
    token_losses(logits, batch.labels).sum().backward()
    gradient = model.model.get_output_embeddings().weight.grad
    assert float(gradient[model.stop].norm()) > 0


def test_terms_at_a_temperature_against_plain_softmax():
    logits = torch.tensor([[2.0, 0.0, -1.0], [0.5, 0.5, 0.5]])
    terms = token_terms(logits, torch.tensor([0, 2]), 0.5)
    chances = torch.softmax(logits / 0.5, -1)
    torch.testing.assert_close(terms.logp, chances[[0, 1], [0, 2]].log())
    torch.testing.assert_close(terms.entropy, -(chances * chances.log()).sum(-1))
    assert float(terms.entropy[1]) == pytest.approx(torch.tensor(3.0).log().item())


def test_kl_against_the_definition():
    left, right = torch.randn(4, 9, generator=torch.Generator().manual_seed(0)), torch.zeros(4, 9)
    p, q = torch.softmax(left / 2, -1), torch.softmax(right / 2, -1)
    torch.testing.assert_close(token_kl(left, right, 2.0), (p * (p / q).log()).sum(-1))
    torch.testing.assert_close(token_kl(left, left, 2.0), torch.zeros(4))
