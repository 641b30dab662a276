"""The kinds of element that documents are made of, on marshmallow: strict, counted in bytes, worded for people."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, cached_property
from typing import Any, TypeVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing, validates_schema
from marshmallow.exceptions import SCHEMA
from marshmallow.schema import SchemaMeta

from cosbatch.model.errors import InvalidRequest, Problem

T = TypeVar("T")

# What XML 1.0 cannot carry, not even as a character reference: all but production 2. Said the other way round, as what it
# can carry, this would take 6 ms of each cold start to compile.
_NOT_XML = "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
_DECIMAL = re.compile(r"-?[0-9]{1,20}", re.ASCII)
_BOOLEANS = {"true": True, "false": False}
# More faults than a person reads would only make an answer that is too large to be delivered.
MOST_PROBLEMS = 200

# In words for a person what marshmallow says for a programmer.
_WORDS: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "is required; add it",
    "null": "must not be null; give a value or leave it out",
    "invalid": "must be a list",
    "type": "must be an object",
}


def about(text: str) -> dict[str, str]:
    """The metadata of a field: what it means, for the reader of the exported JSON Schema."""
    return {"description": text}


def rule(check: Callable[..., None]) -> Callable[..., None]:
    """A rule across the fields of an element: it is told what was read of them, and what the caller wrote."""
    validates_schema(pass_original=True, skip_on_field_errors=False)(check)
    check.is_rule = True  # type: ignore[attr-defined]
    return check


class _ElementMeta(SchemaMeta):
    def __dir__(cls) -> list[str]:  # noqa: N805  # the instances of a metaclass are classes
        """The names that elements have of their own: among them marshmallow looks for the rules of each class.

        With all the names of a Schema, where there are no rules, that takes 0.2 ms a class, 5 ms of each cold start.
        """
        return [*{name for base in cls.__mro__ if isinstance(base, _ElementMeta) for name in vars(base)}]


class Element(Schema, metaclass=_ElementMeta):
    """A container: its fields stand in the page's order, and nothing else may stand in it."""

    class Meta:
        # Left to check_names: marshmallow refuses unknown names in random order, and takes `_schema` for its own.
        unknown = EXCLUDE

    error_messages = {"type": "must be an object"}

    def read(self, value: object) -> dict[str, Any]:
        """The normalised element, in a third of the time that marshmallow's `load` takes (0.2 ms for a document).

        Raises ValidationError where `load` would, at the first fault and without saying where; and wherever it is not
        plain what to do, as for a null: `load` has the last word.
        """
        if not isinstance(value, dict) or not value.keys() <= self.load_fields.keys():
            raise ValidationError("not plain")
        element: dict[str, Any] = {}
        for name, field in self.load_fields.items():
            if name in value:
                element[name] = field.read(value[name])  # type: ignore[attr-defined]  # all elements are of the kinds below
            elif field.required:
                raise ValidationError("not plain")
            elif field.load_default is not missing:
                element[name] = field.load_default() if callable(field.load_default) else field.load_default
        for check in self._rules:
            check(element, value)
        return element

    @cached_property
    def _rules(self) -> list[Callable[[dict[str, Any], object], None]]:
        names = [name for name in dir(type(self)) if getattr(getattr(type(self), name), "is_rule", False)]
        return [getattr(self, name) for name in names]

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_names(self, _: dict[str, Any], original: object, **__: Any) -> None:
        strangers = [name for name in written(original) if name not in self.load_fields]
        if strangers:
            message = f"is not known here; what may stand here: {', '.join(self.load_fields)}"
            raise ValidationError({_step(name): [message] for name in strangers})


def written(original: object) -> Mapping[str, object]:
    """What the caller wrote, right or wrong: a rule across fields says nothing of a field that is wrong by itself."""
    return original if isinstance(original, dict) else {}


@cache
def _schema_of(kind: type[Schema]) -> Schema:
    return kind()


class Part(fields.Nested):
    """A container inside another."""

    default_error_messages = _WORDS

    @property
    def schema(self) -> Schema:
        """One for all parts of the same kind: to make one for each would take 1 ms of a cold start."""
        kind: Any = self.nested
        return _schema_of(kind) if isinstance(kind, type) else super().schema

    def read(self, value: object) -> dict[str, Any]:
        element: dict[str, Any] = self.schema.read(value)  # type: ignore[attr-defined]  # a part is an Element
        return element


class ListOf(fields.List[Any]):
    """A plain list; the names that its members have in XML are the renderer's business."""

    default_error_messages = _WORDS

    def __init__(self, inner: fields.Field[Any], minimum: int = 0, maximum: int | None = None, **options: Any) -> None:
        super().__init__(inner, **options)
        self.minimum = minimum
        self.maximum = maximum

    def read(self, value: object) -> list[Any]:
        if not isinstance(value, list) or any(self._length_faults(len(value))):
            raise ValidationError("not plain")
        return [self.inner.read(member) for member in value]  # type: ignore[attr-defined]  # a member is of these kinds

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        faults: dict[Any, Any] = {SCHEMA: [*self._length_faults(len(value))]}
        members: list[Any] = []
        try:
            members = super()._deserialize(value, attr, data, **kwargs)
        except ValidationError as error:
            faults.update(error.messages_dict)
        if faults != {SCHEMA: []}:
            raise ValidationError(faults)
        return members

    def _length_faults(self, length: int) -> Iterator[str]:
        if length < self.minimum:
            yield f"must have {self.minimum} or more members; it has {length}"
        if self.maximum is not None and length > self.maximum:
            yield f"must have at most {self.maximum} members; it has {length}: take some out"


