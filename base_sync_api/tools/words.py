"""Fields in the words of a kind: what is a record in the base is a product elsewhere.

An addon that declared the base's fields again with other labels would be heard in
English only: of two translations of one label Odoo keeps the first, the base's.
"""


def in_words(env, described, words):
    """What fields are called, in other words.

    :param dict described: what ``fields_get`` gives; it is changed
    :param dict words: of a field to a dict of ``string``, ``help`` and ``selection``
        (dict of a value to its label), each a lazy translation
    """
    for fname, of_field in words.items():
        field = described.get(fname, {})
        if "selection" in field and "selection" in of_field:
            labels = of_field["selection"]
            field["selection"] = [
                (value, env._(labels[value]) if value in labels else label)
                for value, label in field["selection"]
            ]
        for attribute in field.keys() & of_field.keys() & {"string", "help"}:
            field[attribute] = env._(of_field[attribute])
    return described
