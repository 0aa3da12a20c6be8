"""Web pages as documents: fetched by the guarded client, with the links that a bounded crawl follows."""

import html.parser
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx2

from dynagent.core.knowledge import DocumentUnreadable, PageFetcher, WebPage
from dynagent.core.shared.errors import DynagentError
from dynagent.core.shared.text import clean_text
from dynagent.infrastructure.http.guarded import OutboundSettings, guarded_client

MAX_LINKS = 500
_AS_TEXT = ("text/", "application/json", "application/xml", "application/xhtml+xml")


class GuardedPages(PageFetcher):
    """Fetches a page from a public address, at most so many bytes and seconds; redirects are vetted one by one."""

    def __init__(self, settings: OutboundSettings) -> None:
        self._settings = settings

    async def fetch(self, url: str) -> WebPage:
        """Return a page. Raises DocumentUnreadable when it cannot be had."""
        try:
            async with guarded_client(self._settings) as client:
                answer = await client.get(url, headers={"Accept": "text/html, text/*;q=0.9, application/pdf;q=0.8"})
        except DynagentError as error:
            raise DocumentUnreadable(f"the page cannot be fetched: {error.detail}") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            said = str(error) or type(error).__name__
            raise DocumentUnreadable(f"the page cannot be fetched: {said[:300]}") from error
        if answer.status_code != 200:
            raise DocumentUnreadable(f"the page cannot be fetched: the server answered {answer.status_code}")
        declared = answer.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
        media_type = "text/html" if declared == "application/xhtml+xml" else declared
        if not (media_type == "application/pdf" or media_type.startswith(_AS_TEXT)):
            raise DocumentUnreadable(f"the page is of the type {media_type}, which is not taken in from the web")
        found = _Links()
        if media_type == "text/html":
            found.feed(answer.text)
        return WebPage(
            url=str(answer.url),
            content=answer.content,
            media_type=media_type,
            title=clean_text(" ".join("".join(found.title).split()))[:255],
            links=found.links[:MAX_LINKS],
        )


def next_pages(page: WebPage, start: str) -> list[str]:
    """Return what a page links to within the site and folder that the crawl began in, each once, without fragments."""
    home = urlsplit(start)
    folder = home.path.rpartition("/")[0] + "/"
    found: dict[str, None] = {}
    for link in page.links:
        try:
            url, _ = urldefrag(urljoin(page.url, link))
            parts = urlsplit(url)
            same = (parts.scheme, parts.netloc) == (home.scheme, home.netloc)
        except ValueError:
            continue
        if same and parts.path.startswith(folder) and len(url) <= 2000 and url != page.url:
            found[url] = None
    return list(found)


class _Links(html.parser.HTMLParser):
    """Reads the title and the links of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.title: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link, and where the title begins."""
        if tag == "title":
            self._in_title = not self.title
        href = dict(attrs).get("href") if tag == "a" else None
        if href:
            self.links.append(href.strip())

    def handle_endtag(self, tag: str) -> None:
        """Note where the title ends."""
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        """Note the title's text."""
        if self._in_title and sum(map(len, self.title)) < 1000:
            self.title.append(data)