class _Plain(fields.Field[T]):
    """A field whose value says by itself whether it is right."""

    default_error_messages = _WORDS

    @abstractmethod
    def read(self, value: object) -> T:
        """The normalised value. Raises ValidationError."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> T:
        return self.read(value)


class Text(_Plain[str]):
    """Text of `minimum` to `maximum` bytes in UTF-8 that XML can carry.

    `form` takes the text and gives it as it is sent, or raises ValidationError; what it gives is measured as well.
    """

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

    def read(self, value: object) -> str:
        if not isinstance(value, str):
            raise ValidationError("must be text")
        self._measure(value)
        if self.form is None:
            return value
        sent = self.form(value)
        if sent != value:
            self._measure(sent)
        return sent

    def _measure(self, value: str) -> None:
        size = len(value) if value.isascii() else len(value.encode(errors="surrogatepass"))
        faults = [*_character_faults(value), *self._length_faults(size)]
        if faults:
            raise ValidationError(faults)

    def _length_faults(self, size: int) -> Iterator[str]:
        if size < self.minimum:
            yield "must not be empty" if size == 0 else f"must have {self.minimum} or more bytes; it has {size}"
        if self.maximum is not None and size > self.maximum:
            yield f"must have at most {self.maximum} bytes in UTF-8; it has {size}: shorten it"


def _character_faults(value: str) -> Iterator[str]:
    found = None if value.isprintable() else re.search(_NOT_XML, value)
    if found:
        yield f"character U+{ord(found[0]):04X} at position {found.start() + 1} cannot be in XML 1.0; take it out"


class Choice(Text):
    """One of a few words; `synonyms` are words that older pages use for one of them."""

    def __init__(self, *words: str, synonyms: Mapping[str, str] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.words = words
        self.synonyms = dict(synonyms or {})

    def read(self, value: object) -> str:
        if isinstance(value, str) and value in self.words:
            return value
        word = super().read(value)
        word = self.synonyms.get(word, word)
        if word not in self.words:
            raise ValidationError(f"must be one of {', '.join(self.words)}")
        return word


class Number(_Plain[int]):
    """A whole number from `minimum` to `maximum`; a decimal string is taken too, nothing looser."""

    def __init__(self, minimum: int, maximum: int, **options: Any) -> None:
        super().__init__(**options)
        self.minimum = minimum
        self.maximum = maximum

    def read(self, value: object) -> int:
        if isinstance(value, str) and _DECIMAL.fullmatch(value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not self.minimum <= value <= self.maximum:
            raise ValidationError(f"must be a whole number from {self.minimum} to {self.maximum}")
        return value


class Flag(_Plain[bool]):
    """true or false, as JSON or as the words of the wire."""

    def read(self, value: object) -> bool:
        if isinstance(value, bool):
            return value
        if not isinstance(value, str) or value not in _BOOLEANS:
            raise ValidationError("must be true or false")
        return _BOOLEANS[value]


class Nothing(_Plain[dict[str, Any]]):
    """An element whose presence is all that it says: {} or null."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_none=True, **options)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        return super().deserialize({} if value is None else value, attr, data, **kwargs)

    def read(self, value: object) -> dict[str, Any]:
        if value != {}:
            raise ValidationError("is an empty element; write {}")
        return {}


def load(schema: Element, value: object, message: str) -> dict[str, Any]:
    """The normalised document. Raises InvalidRequest with all faults (the first 200), each with its JSON pointer."""
    with suppress(ValidationError):
        return schema.read(value)
    try:
        loaded: dict[str, Any] = schema.load(value)  # type: ignore[arg-type]  # marshmallow itself says what is no object
    except ValidationError as error:
        raise InvalidRequest(message, _readable(problems_of(error.messages))) from None
    return loaded


def _readable(problems: list[Problem]) -> list[Problem]:
    more = len(problems) - MOST_PROBLEMS
    rest = [Problem("", f"has {more} more faults; fix the ones above first")] if more > 0 else []
    return problems[:MOST_PROBLEMS] + rest


def problems_of(messages: object, pointer: str = "") -> list[Problem]:
    """marshmallow's tree of messages, flat, each with its JSON pointer.

    A key of the tree is the name of a field, the index of a member, or the pointer's own next step (`/name`).
    """
    if isinstance(messages, Mapping):
        branches = [(pointer + _below(key), below) for key, below in messages.items()]
        return [problem for path, below in branches for problem in problems_of(below, path)]
    texts: Sequence[object] = messages if isinstance(messages, list) else [messages]
    return [Problem(pointer, str(text)) for text in texts]


def _below(key: object) -> str:
    if key == SCHEMA:
        return ""
    return key if isinstance(key, str) and key.startswith("/") else _step(key)


def _step(name: object) -> str:
    """One step of a JSON pointer; half of a surrogate pair, which no answer could carry, is written as an escape."""
    text = str(name).encode(errors="backslashreplace").decode()
    return "/" + text.replace("~", "~0").replace("/", "~1")
