"""JMESPath on answers whose numbers are kept as the text that was sent.

Beside the functions of JMESPath itself, an expression may use

- ``items(object)``: an array of ``[key, value]``
- ``total(array)``: the exact sum of quantities; ``sum`` is the same
- ``difference(a, b)``: the first quantity less the second, exactly
- ``children(array, 'key')``: the objects in each element's array ``key``, each with its
  element as ``parent``
- ``leaves(object)``: the values of objects in objects, however deep, as
  ``{"path": [key, …], "value": …}``

Each gives null for null. A number, or a text that is one, compares with a number by
value.
"""

import operator
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow

from jmespath import exceptions, functions, parser, visitor
from jmespath.functions import signature

from .errors import InvalidResponse, MappingError
from .quantity import parse_quantity
from .strict_json import JsonNumber

#: what :meth:`Expression.find` gives where there is nothing, not even null
MISSING = object()

#: enough for sums of what counts as a quantity; a sum that it rounds is an error
_EXACTLY = Context(prec=200, traps=[Inexact, InvalidOperation, Overflow])


class Expression:
    """A compiled JMESPath expression.

    :param text: the expression
    :param field: what it is for, to name in an error
    :raise MappingError: where it does not compile
    """

    def __init__(self, text: str, field: str = ""):
        self.text = text
        self._tree = _compile(text, field)
        #: what it gives on a value; :data:`MISSING` where a plain path ends nowhere
        self.find = _plain_path(self._tree) or self._search

    def get(self, value):
        """What the expression gives on ``value``; None for null and for nothing."""
        found = self.find(value)
        return None if found is MISSING else found

    def is_true(self, value) -> bool:
        """As JMESPath has it: not for null, false, "", [] and {}."""
        return _interpreter._is_true(self.get(value))

    def _search(self, value):
        try:
            found = _interpreter.visit(self._tree, value)
        except _FAILURES as error:
            raise InvalidResponse(reason="expression", name=self.text) from error
        return _as_text(found)


def _compile(text, field):
    try:
        tree = parser.Parser().parse(text).parsed
        _check_functions(tree)
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
    return tree


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
    """A number of the expression itself, as those of the answer are."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return JsonNumber(repr(value)) if is_number else value


def _number(value) -> Decimal | None:
    """The number that a value of an answer or of an expression is, if it is one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(value if isinstance(value, str) else repr(value))
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def _is_number(value):
    is_number = isinstance(value, JsonNumber | int | float)
    return is_number and not isinstance(value, bool)


def _equal(left, right):
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


_ARRAY = {"types": ["array", "null"]}
_OBJECT = {"types": ["object", "null"]}
_ANY = {"types": []}


class _Functions(functions.Functions):
    """JMESPath's functions, for numbers that are text, and our own."""

    @signature(_OBJECT)
    def _func_items(self, value):
        if value is None:
            return None
        return [[key, element] for key, element in value.items()]

    @signature(_ARRAY)
    def _func_total(self, values):
        if values is None:
            return None
        quantities = [parse_quantity(_as_text(value)) for value in values]
        if None in quantities:
            return None  # of one of them no stock is kept: there is no sum
        total = Decimal(0)
        for quantity in quantities:
            total = _EXACTLY.add(total, quantity)
        return JsonNumber(total)

    _func_sum = _func_total

    @signature(_ANY, _ANY)
    def _func_difference(self, left, right):
        left, right = (parse_quantity(_as_text(value)) for value in (left, right))
        if left is None or right is None:
            return None
        return JsonNumber(_EXACTLY.subtract(left, right))

    @signature(_ARRAY, {"types": ["string"]})
    def _func_children(self, elements, key):
        if elements is None:
            return None
        return [
            {**child, "parent": element}
            for element in elements
            if isinstance(element, dict) and isinstance(element.get(key), list)
            for child in element[key]
            if isinstance(child, dict)
        ]

    @signature(_OBJECT)
    def _func_leaves(self, value):
        if value is None:
            return None
        leaves = []
        pending = [([], value)]  # no recursion: how deep it goes is the API's to say
        while pending:
            path, value = pending.pop()
            if isinstance(value, dict):
                inner = [([*path, key], child) for key, child in value.items()]
                pending += reversed(inner)
            else:
                leaves.append({"path": path, "value": value})
        return leaves

    @signature({"types": ["string"]}, {"types": ["array"]})
    def _func_join(self, separator, texts):
        return separator.join(texts)  # numbers, too: they are text

    @signature({"types": ["array", "string"]}, _ANY)
    def _func_contains(self, subject, search):
        if isinstance(subject, str):
            return isinstance(search, str) and search in subject
        return any(_equal(element, search) for element in subject)

    @signature(_ANY)
    def _func_to_number(self, value):
        return None if _number(value) is None else JsonNumber(value)


#: shared by all threads: it holds no state but which method is for which node
_interpreter = _Interpreter(visitor.Options(custom_functions=_Functions()))

#: what an expression raises on an answer that it was not made for
_FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_FAILURES += (RecursionError,)
