"""Numbers as people write them."""

import re
from ast import literal_eval

_PLAIN_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")


def format_number(env, number):
    """A number as whoever reads it writes it: ``1234.5`` is ``1 234,5`` in French.

    :param env: of the reader, with the language
    :param number: an int, or a plain number as text; what is
        no plain number stays as it is
    """
    # Here, because the client is tested where Odoo's own addons cannot be imported.
    from odoo.addons.base.models.res_lang import intersperse

    text = str(number)
    parts = _PLAIN_NUMBER.fullmatch(text)
    lang = env["res.lang"]._get_data(code=env.lang or "en_US")
    if not parts or not lang:
        return text
    sign, whole, decimals = parts.groups()
    separator = lang.thousands_sep or ""
    whole, _count = intersperse(whole, literal_eval(lang.grouping), separator)
    return sign + (f"{whole}{lang.decimal_point}{decimals}" if decimals else whole)
