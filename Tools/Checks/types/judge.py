"""Validates the files of a folder by the request and reply types of the packages openai and anthropic."""

import json
import sys
import typing
from pathlib import Path

import anthropic.types
import openai.types.chat
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming, MessageCreateParamsStreaming
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from pydantic import TypeAdapter, ValidationError


def unknown(value, kind, path=""):
    """Names of members that no type at their place has: pydantic lets typed dictionaries have more."""
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if origin in (typing.Required, typing.NotRequired) or str(origin) == "typing.Annotated":
        return unknown(value, arguments[0], path)
    if origin is typing.Union or str(origin) == "<class 'types.UnionType'>":
        found = [unknown(value, one, path) for one in arguments if fits(value, one)]
        return min(found, key=len) if found else []
    if isinstance(value, list) and arguments:
        return [name for place, one in enumerate(value) for name in unknown(one, arguments[0], f"{path}[{place}]")]
    if isinstance(value, dict) and typing.is_typeddict(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        found = [f"{path}.{name}" for name in value if name not in hints]
        for name, member in value.items():
            if name in hints:
                found += unknown(member, hints[name], f"{path}.{name}")
        return found
    return []


def fits(value, kind):
    try:
        TypeAdapter(kind).validate_python(value)
        return True
    except (ValidationError, TypeError):
        return False


def main():
    folder = Path(sys.argv[1])
    judged, wrong = 0, []
    for path in sorted(folder.glob("*.json")):
        value = json.loads(path.read_bytes())
        vendor, what, *rest = path.stem.split("-")
        streamed = "streamed" in rest
        kinds = {
            ("openai", "request"): CompletionCreateParamsStreaming if streamed else CompletionCreateParamsNonStreaming,
            ("anthropic", "request"): MessageCreateParamsStreaming if streamed else MessageCreateParamsNonStreaming,
            ("openai", "reply"): openai.types.chat.ChatCompletion,
            ("anthropic", "reply"): anthropic.types.Message,
            ("openai", "events"): openai.types.chat.ChatCompletionChunk,
            ("anthropic", "events"): anthropic.types.RawMessageStreamEvent,
        }
        kind = kinds[vendor, what]
        for one in value if what == "events" else [value]:
            if what == "events" and one.get("type") == "ping":
                continue
            judged += 1
            try:
                TypeAdapter(kind).validate_python(one)
            except ValidationError as error:
                wrong.append(f"{path.stem}: {error.errors(include_input=False, include_url=False)[:3]}")
            if what == "request":
                wrong += [f"{path.stem}: {name} is in no type" for name in unknown(one, kind)]
    if not judged:
        wrong.append("nothing was written")
    print(f"{judged} bodies and events judged by openai {openai.__version__} and anthropic {anthropic.__version__}")
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)


main()
