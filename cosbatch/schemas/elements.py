"""The kinds of element that documents are made of, on marshmallow: strict, counted in bytes, worded for people.

null is no value of any of them: marshmallow would take it for every field whose default is None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.exceptions import SCHEMA

from cosbatch.model.errors import InvalidRequest, Problem, quoted

# What XML 1.0 cannot carry, not even as a character reference: all but production 2. Said the other way round, as what it
# can carry, this would take 6 ms of each cold start to compile.
_NOT_XML = "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
_DECIMAL = re.compile(r"-?[0-9]{1,20}", re.ASCII)
# More faults than a person reads would only make an answer that is too large to be delivered, and take long to find.
MOST_PROBLEMS = 200


class Element(Schema):
    """A container: its fields stand in the page's order, and nothing else may stand in it.

    `beside` names what a call may hold beside the element's own fields, and is read apart from it.
    """

    beside: tuple[str, ...] = ()

    class Meta:
        unknown = RAISE

    error_messages = {"type": "must be an object"}

    def handle_error(self, error: ValidationError, data: Any, *, many: bool, **_: Any) -> None:
        """Puts the faults in order: the fields, the unknown names as the caller wrote them, the element as a whole.

        marshmallow has unknown names in random order, and takes one that is called `_schema` for the whole element.
        """
        unknown = [name for name in data if name not in self.load_fields] if isinstance(data, Mapping) else []
        if unknown:
            message = f"is not known here; what may stand here: {', '.join([*self.load_fields, *self.beside])}"
            messages = error.messages_dict
            error.messages = {
                **{name: below for name, below in messages.items() if name in self.load_fields},
                **{_step(name): [message] for name in unknown[: MOST_PROBLEMS + 1]},
                SCHEMA: [text for text in messages.get(SCHEMA, ()) if text != self.error_messages["unknown"]],
            }


class Kind:
    """What all kinds have: refusals in words for people, and `about`, by which the JSON Schema says what is meant."""

    default_error_messages: dict[str, str | list[Any] | dict[Any, Any]] = {
        "required": "is required; add it",
        "null": "must not be null; give a value or leave it out",
    }

    def __init__(self, *args: Any, about: str = "", **options: Any) -> None:
        super().__init__(*args, allow_none=False, metadata={"description": about}, **options)  # type: ignore[call-arg]


class Part(Kind, fields.Nested):
    """A container inside another."""


class ListOf(Kind, fields.List[Any]):
    """A plain list; the names that its members have in XML are the renderer's business.

    Its length is checked before its members, and after more faulty members than are shown no others are looked at: a
    call can hold 100,000 of them.
    """

    def __init__(self, inner: fields.Field[Any], minimum: int = 0, maximum: int | None = None, **options: Any) -> None:
        super().__init__(inner, **options)
        self.minimum = minimum
        self.maximum = maximum

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValidationError("must be a list")
        if len(value) < self.minimum:
            raise ValidationError(f"must have {self.minimum} or more members; it has {len(value)}")
        if self.maximum is not None and len(value) > self.maximum:
            raise ValidationError(f"must have at most {self.maximum} members; it has {len(value)}: take some out")
        members: list[Any] = []
        faults: dict[int, Any] = {}
        for index, member in enumerate(value):
            try:
                members.append(self.inner.deserialize(member, **kwargs))
            except ValidationError as error:
                faults[index] = error.messages
                if len(faults) > MOST_PROBLEMS:
                    break
        if faults:
            raise ValidationError(faults)
        return members


class Text(Kind, fields.Field[str]):
    """Text of `minimum` to `maximum` bytes in UTF-8 that XML can carry.

    `form` takes the text and gives it as it is sent, or raises ValidationError; what it gives is measured as well. What
    only refuses a text is marshmallow's `validate`.
    """

    def __init__(
        self, minimum: int = 0, maximum: int | None = None, form: Callable[[str], str] = str, **options: Any
    ) -> None:
        super().__init__(**options)
        self.minimum = minimum
        self.maximum = maximum
        self.form = form

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("must be text")
        self._measure(value)
        sent = self.form(value)
        if sent != value:
            self._measure(sent)
        return sent

    def _measure(self, value: str) -> None:
        faults: list[str] = []
        if not value.isprintable() and (found := re.search(_NOT_XML, value)):
            place = f"character U+{ord(found[0]):04X} at position {found.start() + 1}"
            faults.append(f"{place} cannot be in XML 1.0; take it out")
        size = len(value) if value.isascii() else len(value.encode(errors="surrogatepass"))
        if size < self.minimum:
            faults.append(f"must have {self.minimum} or more bytes; it has {size}" if size else "must not be empty")
        if self.maximum is not None and size > self.maximum:
            faults.append(f"must have at most {self.maximum} bytes in UTF-8; it has {size}: shorten it")
        if faults:
            raise ValidationError(faults)


class Choice(Text):
    """One of a few words; `synonyms` are words that older pages use for one of them."""

    def __init__(self, *words: str, synonyms: Mapping[str, str] | None = None, **options: Any) -> None:
        super().__init__(form=self.word, **options)
        self.words = words
        self.synonyms = dict(synonyms or {})

    def word(self, text: str) -> str:
        word = self.synonyms.get(text, text)
        if word not in self.words:
            raise ValidationError(f"must be one of {', '.join(self.words)}")
        return word


class Number(Kind, fields.Field[int]):
    """A whole number from `minimum` to `maximum`; a decimal string is taken too, nothing looser."""

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


class Flag(Kind, fields.Field[bool]):
    """true or false, as JSON or as the words of the wire."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if isinstance(value, str):
            value = {"true": True, "false": False}.get(value)
        if not isinstance(value, bool):
            raise ValidationError("must be true or false")
        return value


class Nothing(Kind, fields.Field[dict[str, Any]]):
    """An element whose presence is all that it says: {}."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if value != {}:
            raise ValidationError("is an empty element; write {}")
        return {}


def load(schema: Schema, value: Any, message: str) -> dict[str, Any]:
    """The normalised document. Raises InvalidRequest with all faults (the first 200), each with its JSON pointer."""
    try:
        loaded: dict[str, Any] = schema.load(value)
    except ValidationError as error:
        problems = [*islice(problems_of(error.messages), MOST_PROBLEMS + 1)]
        if len(problems) > MOST_PROBLEMS:
            problems[MOST_PROBLEMS] = Problem("", "has more faults; fix the ones above first")
        raise InvalidRequest(message, problems) from None
    return loaded


def problems_of(messages: Mapping[Any, Any] | Sequence[str], pointer: str = "") -> Iterator[Problem]:
    """marshmallow's tree of messages, flat, each with its JSON pointer.

    A key of the tree is the name of a field, the index of a member, or the pointer's own next step (`/name`).
    """
    if isinstance(messages, Mapping):
        for key, below in messages.items():
            step = "" if key == SCHEMA else f"/{str(key).removeprefix('/')}"
            yield from problems_of(below, pointer + step)
    else:
        for text in messages:
            yield Problem(pointer, text)


def _step(name: object) -> str:
    """One step of a JSON pointer; half of a surrogate pair, which no answer could carry, is written as an escape."""
    text = quoted(str(name)).encode(errors="backslashreplace").decode()
    return "/" + text.replace("~", "~0").replace("/", "~1")
