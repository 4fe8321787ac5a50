"""Two steps of TRL's GRPO on the tiny model, with our problems and our judge.

    python examples/grpo_trl.py [--steps 2]

The tiny model is fresh, so its rewards are near 0; name a trained folder with --model to see them move. For a real
run: more steps, a GPU, use_vllm=True. Needs pip install 'tracewright[trl]'.
"""

import argparse
import tempfile

from trl import GRPOConfig, GRPOTrainer

from tracewright.adapters.trl import for_trl, questions, reward_function
from tracewright.data.generate import problems
from tracewright.data.prompt import view
from tracewright.model.load import load
from tracewright.recipe import DataConfig, ModelConfig, PromptConfig


def main() -> None:
    """Take the steps and print the mean reward of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="tiny", help="tiny, a folder or a hub id (tiny)")
    parser.add_argument("--steps", type=int, default=2, help="optimizer steps (2)")
    options = parser.parse_args()
    prompt = PromptConfig(numbers="masked", mask_names=True, system="none")
    train = list(problems(DataConfig(), 64, 0, "train"))
    texts = [text for problem in train for text in view(problem, prompt)]
    language_model = load(ModelConfig(id=options.model, device="cpu"), prompt, texts=texts)
    with tempfile.TemporaryDirectory() as folder:
        settings = GRPOConfig(
            output_dir=folder,
            max_steps=options.steps,
            per_device_train_batch_size=8,
            num_generations=4,
            max_completion_length=48,
            learning_rate=1e-5,
            logging_steps=1,
            save_strategy="no",
            report_to="none",
            use_cpu=True,
            bf16=False,
        )
        trainer = GRPOTrainer(
            model=for_trl(language_model),
            processing_class=language_model.tokenizer,
            train_dataset=questions(language_model, train, prompt),
            reward_funcs=reward_function(language_model, prompt),
            args=settings,
        )
        trainer.train()
    for row in trainer.state.log_history:
        if "reward" in row:
            print(f"step {row['step']}: reward {row['reward']:.3f}, tokens {row['completions/mean_length']:.1f}")


if __name__ == "__main__":
    main()
