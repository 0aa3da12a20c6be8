# ruff: noqa: E501  # expressions of tools are long lines
"""The standard library as tools use it, at every level: what is imported late must be there before confinement."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from tests.infrastructure.sandbox.toolbox import register, run, settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

USES: dict[str, tuple[str, str, object]] = {
    "dates": (
        "datetime, time, calendar",
        "[datetime.datetime.strptime('2 Jan 2026', '%d %b %Y').year, calendar.month_name[1]]",
        [2026, "January"],
    ),
    "local time": ("time", "time.strftime('%Y', time.localtime(0))", "1970"),
    "random": (
        "random, secrets, uuid",
        "[len(secrets.token_hex(4)), random.random() < 1, len(str(uuid.uuid4()))]",
        [8, True, 36],
    ),
    "hashes": (
        "hashlib, hmac, base64, binascii",
        "[hashlib.sha3_256(b'').hexdigest()[:4], hmac.new(b'k', b'm', 'sha256').hexdigest()[:4], base64.b85encode(b'ab').decode(), hashlib.scrypt(b'p', salt=b's', n=2, r=1, p=1).hex()[:2], binascii.hexlify(b'a').decode()]",
        None,
    ),
    "numbers": (
        "decimal, fractions, statistics, math",
        "[str(decimal.Decimal(2).sqrt())[:6], str(fractions.Fraction(1, 3)), statistics.quantiles([1, 2, 3], n=2), math.comb(5, 2)]",
        ["1.4142", "1/3", [2.0], 10],
    ),
    "text": (
        "textwrap, string, difflib, unicodedata, html, re",
        "[textwrap.shorten('a b c', 4, placeholder='…'), string.Template('$x').substitute(x=1), difflib.get_close_matches('appel', ['apple']), unicodedata.name('é')[:5], html.unescape('&eacute;'), re.findall(r'\\w+', 'a b')]",
        None,
    ),
    "codecs": (
        "string",
        "['ä'.encode('idna').decode(), 'é'.encode('latin-1').hex(), b'\\xff\\xfea\\x00'.decode('utf-16'), 'a'.encode('utf-8-sig').hex()]",
        ["xn--4ca", "e9", "a", "efbbbf61"],
    ),
    "formats": (
        "json, csv, io, tomllib, pprint",
        "[json.dumps({'a': 1}, indent=1), list(csv.DictReader(io.StringIO('a,b\\n1,2'))), tomllib.loads('a = 1'), pprint.pformat([1])]",
        None,
    ),
    "markup": (
        "xml.etree.ElementTree as et, email.message, email.utils",
        "[et.fromstring('<a b=\"1\">t</a>').attrib, email.utils.parseaddr('A <a@b.c>')[1]]",
        [{"b": "1"}, "a@b.c"],
    ),
    "archives": (
        "zlib, gzip, bz2, lzma",
        "[m.decompress(m.compress(b'x' * 9)).decode() for m in (zlib, gzip, bz2, lzma)]",
        ["x" * 9] * 4,
    ),
    "addresses": (
        "urllib.parse, ipaddress",
        "[urllib.parse.quote('ä b'), urllib.parse.urlsplit('http://h:1/p').port, str(ipaddress.ip_network('10.0.0.0/30').broadcast_address)]",
        ["%C3%A4%20b", 1, "10.0.0.3"],
    ),
    "collections": (
        "collections, heapq, bisect, itertools, functools, operator, copy, graphlib",
        "[collections.Counter('aab').most_common(1), heapq.nlargest(1, [1, 2]), list(itertools.batched('abc', 2)) if hasattr(itertools, 'batched') else 0, copy.deepcopy([1]), list(graphlib.TopologicalSorter({1: {2}}).static_order())]",
        None,
    ),
    "threads": (
        "threading, concurrent.futures, queue",
        "list(concurrent.futures.ThreadPoolExecutor(2).map(abs, [-1, 2]))",
        [1, 2],
    ),
    "time zones by name": (
        "zoneinfo, datetime",
        "str(datetime.datetime(2026, 7, 1, tzinfo=datetime.timezone.utc).tzinfo)",
        "UTC",
    ),
    "warnings and logs": ("warnings, logging", "[warnings.warn('w'), logging.warning('l')]", [None, None]),
    "tracebacks": ("traceback", "traceback.format_exc().strip()", "NoneType: None"),
    "binary": ("struct, array", "[struct.unpack('<H', b'\\1\\0')[0], array.array('i', [1]).tolist()]", [1, [1]]),
    "idle loops": (
        "asyncio",
        "await asyncio.wait_for(asyncio.gather(asyncio.sleep(0, 1), asyncio.to_thread(abs, -2)), 2)",
        [1, 2],
    ),
    "typing": (
        "typing, dataclasses, enum, abc",
        "[typing.NamedTuple('P', [('x', int)])(1), dataclasses.make_dataclass('D', ['y'])(2)]",
        [[1], {"y": 2}],
    ),
}
LEVELS = {"full": "seccomp,landlock,namespaces,identity,limits", "sealed": "seccomp,identity,limits"}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=LEVELS)
async def confined(request: pytest.FixtureRequest) -> AsyncIterator[ZygoteSandbox]:
    sandbox = ZygoteSandbox(settings(layers=LEVELS[request.param]))
    yield sandbox
    await sandbox.stop()


@pytest.mark.parametrize("kind", USES)
async def test_the_standard_library_works_confined(confined: ZygoteSandbox, kind: str) -> None:
    modules, expression, expected = USES[kind]
    outcome = await run(
        confined, await register(confined, f"import {modules}\nasync def f():\n    return {expression}")
    )
    if expected is not None:
        assert outcome.result == expected
