"""Settings that only mean something with certain values of others."""

from odoo.exceptions import ValidationError

from .names import PARAMETER_NAME


def is_used(record, fname, used_with):
    """Whether a field means anything, by what else is chosen.

    :param dict used_with: the choices with which a field means something: each a field
        with some values, or with whether there is one at all. With others the form
        hides the field, and what is left in it has no effect.
    """
    return all(
        bool(record[choice]) == wanted
        if isinstance(wanted, bool)
        else record[choice] in wanted
        for choice, wanted in used_with.get(fname, {}).items()
    )


def used_value(record, fname, used_with):
    """The value of a field; False where it means nothing."""
    return is_used(record, fname, used_with) and record[fname]


def label(record, fname):
    """What a field is called on the screen."""
    return _described(record, fname, "string")


def label_of_choice(record, fname):
    """What the present choice of a selection is called on the screen."""
    return dict(_described(record, fname, "selection"))[record[fname]]


def _described(record, fname, attribute):
    return record.fields_get([fname], [attribute])[fname][attribute]


def check_parameter_name(record, fname, name):
    """
    :param name: what the field has; empty where it means nothing
    :raise ValidationError: where it cannot be the name of a parameter
    """
    if name and not PARAMETER_NAME.fullmatch(name):
        raise ValidationError(
            record.env._(
                "%(field)s: “%(name)s” cannot be the name of a parameter: no spaces,"
                " and none of & = # ? + %%",
                field=label(record, fname),
                name=name,
            )
        )
