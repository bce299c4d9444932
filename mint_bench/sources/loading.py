"""Loads a source by what the user typed: finds its file, reads it, says what pins it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mint_bench.conversation import Conversation
from mint_bench.errors import MintError
from mint_bench.resources import ids_sha, sha256_file
from mint_bench.sources.catalogue import SOURCES, Origin, SourceCard, user_card
from mint_bench.sources.esconv import read_esconv, read_esconv_failed
from mint_bench.sources.fetch import fetch
from mint_bench.sources.lend_an_ear import read_lend_an_ear
from mint_bench.sources.mint_train import read_mint_train
from mint_bench.sources.profiles import read_profiles, read_sage
from mint_bench.sources.transcripts import read_transcripts

_USER_PREFIX = "file:"


@dataclass(frozen=True, slots=True)
class Source:
    """Conversations with what is known of them.

    Attributes:
        name: What was typed: `lend_an_ear`, `esconv:test`, `file:talks.jsonl`.
        card: Licence, citation, counts and the rest. Its counts are those of the whole source,
            not of a split.
        revision: What pins the text; equal on every machine for equal text.
        conversations: In the source's order.
        ids_sha: First 12 hexadecimal characters of a hash over the conversations' ids.
    """

    name: str
    card: SourceCard
    revision: str
    conversations: tuple[Conversation, ...]
    ids_sha: str


def names() -> tuple[str, ...]:
    """The named sources, the default first; splits are written `esconv:test`."""
    return tuple(SOURCES)


def card_of(spec: str) -> tuple[SourceCard, str | None]:
    """The card that a spec names, and the split, None for the whole source.

    Raises:
        MintError: If there is no such source or split; the message lists what there is.
    """
    name, _, split = spec.partition(":")
    if name not in SOURCES:
        hint = f" (a file of your own is written {_USER_PREFIX}{spec})" if _is_file(spec) else ""
        raise MintError(
            f"unknown source {spec[:80]!r}{hint}; known: {', '.join(names())}, {_USER_PREFIX}PATH"
        )
    if ":" in spec:
        SOURCES[name].split(split)
        return SOURCES[name], split
    return SOURCES[name], None


def resolve(spec: str) -> Path:
    """The verified file of a source, downloaded if it must be.

    Raises:
        MintError: If there is no such source, or its file cannot be had or is altered.
    """
    if spec.startswith(_USER_PREFIX):
        return _user_path(spec)
    return fetch(card_of(spec)[0])


def load(spec: str) -> Source:
    """The conversations of a named source, of one of its splits, or of a file.

    Args:
        spec: A name of `names()`, `esconv:train`, `esconv:valid`, `esconv:test`, or `file:PATH`.

    Raises:
        MintError: If the source is unknown, its file cannot be had, is altered or malformed.
    """
    if spec.startswith(_USER_PREFIX):
        return _load_file(spec)
    card, split = card_of(spec)
    if card.profiles:
        raise MintError(
            f"source {card.name} holds profiles of people, and no conversation; "
            "it is for seeker=persona"
        )
    return _named(spec, card, split)


def load_profiles(spec: str) -> Source:
    """What personas are made of: conversations with what is known of their seekers, or profiles.

    Args:
        spec: As `load` takes it, `sage`, or `file:PATH` of a YAML file of profiles.

    Raises:
        MintError: As `load` does.
    """
    if spec.startswith(_USER_PREFIX) and _user_path(spec).suffix in {".yaml", ".yml"}:
        return _load_file(spec, read_profiles)
    if spec.startswith(_USER_PREFIX):
        return _load_file(spec)
    return _named(spec, *card_of(spec))


def _named(spec: str, card: SourceCard, split: str | None) -> Source:
    path = fetch(card)
    conversations = _read(card.name, path, split)
    return Source(
        spec, card, pinned_revision(card), conversations, ids_sha(c.id for c in conversations)
    )


def pinned_revision(card: SourceCard) -> str:
    """What a named source's conversations are pinned to: a commit, or its file's own hash."""
    return _file_revision(fetch(card)) if card.origin is Origin.SHIPPED else card.revision


def _read(name: str, path: Path, split: str | None) -> tuple[Conversation, ...]:
    match name:
        case "lend_an_ear":
            return read_lend_an_ear(path)
        case "mint_train":
            return read_mint_train(path)
        case "esconv":
            return read_esconv(path, split)
        case "esconv_failed":
            return read_esconv_failed(path)
        case "starter":
            return read_transcripts(path)
        case "sage":
            return read_sage(path)
    msg = f"source {name} has a card but no reader"
    raise ValueError(msg)


def _load_file(
    spec: str, read: Callable[[Path], tuple[Conversation, ...]] = read_transcripts
) -> Source:
    path = _user_path(spec)
    conversations = read(path)
    scored = sum(len(conversation.scored_turns) for conversation in conversations)
    card = user_card(spec, _file_revision(path), len(conversations), scored)
    return Source(spec, card, card.revision, conversations, ids_sha(c.id for c in conversations))


def _user_path(spec: str) -> Path:
    name = spec.removeprefix(_USER_PREFIX)
    if not name:
        raise MintError(f"{spec}: no path; write {_USER_PREFIX}PATH")
    try:
        path = Path(name).expanduser()
        there = path.exists()
    except (RuntimeError, OSError):  # a user whom nobody knows; a name that no file can have
        path, there = Path(name), False
    if not there:
        raise MintError(f"{path}: no such file")
    return path


def _file_revision(path: Path) -> str:
    return f"sha256-{sha256_file(path)[:12]}"


def _is_file(spec: str) -> bool:
    try:
        return Path(spec).is_file()
    except (OSError, ValueError):
        return False
