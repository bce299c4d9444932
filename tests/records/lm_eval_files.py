"""Writes what lm-eval 0.4.13 writes of a run: samples of `mint_gold_history`, and its results."""

import json

STAMP = "2026-11-24T10-00-00.000001"
TASK = "mint_gold_history"
PROMPT = "Be kind."


def document(talk, t, **changes):
    """The document of one supporter turn of a conversation."""
    turns = talk.turns
    position = talk.scored_turns[t - 1]
    return {
        "id": f"{talk.id}/{t}",
        "conversation": talk.id,
        "t": t,
        "turns": len(talk.scored_turns),
        "language": "en",
        "source": "starter",
        "revision": "sha256-0123456789ab",
        "max_turns": None,
        "has_human": True,
        "system_prompt": PROMPT,
        "messages": [
            {"role": "user" if turn.speaker == "seeker" else "assistant", "content": turn.text}
            for turn in turns[:position]
        ],
        "human": turns[position].text,
        **changes,
    }


def sample(doc, reply, number=0, **generation):
    """One line of the sample file."""
    asked = {"until": [], "do_sample": False, "max_gen_toks": 64, **generation}
    return {
        "doc_id": number,
        "doc": doc,
        "target": doc.get("human", ""),
        "arguments": {"gen_args_0": {"arg_0": "…", "arg_1": asked}},
        "resps": [[reply]],
        "filtered_resps": [reply],
        "filter": "none",
        "metrics": [],
    }


def samples_of(conversations, reply):
    """A sample for each supporter turn; `reply` gives the answer to (conversation, t)."""
    pairs = [(c, t) for c in conversations for t in range(1, len(c.scored_turns) + 1)]
    return [sample(document(c, t), reply(c, t), n) for n, (c, t) in enumerate(pairs)]


def write(folder, samples, *, model="some/model", instruction=None, template="{{ messages }}"):
    """Samples and results beside each other; the path of the samples."""
    path = folder / f"samples_{TASK}_{STAMP}.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in samples), encoding="utf-8")
    results = {
        "results": {TASK: {"empathy_low,none": float("nan")}},  # lm-eval writes NaN
        "configs": {TASK: {}},
        "config": {"model": "hf", "model_args": {"pretrained": model, "dtype": "float32"}},
        "system_instruction": instruction,
        "chat_template": template,
        "date": 1_790_000_000.5,
        "lm_eval_version": "0.4.13",
        "transformers_version": "5.19.0",
    }
    (folder / f"results_{STAMP}.json").write_text(json.dumps(results), encoding="utf-8")
    return path
