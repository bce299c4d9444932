"""A chat model of words, built in a moment: whatever it draws at random looks like English."""

CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|> {{ message.role }} "
    "{{ message.content | trim }} <|im_end|> {% endfor %}"
    "{% if add_generation_prompt %}<|im_start|> assistant {% endif %}"
)
WORDS = [
    "system",
    "user",
    "assistant",
    "I",
    "you",
    "your",
    "it",
    "the",
    "a",
    "and",
    "that",
    "this",
    "what",
    "when",
    "how",
    "why",
    "did",
    "do",
    "is",
    "was",
    "are",
    "feel",
    "felt",
    "sounds",
    "hear",
    "hard",
    "painful",
    "scared",
    "sad",
    "makes",
    "sense",
    "could",
    "try",
    "call",
    "talk",
    "tell",
    "me",
    "more",
    "about",
    "sorry",
    "understand",
    "brother",
    "landlord",
    "lease",
    "union",
    "tomorrow",
    "sleep",
    "happened",
    "said",
    "keep",
    "going",
    "strong",
    "can",
    "will",
    "be",
    "okay",
    "because",
    "people",
    "often",
    "know",
    "think",
    "of",
    "to",
    "in",
    "on",
    "with",
    "for",
    ".",
    "?",
    ",",
    "!",
]


def build(folder, positions=512, hidden=32, seed=7):
    """Write a Llama of 2 layers that knows these words and no other; return the folder."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    vocabulary = {word: place for place, word in enumerate(["<unk>", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<|im_start|>", eos_token="<|im_end|>",
        unk_token="<unk>", pad_token="<|pad|>",
    )  # fmt: skip
    fast.chat_template = CHAT_TEMPLATE
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(fast), hidden_size=hidden, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=positions,
        bos_token_id=fast.bos_token_id, eos_token_id=fast.eos_token_id,
        pad_token_id=fast.pad_token_id,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder
