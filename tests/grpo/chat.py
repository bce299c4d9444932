"""Tokenizers in the manner of real chat models: byte-level BPE, with their own templates."""

from importlib.resources import files

from tests.grpo.talks import SEEKER_LINES, SUPPORTER_LINES

SMOLLM2 = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face"
    "<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + "
    "'<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}"
    "{% endif %}"
)
"""The embedded model's template."""

SPECIAL = {
    "smollm2": ("<|im_end|>", "<|im_end|>", "<|im_start|>", "<|endoftext|>"),
    "qwen3": ("<|im_end|>", "<|im_end|>", "<|im_start|>", "<|endoftext|>"),
    "gemma": ("<end_of_turn>", "<eos>", "<bos>", "<start_of_turn>"),
    "deepseek_r1_distill": (
        "<｜end▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜begin▁of▁sentence｜>", "<｜User｜>",
        "<｜Assistant｜>",
    ),
}  # fmt: skip
"""By model: what ends a turn, what ends a text, what begins one, and more."""


def template_of(model):
    """The chat template of a model: TRL brings those of many."""
    if model == "smollm2":
        return SMOLLM2
    return (files("trl") / "chat_templates" / f"{model}.jinja").read_text(encoding="utf-8")


def tokenizer_of(model, special_marks=()):
    """A tokenizer of some hundred tokens with a model's template and special tokens.

    Args:
        model: One of `SPECIAL`.
        special_marks: More special tokens.
    """
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator([*SEEKER_LINES, *SUPPORTER_LINES], trainer)
    special = dict.fromkeys((*SPECIAL[model], *special_marks))
    tokenizer.add_special_tokens([AddedToken(one, normalized=False) for one in special])
    _, end, begin, *_ = SPECIAL[model]
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=begin, eos_token=end, pad_token=end
    )
    fast.chat_template = template_of(model)
    return fast
