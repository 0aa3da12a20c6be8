"""How many events to read at once, so that a page is bounded by its bytes and not by its number of events alone."""

PAGE_BYTES = 256 * 1024
FIRST_LIMIT = 16


class PageSize:
    """The `limit` of the next page of a log: from few events to `most`, as many as make `PAGE_BYTES` on average.

    Starts small, since nothing is known of the log yet, and grows at most fourfold from page to page.
    """

    __slots__ = ("_most", "limit")

    def __init__(self, *, most: int) -> None:
        self._most = most
        self.limit = min(FIRST_LIMIT, most)

    def took(self, size: int, count: int) -> None:
        """Note that a page of `count` events had `size` bytes."""
        fitting = PAGE_BYTES * count // max(1, size)
        self.limit = max(1, min(fitting, self.limit * 4, self._most))
