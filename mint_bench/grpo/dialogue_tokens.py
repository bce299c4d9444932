"""A whole conversation as tokens: what the model wrote, and what the chat template puts between.

What was generated is kept token by token, never cut anew; around it stands exactly what the
template has there. The mask says which is which.
"""

from collections.abc import Sequence
from typing import Any

from mint_bench.errors import MintError, on_one_line
from mint_bench.grpo.data import ChatMessages, as_messages
from mint_bench.local_models.likelihood import broken_up, special_tokens
from mint_bench.reasoning import holds_reasoning, opens_reasoning, without_reasoning
from mint_bench.replay.chat import ChatLine, without_system
from mint_bench.sentences import visible_text

_PLACE = "\ue000reply\ue001"
"""Stands in the chat template where a reply goes; private characters, in no text."""

_REASONED = "<think>\nb\n</think>\n\nb"
"""A reply with its reasoning."""

Ids = list[int]


class DialogueTokens:
    """The tokens around the model's replies.

    Args:
        tokenizer: Of transformers, with a chat template.
        arguments: Of the chat template.

    Raises:
        MintError: If the template takes no plain conversation.
    """

    def __init__(self, tokenizer: Any, arguments: dict[str, Any]) -> None:  # noqa: ANN401 - untyped
        self.tokenizer, self._arguments = tokenizer, arguments
        self._special = special_tokens(tokenizer)
        if not tokenizer.chat_template:
            raise MintError("model.name: has no chat template; choose a model made for chat")
        if not self.between("a"):
            raise MintError("model.name: its chat template shows no reply; choose another model")
        self._knows_system = self._takes([ChatLine("system", "a"), ChatLine("user", "a")])
        self._opened = self._opened_reasoning()

    def clean(self, text: str) -> str:
        """The text with a space inside whatever the tokenizer would take as a special token."""
        return broken_up(text, self._special)

    def messages(self, lines: Sequence[ChatLine]) -> ChatMessages:
        """A conversation as the chat template takes it, cleaned.

        Where the template knows no system message, its text stands at the head of what the user
        says first, as the bench has it.
        """
        shown = lines if self._knows_system else without_system(lines)
        return as_messages([ChatLine(line.role, self.clean(line.text)) for line in shown])

    def opening(self, messages: ChatMessages) -> Ids:
        """A prompt up to where the model writes."""
        return self._encode(self._render(messages))

    def between(self, line: str) -> Ids:
        """What stands between the end of a reply's words and the beginning of the next reply.

        Args:
            line: What the seeker says there, cleaned.
        """
        talk = [
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": _PLACE},
            {"role": "user", "content": line},
        ]
        before, _, after = self._render(talk).rpartition(_PLACE)
        return self._encode(after) if before else []

    def following(self, reply: Sequence[int], line: str) -> Ids:
        """`between`, without an end of turn that the reply already wrote."""
        bridge = self.between(line)
        return bridge[1:] if reply and bridge and reply[-1] == bridge[0] else bridge

    def text(self, ids: Sequence[int]) -> str:
        """What a seeker sees of generated tokens: no reasoning, whoever opened it."""
        if not self.reasoned(ids):
            return visible_text(self.tokenizer.decode(ids, skip_special_tokens=True))
        outside = without_reasoning(self._opened)
        seen = without_reasoning(self._whole(ids)).removeprefix(outside)
        return visible_text(self._special.sub("", seen) if self._special else seen)

    def reasoned(self, ids: Sequence[int]) -> bool:
        """Whether reasoning is among generated tokens."""
        return holds_reasoning(self._whole(ids))

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""
        if not texts:
            return []
        found = self.tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]
        return [len(ids) for ids in found]

    def as_templated(self) -> bool:
        """Whether a later reply sees an earlier one as it was generated.

        Some templates show earlier replies otherwise, such as without their reasoning, or without
        an empty block of it that was opened for them; training and evaluation then differ a little.
        """
        return self._shown_as_written("b") and self._shown_as_written(_REASONED)

    def _shown_as_written(self, reply: str) -> bool:
        said = [
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": reply},
            {"role": "user", "content": "c"},
        ]
        stitched = [*self.opening(said[:1]), *self._encode(reply), *self.between("c")]
        return stitched == self.opening(said)

    def _opened_reasoning(self) -> str:
        """What the template puts before a reply, if it opens the reply's reasoning there."""
        before = self._render([{"role": "user", "content": _PLACE}]).rpartition(_PLACE)[2]
        return before if opens_reasoning(before) else ""

    def _whole(self, ids: Sequence[int]) -> str:
        """Generated tokens with all special ones, for marks of reasoning may be among them."""
        return self._opened + str(self.tokenizer.decode(ids))

    def _takes(self, lines: Sequence[ChatLine]) -> bool:
        try:
            self._render(as_messages(lines))
        except MintError:
            return False
        return True

    def _render(self, messages: ChatMessages) -> str:
        from jinja2 import TemplateError

        try:
            return str(
                self.tokenizer.apply_chat_template(
                    messages, tokenize=False, add_generation_prompt=True, **self._arguments
                )
            )
        except (TemplateError, ValueError, TypeError, KeyError) as error:
            reason = on_one_line(error)
            raise MintError(
                f"model.name: its chat template takes no such conversation ({reason}); choose "
                "another model"
            ) from None

    def _encode(self, text: str) -> Ids:
        return list(self.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])
