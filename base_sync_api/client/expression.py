"""JMESPath on answers whose numbers are kept as the text that was sent.

Beside the functions of JMESPath itself, an expression may use

- ``items(object)``: an array of ``[key, value]``
- ``total(array)``: the exact sum of numbers; ``sum`` is the same
- ``difference(a, b)``: the first number less the second, exactly
- ``children(array, 'key')``: the objects in each element's array ``key``, each with its
  element as ``parent``
- ``leaves(object)``: the values of objects in objects, however deep, as
  ``{"path": [key, …], "value": …}``

Each gives null for null. A number, or a text that is one, compares with a number by
value. JMESPath's own functions take these numbers for what they are, and stay exact.

An expression may make a little of much, or much of a little: what it builds has a
limit, which grows with what it is given.
"""

import json
import operator
import threading
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    Context,
    Decimal,
    Inexact,
    InvalidOperation,
    Overflow,
)

from jmespath import exceptions, functions, parser, visitor
from jmespath.functions import signature

from .codecs.strict_json import JsonNumber
from .errors import InvalidResponse, MappingError
from .number import parse_number

#: what :meth:`Expression.find` gives where there is nothing, not even null
MISSING = object()

#: enough for sums of what counts as a number; a sum that it rounds is an error
_EXACTLY = Context(prec=200, traps=[Inexact, InvalidOperation, Overflow])

#: an average need not end; this is exact for all that do, among such numbers
_AVERAGE = Context(prec=50, traps=[InvalidOperation, Overflow])

#: longer numbers are none to calculate with: 1e999999999 would have as many digits
_LONGEST = 200

#: how many elements an evaluation may build, whatever it is given
_FREE = 100_000
#: and how many more for each value in what it is given: no expression that somebody
#: has a use for takes each of them up as often
_PER_VALUE = 20
#: so many characters of a text that is built count as an element
_CHARACTERS = 100

_MULTIPLYING = {"multi_select_list", "multi_select_dict"}


class Expression:
    """A compiled JMESPath expression.

    :param text: the expression
    :param field: what it is for, to name in an error
    :raise MappingError: where it does not compile
    """

    def __init__(self, text: str, field: str = ""):
        self.text = text
        #: the tree, and whether one value may stand several times in what it gives
        self._tree, self._multiplies = _compile(text, field)
        path = _plain_path(self._tree)
        #: whether it tells what is null from what is not there
        self.tells_null = path is not None
        #: what it gives on a value; :data:`MISSING` where a plain path ends nowhere
        self.find = path or self._search

    def get(self, value):
        """What the expression gives on ``value``; None for null and for nothing."""
        found = self.find(value)
        return None if found is MISSING else found

    def is_true(self, value) -> bool:
        """As JMESPath has it: not for null, false, "", [] and {}."""
        return _interpreter._is_true(self.get(value))

    def _search(self, value):
        _work.begin(value)
        try:
            found = _interpreter.visit(self._tree, value)
            if self._multiplies:
                _work.measure(found)
        except _TooMuch:
            raise InvalidResponse(reason="too_much", name=self.text) from None
        except _FAILURES as error:
            raise InvalidResponse(reason="expression", name=self.text) from error
        finally:
            _work.end()
        return found


def _compile(text, field):
    try:
        # Copied: the parser keeps its trees for the next time.
        tree = _with_text_for_numbers(parser.Parser().parse(text).parsed)
        _check_functions(tree)
        multiplies = not _types(tree).isdisjoint(_MULTIPLYING)
    except exceptions.IncompleteExpressionError:
        raise MappingError(field, "it is not complete", len(text)) from None
    except exceptions.LexerError as error:
        raise MappingError(field, error.message, error.lexer_position) from None
    except exceptions.ParseError as error:
        raise MappingError(field, error.msg, error.lex_position) from None
    except exceptions.UnknownFunctionError as error:
        name = str(error)
        raise MappingError(field, name, _position(text, name)) from None
    except (exceptions.JMESPathError, RecursionError, ValueError) as error:
        raise MappingError(field, str(error), None) from None
    return tree, multiplies


