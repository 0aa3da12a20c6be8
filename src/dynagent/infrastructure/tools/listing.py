"""One list of tools: shipped ones, which are few and known, merged with registered ones, of which a part is read."""

from collections.abc import Sequence
from typing import Protocol

from dynagent.core.shared.ids import NIL_ID
from dynagent.core.shared.paging import MAX_COUNTED, Page, PageRequest, total_of, write_cursor
from dynagent.core.tools import CustomTool, ToolFilter, ToolListing

_ORDER = "name"


class LoadCustom(Protocol):
    """Reads a user's registered tools from where they are stored."""

    async def __call__(self, user_id: str, names: Sequence[str] | None) -> Sequence[CustomTool]:
        """Return those of the names that exist, every tool of the user for None."""
        ...

    async def find(
        self, user_id: str, wanted: ToolFilter, *, after: str | None, skip: int, limit: int
    ) -> tuple[Sequence[CustomTool], int]:
        """Return tools that match, by name, after a name and beyond `skip`; and how many match, counted to a bound."""
        ...


async def merged_page(
    shipped: Sequence[ToolListing], stored: LoadCustom, user_id: str, *, wanted: ToolFilter, page: PageRequest
) -> Page[ToolListing]:
    """Return a page of shipped and a user's registered tools that match, sorted by name. Raises MalformedInput."""
    cursor = page.after_key(_ORDER)
    after = cursor[0] if cursor else None
    fitting = sorted((tool for tool in shipped if wanted.matches(tool)), key=lambda tool: tool.name)
    rest = [tool for tool in fitting if after is None or tool.name > after]
    # At most all shipped ones come before the page, so at least so many registered ones do. The last of those is read
    # too: it says how many shipped ones came before it.
    surely = max(0, page.skip - len(rest))
    custom: Sequence[CustomTool] = list[CustomTool]()
    count = 0
    if wanted.kind != "prebuilt":
        first, most = max(0, surely - 1), page.limit + len(rest) + 2
        custom, count = await stored.find(user_id, wanted, after=after, skip=first, limit=most)
    if surely and not custom:
        rest, passed = [], page.skip
    elif surely:
        last = custom[0].name
        passed = surely + sum(tool.name < last for tool in rest)
        rest, custom = [tool for tool in rest if tool.name > last], custom[1:]
    else:
        passed = 0
    found = sorted([*rest, *(ToolListing.of_custom(tool) for tool in custom)], key=lambda tool: tool.name)
    return _cut(found[page.skip - passed :], page, counted=count, shipped=len(fitting))


def _cut(found: Sequence[ToolListing], page: PageRequest, *, counted: int, shipped: int) -> Page[ToolListing]:
    shown, more = found[: page.limit], len(found) > page.limit
    seen = page.skip + len(shown) if shown else 0
    if counted > MAX_COUNTED:
        total, exact = total_of(counted, seen=seen, more=more)
    else:
        total, exact = counted + shipped, True
    return Page(
        items=shown,
        total=total,
        total_is_exact=exact,
        skip=page.skip,
        limit=page.limit,
        next_cursor=write_cursor(NIL_ID, order=_ORDER, key=shown[-1].name) if more else None,
    )
