"""The kinds of element that documents are made of, on marshmallow: strict, counted in bytes, worded for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from cosbatch.errors import InvalidRequest, Problem

# What XML 1.0 cannot carry, not even as a character reference (XML 1.0, production 2).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECIMAL = re.compile(r"-?[0-9]{1,20}", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


# In words for a person what marshmallow says for a programmer.
_WORDS: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "is required; add it",
    "null": "must not be null; give a value or leave it out",
    "invalid": "must be a list",
    "type": "must be an object",
}


class Element(Schema):
    """A container: its fields stand in the page's order, and nothing else may stand in it."""

    class Meta:
        unknown = RAISE

    error_messages = {"type": "must be an object"}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.error_messages["unknown"] = f"is not known here; what may stand here: {', '.join(self.fields)}"


class Part(fields.Nested):
    """A container inside another."""

    default_error_messages = _WORDS


class Several(fields.List[Any]):
    """A plain list; the names that its members have in XML are the renderer's business."""

    default_error_messages = _WORDS

    def __init__(self, inner: fields.Field[Any], minimum: int = 0, maximum: int | None = None, **options: Any) -> None:
        super().__init__(inner, **options)
        self.minimum = minimum
        self.maximum = maximum

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if len(value) < self.minimum:
            raise ValidationError(f"must have at least {self.minimum} members")
        if self.maximum is not None and len(value) > self.maximum:
            raise ValidationError(f"must have at most {self.maximum} members; it has {len(value)}")
        return super()._deserialize(value, attr, data, **kwargs)


class Text(fields.Field[str]):
    """Text of `minimum` to `maximum` bytes in UTF-8 that XML can carry and `form` takes (it raises ValidationError)."""

    default_error_messages = _WORDS

    def __init__(
        self,
        minimum: int = 0,
        maximum: int | None = None,
        form: Callable[[str], str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.minimum = minimum
        self.maximum = maximum
        self.form = form

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("must be text")
        self._check_characters(value)
        self._check_length(len(value.encode()))
        return self.form(value) if self.form else value

    def _check_characters(self, value: str) -> None:
        found = _NOT_XML.search(value)
        if found:
            raise ValidationError(
                f"character U+{ord(found[0]):04X} at position {found.start() + 1} cannot stand in XML 1.0; take it out"
            )

    def _check_length(self, size: int) -> None:
        if size < self.minimum:
            raise ValidationError(f"must have at least {self.minimum} bytes; it has {size}")
        if self.maximum is not None and size > self.maximum:
            raise ValidationError(f"must have at most {self.maximum} bytes in UTF-8; it has {size}: shorten it")


class Choice(Text):
    """One of a few words; `synonyms` are words that older pages use for one of them."""

    def __init__(self, *words: str, synonyms: Mapping[str, str] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.words = words
        self.synonyms = dict(synonyms or {})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        word = super()._deserialize(value, attr, data, **kwargs)
        word = self.synonyms.get(word, word)
        if word not in self.words:
            raise ValidationError(f"must be one of {', '.join(self.words)}")
        return word


class Number(fields.Field[int]):
    """A whole number from `minimum` to `maximum`; a decimal string is taken too, nothing looser."""

    default_error_messages = _WORDS

    def __init__(self, minimum: int, maximum: int, **options: Any) -> None:
        super().__init__(**options)
        self.minimum = minimum
        self.maximum = maximum

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, str) and _DECIMAL.fullmatch(value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not self.minimum <= value <= self.maximum:
            raise ValidationError(f"must be a whole number from {self.minimum} to {self.maximum}")
        return value


class Flag(fields.Field[bool]):
    """true or false, as JSON or as the words of the wire."""

    default_error_messages = _WORDS

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if isinstance(value, bool):
            return value
        if not isinstance(value, str) or value not in _BOOLEANS:
            raise ValidationError("must be true or false")
        return _BOOLEANS[value]


class Nothing(fields.Field[dict[str, Any]]):
    """An element whose presence is all that it says: {} or null."""

    default_error_messages = _WORDS

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_none=True, **options)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        return super().deserialize({} if value is None else value, attr, data, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if value != {}:
            raise ValidationError("is an empty element; write {}")
        return {}


def load(schema: Schema, value: object, message: str) -> dict[str, Any]:
    """The normalised document. Raises InvalidRequest with every fault, each with its JSON pointer."""
    try:
        loaded: dict[str, Any] = schema.load(value)  # type: ignore[arg-type]  # marshmallow itself says what is no object
    except ValidationError as error:
        raise InvalidRequest(message, problems_of(error.messages)) from None
    return loaded


def problems_of(messages: object, pointer: str = "") -> list[Problem]:
    """marshmallow's tree of messages, flat, each with its JSON pointer."""
    if isinstance(messages, Mapping):
        branches = [(_step(pointer, name), below) for name, below in messages.items()]
        return [problem for path, below in branches for problem in problems_of(below, path)]
    texts: Sequence[object] = messages if isinstance(messages, list) else [messages]
    return [Problem(pointer, str(text)) for text in texts]


def _step(pointer: str, name: object) -> str:
    if name == "_schema":
        return pointer
    escaped = str(name).replace("~", "~0").replace("/", "~1")
    return f"{pointer}/{escaped}"