def _check_functions(tree):
    """JMESPath itself finds out about an unknown function with the first answer."""
    if tree["type"] == "function_expression":
        known = _Functions.FUNCTION_TABLE.get(tree["value"])
        if not known:
            raise exceptions.UnknownFunctionError(f"no function {tree['value']}()")
        wanted, given = len(known["signature"]), len(tree["children"])
        variadic = known["signature"][-1].get("variadic")
        if given < wanted or (given > wanted and not variadic):
            raise exceptions.UnknownFunctionError(
                f"{tree['value']}() takes {wanted}, not {given}"
            )
    for child in tree["children"]:
        if isinstance(child, dict):  # those of a slice are numbers
            _check_functions(child)


def _with_text_for_numbers(tree):
    """The same, with the numbers of its literals as those of the answers are."""
    result = dict(tree)
    if tree["type"] == "literal":
        result["value"] = _as_text(tree["value"])
    else:
        result["children"] = [
            _with_text_for_numbers(child) if isinstance(child, dict) else child
            for child in tree["children"]
        ]
    return result


def _types(tree):
    """The types of the nodes."""
    return {tree["type"]}.union(
        *(_types(child) for child in tree["children"] if isinstance(child, dict))
    )


def _position(text, message):
    """Where the function is that the message names."""
    name = message.removeprefix("no function ").partition("(")[0]
    position = text.find(name)
    return None if position < 0 else position


def _plain_path(tree):
    """A function that follows ``a.b.c``; None where the expression is more than that.

    Faster than the interpreter, and it tells what is null from what is not there.
    """
    if tree["type"] in ("current", "identity"):
        return lambda value: value
    keys = _keys(tree)
    if not keys:
        return None
    first, *others = keys
    if not others:

        def find(value):
            return value.get(first, MISSING) if type(value) is dict else MISSING

    else:

        def find(value):
            for key in keys:
                if type(value) is not dict:
                    return MISSING
                value = value.get(key, MISSING)
            return value

    return find


def _keys(tree):
    if tree["type"] == "field":
        return [tree["value"]]
    if tree["type"] == "subexpression":
        parts = [_keys(child) for child in tree["children"]]
        return sum(parts, []) if all(parts) else []
    return []


def _as_text(value):
    """The numbers of the expression itself, as those of the answer are."""
    if isinstance(value, list):
        return [_as_text(element) for element in value]
    if isinstance(value, dict):
        return {key: _as_text(element) for key, element in value.items()}
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return JsonNumber(repr(value)) if is_number else value


class _TooMuch(Exception):
    """An expression builds more than it may."""


class _Work(threading.local):
    """What the evaluation that this thread is at may still build."""

    left = _FREE
    _value = None

    def begin(self, value):
        self.left, self._value = _FREE, [value]

    def end(self):
        self._value = None

    def spend(self, elements):
        """
        :raise _TooMuch: where the evaluation has built too much
        """
        self.left -= elements
        if self.left < 0:
            self._extend()

    def _extend(self):
        """Only now it matters how much it was given."""
        if self._value:
            self.left += _PER_VALUE * sum(1 for _value in _values(self._value))
            self._value = None
        if self.left < 0:
            raise _TooMuch

    def measure(self, found):
        """Spend what ``found`` would take where nothing in it were there twice."""
        for _value in _values([found]):
            self.spend(1)


def _values(pending):
    """All values in the values; no recursion, and whatever is in them."""
    pending = list(pending)
    while pending:
        value = pending.pop()
        yield value
        if isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, dict):
            pending.extend(value.values())


_work = _Work()


def _number(value) -> Decimal | None:
    """The number that a value of an answer or of an expression is, if it is one."""
    if not isinstance(value, str):
        return None
    try:
        number = Decimal(value)
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def _is_number(value):
    return isinstance(value, JsonNumber)


def _equal(left, right):
    _work.spend(1)
    if isinstance(left, list) and isinstance(right, list):
        pairs = zip(left, right, strict=False)
        return len(left) == len(right) and all(_equal(*pair) for pair in pairs)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(
            _equal(value, right[key]) for key, value in left.items()
        )
    if _is_number(left) or _is_number(right):
        numbers = (_number(left), _number(right))
        return None not in numbers and numbers[0] == numbers[1]
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return left == right


def _ordered(compare):
    def ordered(left, right):
        if _is_number(left) or _is_number(right):
            left, right = _number(left), _number(right)
            if left is None or right is None:
                return None  # as JMESPath has it for what cannot be compared
        return compare(left, right)

    return ordered


