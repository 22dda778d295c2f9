"""Which ids a run has still to ask about."""


class IdQueue:
    """The order in which products are asked about, and how far a run is with it.

    A key is ``("binding", id)``, or ``("product", id)`` for one that may be bound.

    :param binding_ids: bindings in the order of asking; unbound products come after
        them, by id
    :param state: what ``state()`` gave, to go on from there
    """

    def __init__(self, binding_ids, state=None):
        state = state or {}
        self._binding_ids = binding_ids
        self._position = state.get("position", 0)
        #: the unbound product that was taken last
        self._product_id = state.get("product", 0)
        #: taken, but not answered: they come first
        self._left = [tuple(key) for key in state.get("left", ())]
        #: how many have an answer, be it an error
        self.answered = state.get("answered", 0)

    def take(self, key):
        """Mark a key, the next of one of the three below, as taken."""
        kind, record_id = key
        if key in self._left:
            self._left.remove(key)
        elif kind == "binding":
            self._position += 1
        else:
            self._product_id = record_id

    def give_back(self, key):
        """What was taken and could not be asked about comes first, later."""
        self._left.append(key)

    def next_left(self):
        """:return: keys that were given back"""
        return list(self._left)

    def next_bindings(self, count):
        """:return: ids of bindings"""
        return self._binding_ids[self._position : self._position + count]

    def products_after(self):
        """:return: the id after which the next unbound product comes"""
        return self._product_id

    def state(self, under_way=()):
        """Where to go on, for JSON.

        :param under_way: keys that were taken and have no answer yet
        """
        return {
            "position": self._position,
            "product": self._product_id,
            "left": [*self._left, *under_way],
            "answered": self.answered,
        }