class _Interpreter(visitor.TreeInterpreter):
    COMPARATOR_FUNC = {
        "eq": _equal,
        "ne": lambda left, right: not _equal(left, right),
        "lt": _ordered(operator.lt),
        "gt": _ordered(operator.gt),
        "lte": _ordered(operator.le),
        "gte": _ordered(operator.ge),
    }

    # What can make several of one is counted.

    def visit_projection(self, node, value):
        return _counted(super().visit_projection(node, value))

    def visit_value_projection(self, node, value):
        base = self.visit(node["children"][0], value)
        if base == []:
            return []  # some languages write an empty object like that
        if not isinstance(base, dict):
            return None
        found = [self.visit(node["children"][1], each) for each in base.values()]
        return _counted([each for each in found if each is not None])

    def visit_filter_projection(self, node, value):
        return _counted(super().visit_filter_projection(node, value))

    def visit_multi_select_list(self, node, value):
        return _counted(super().visit_multi_select_list(node, value))

    def visit_multi_select_dict(self, node, value):
        return _counted(super().visit_multi_select_dict(node, value))

    def visit_function_expression(self, node, value):
        return _counted(super().visit_function_expression(node, value))

    def visit_flatten(self, node, value):
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list):
            return None
        flat = []
        for element in base:
            inner = element if isinstance(element, list) else [element]
            _work.spend(len(inner))  # before there is too much of it
            flat += inner
        return flat


def _counted(built):
    _work.spend(1 + (len(built) if isinstance(built, list | dict) else 0))
    return built


_ARRAY = {"types": ["array", "null"]}
#: some languages write an empty object like an empty array
_OBJECT = {"types": ["object", "array", "null"]}
_NUMBER = {"types": ["number"]}
_STRING = {"types": ["string"]}
_TEXT = {"types": ["string", "number"]}
_ANY = {"types": []}
_ALIKE = {"types": ["array-number", "array-string"]}

_PYTHON_TYPES = {**functions.REVERSE_TYPES_MAP, "number": ("JsonNumber",)}
_JMESPATH_TYPES = {**functions.TYPES_MAP, "JsonNumber": "number"}


class _Functions(functions.Functions):
    """JMESPath's functions, for numbers that are text, and our own."""

    # JMESPath's

    def _get_allowed_pytypes(self, types):
        allowed, of_elements = [], []
        for name in types:
            name, _dash, element = name.partition("-")
            allowed += _PYTHON_TYPES[name]
            if element:
                of_elements.append(_PYTHON_TYPES[element])
        return allowed, of_elements

    def _convert_to_jmespath_type(self, pyobject):
        return _JMESPATH_TYPES.get(pyobject, "unknown")

    @signature(_NUMBER)
    def _func_abs(self, number):
        return _text_of(_decimal(number).copy_abs())

    @signature(_NUMBER)
    def _func_ceil(self, number):
        return _text_of(_whole(number, ROUND_CEILING))

    @signature(_NUMBER)
    def _func_floor(self, number):
        return _text_of(_whole(number, ROUND_FLOOR))

    @signature({"types": ["array-number"]})
    def _func_avg(self, numbers):
        if not numbers:
            return None
        total = _exact_sum(_decimal(number) for number in numbers)
        return _text_of(_AVERAGE.divide(total, Decimal(len(numbers))))

    @signature(_ALIKE)
    def _func_max(self, values):
        return max(values, key=_by_value, default=None)

    @signature(_ALIKE)
    def _func_min(self, values):
        return min(values, key=_by_value, default=None)

    @signature(_ALIKE)
    def _func_sort(self, values):
        return sorted(values, key=_by_value)

    def _create_key_func(self, expref, allowed_types, function_name):
        key = super()._create_key_func(expref, allowed_types, function_name)
        seen = set()

        def key_of_one_type(element):
            value = key(element)
            seen.add(type(value))
            if len(seen) > 1:
                raise TypeError("numbers and texts have no order")
            return _by_value(value)

        return key_of_one_type

    @signature(_ANY)
    def _func_type(self, value):
        return self._convert_to_jmespath_type(type(value).__name__)

    @signature(_ANY)
    def _func_to_string(self, value):
        return str(value) if isinstance(value, str) else "".join(_json(value))

    @signature(_ANY)
    def _func_to_number(self, value):
        return None if _number(value) is None else JsonNumber(value)

    @signature(_TEXT, _TEXT)
    def _func_starts_with(self, text, start):
        return text.startswith(start)

    @signature(_TEXT, _TEXT)
    def _func_ends_with(self, text, end):
        return text.endswith(end)

    @signature(_STRING, {"types": ["array"]})
    def _func_join(self, separator, texts):
        for text in texts:
            _work.spend(1 + (len(separator) + len(text)) // _CHARACTERS)
        return separator.join(texts)  # numbers, too: they are text

    @signature({"types": ["array", "string"]}, _ANY)
    def _func_contains(self, subject, search):
        if isinstance(subject, str):
            return isinstance(search, str) and search in subject
        return any(_equal(element, search) for element in subject)

    @signature({"types": ["string", "array", "object"]})
    def _func_length(self, value):
        return JsonNumber(len(value))

    @signature({"types": ["object", "array"]})
    def _func_keys(self, value):
        return list(value.keys()) if value else []

    @signature({"types": ["object", "array"]})
    def _func_values(self, value):
        return list(value.values()) if value else []

    # Our own

    @signature(_OBJECT)
    def _func_items(self, value):
        if not value:
            return _nothing_of(value)
        return [[key, element] for key, element in value.items()]

    @signature(_ARRAY)
    def _func_total(self, values):
        if values is None:
            return None
        numbers = [parse_number(value) for value in values]
        if None in numbers:
            return None  # one of them is not known: there is no sum
        return JsonNumber(_exact_sum(numbers))

    _func_sum = _func_total

    @signature(_ANY, _ANY)
    def _func_difference(self, left, right):
        left, right = (parse_number(value) for value in (left, right))
        if left is None or right is None:
            return None
        return JsonNumber(_EXACTLY.subtract(left, right))

    @signature(_ARRAY, _STRING)
    def _func_children(self, elements, key):
        if elements is None:
            return None
        children = []
        for element in elements:
            if isinstance(element, dict) and isinstance(element.get(key), list):
                inner = [child for child in element[key] if isinstance(child, dict)]
                _work.spend(sum(1 + len(child) for child in inner))
                children += [{**child, "parent": element} for child in inner]
        return children

    @signature(_OBJECT)
    def _func_leaves(self, value):
        if not value:
            return _nothing_of(value)
        leaves = []
        # No recursion: how deep it goes is the API's to say.
        pending = [([key], child) for key, child in reversed(value.items())]
        while pending:
            path, value = pending.pop()
            if isinstance(value, dict):
                inner = [([*path, key], child) for key, child in value.items()]
                pending += reversed(inner)
            else:
                _work.spend(len(path))
                leaves.append({"path": path, "value": value})
        return leaves


def _nothing_of(value):
    """What a function of an object gives for none, or for an empty one."""
    return None if value is None else []


def _decimal(number: JsonNumber) -> Decimal:
    """
    :raise ArithmeticError: for what is too long to calculate with
    """
    value = Decimal(number)
    if not value.is_finite() or abs(value.adjusted()) > _LONGEST:
        raise InvalidOperation
    return value


def _exact_sum(numbers):
    total = Decimal(0)
    for number in numbers:
        total = _EXACTLY.add(total, number)
    return total


def _whole(number, rounding):
    return _decimal(number).to_integral_value(rounding=rounding)


def _text_of(number: Decimal) -> JsonNumber:
    return JsonNumber(format(number, "f") if number else "0")


def _by_value(value):
    """Numbers have the order of numbers, texts that of texts."""
    return _decimal(value) if isinstance(value, JsonNumber) else value


def _json(value):
    """The pieces of a value's JSON; numbers stay as they were sent."""
    _work.spend(1)
    if isinstance(value, JsonNumber):
        yield str(value)
    elif isinstance(value, dict):
        yield "{"
        for number, (key, element) in enumerate(value.items()):
            yield f"{',' if number else ''}{json.dumps(key)}:"
            yield from _json(element)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for number, element in enumerate(value):
            yield "," if number else ""
            yield from _json(element)
        yield "]"
    else:
        text = json.dumps(value)
        _work.spend(len(text) // _CHARACTERS)
        yield text


#: shared by all threads: it holds no state but which method is for which node
_interpreter = _Interpreter(visitor.Options(custom_functions=_Functions()))

#: what an expression raises on an answer that it was not made for
_FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_FAILURES += (RecursionError,)
