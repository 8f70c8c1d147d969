"""The page of `status` in a real browser: what it says, that it fits, asks nobody, and takes no orders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from report import statuses
from report.browser import Browser, Page, binary, running
from waybill.domain.survey.status import Status
from waybill.report.status_html import page

PICTURES = Path(__file__).resolve().parent.parent.parent / "build" / "pictures"
WIDTHS = (390, 1280)
STATUSES = {
    "healthy": statuses.healthy,
    "troubled": statuses.troubled,
    "hostile": statuses.hostile,
    "wide": statuses.wide,
    "silent": statuses.one_silent,
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    chromium = binary()
    if chromium is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium; or set WAYBILL_TEST_CHROMIUM)")
    with running(chromium, tmp_path_factory.mktemp("profile")) as started:
        yield started


def shown(browser: Browser, body: Status, folder: Path, *, width: int = 1280, dark: bool = False) -> Page:
    path = folder / "status.html"
    path.write_text(page(body), encoding="utf-8")
    opened = browser.page()
    opened.open(path, width=width, dark=dark)
    return opened


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", STATUSES)
def test_it_fits_is_silent_and_asks_nobody(browser: Browser, tmp_path: Path, name: str, width: int, dark: bool) -> None:
    opened = shown(browser, STATUSES[name](), tmp_path, width=width, dark=dark)
    opened.picture(PICTURES / f"status-{name}-{width}-{'dark' if dark else 'light'}.png")
    assert opened.said == []
    assert [address for address in opened.asked if not address.startswith(tmp_path.resolve().as_uri())] == []
    assert opened.value("document.documentElement.scrollWidth") <= width, "it scrolls sideways"
    cut = """[...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1
             && e.clientWidth > 0).map(e => e.outerHTML.slice(0, 120))"""
    assert opened.value(cut) == [], "something is cut off"


@pytest.mark.parametrize("width", WIDTHS)
def test_what_needs_attention_comes_first_and_in_words(browser: Browser, tmp_path: Path, width: int) -> None:
    said = shown(browser, statuses.troubled(), tmp_path, width=width).value("document.body.innerText")
    lower = said.lower()
    for word in ("drift", "behind", "withdrawn", "not whole", "unreadable", "half-staged", "rollback half done"):
        assert word in lower, word
    assert "Generated 2026-11-22 09:30:00 UTC" in said
    assert "222222222222" in said
    assert "checkout fails" in said
    order = [lower.index(title) for title in ("could not be read", "needs attention · 3", "as it should be")]
    assert order == sorted(order)
    assert lower.index("sugarwater") < lower.index("docs")


def test_a_silent_region_is_said_once_and_troubles_no_project(browser: Browser, tmp_path: Path) -> None:
    said = shown(browser, statuses.one_silent(), tmp_path).value("document.body.innerText")
    assert "needs attention" not in said.lower()
    assert said.count("did not answer") == 1
    assert "unreadable in eu-west-1" in said
    assert "the same in every region that could be read." in said


def test_every_region_of_a_channel_that_needs_attention_is_named_beside_its_value_on_a_phone(
    browser: Browser, tmp_path: Path
) -> None:
    opened = shown(browser, statuses.troubled(), tmp_path, width=390)
    labels = opened.value(
        "[...document.querySelectorAll('.card.bad td[data-name]')]"
        ".map(e => getComputedStyle(e, '::before').content.replaceAll('\"', ''))"
    )
    assert set(statuses.REGIONS) <= set(labels)


def luminance(colour: str) -> float:
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_can_be_read_on_its_ground(browser: Browser, tmp_path: Path, dark: bool) -> None:
    """Contrast of at least 4.5 to 1, as WCAG 2 asks for at level AA."""
    opened = shown(browser, statuses.troubled(), tmp_path, dark=dark)
    pairs = opened.value(
        """(() => { const found = {};
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) { const e = walk.currentNode.parentElement;
          if (!walk.currentNode.textContent.trim()) continue;
          let g = e; while (g && /^rgba\\(.*, 0\\)$/.test(getComputedStyle(g).backgroundColor)) g = g.parentElement;
          g = g || document.documentElement;
          const pair = getComputedStyle(e).color + '|' + getComputedStyle(g).backgroundColor;
          found[pair] = e.outerHTML.slice(0, 80); } return found; })()"""
    )
    for pair, where in pairs.items():
        lights = sorted(luminance(colour) for colour in pair.split("|"))
        assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5, f"{pair}: {where}"


def test_states_differ_in_more_than_colour(browser: Browser, tmp_path: Path) -> None:
    opened = shown(browser, statuses.troubled(), tmp_path)
    signs = opened.value(
        "[...document.querySelectorAll('.legend .state')]"
        ".map(e => [e.textContent, getComputedStyle(e, '::before').content])"
    )
    assert len(signs) == 8
    assert len({word for word, _ in signs}) == len({sign for _, sign in signs}) == 8


def test_p9_names_from_outside_are_only_text(browser: Browser, tmp_path: Path) -> None:
    opened = shown(browser, statuses.hostile(), tmp_path)
    assert opened.value("document.querySelectorAll('script, img, a, link, iframe').length") == 0
    assert opened.value("[...document.querySelectorAll('*')].filter(e => [...e.attributes]"
                        ".some(a => a.name.startsWith('on') || a.name === 'style')).length") == 0  # fmt: skip
    text = opened.value("document.body.innerText")
    assert "<img src=x onerror=alert(1)>" in text
    assert "\u202e" not in text
    assert "\\u202e" in text


@pytest.mark.parametrize("word", ["drift", "rollback half done", "half-staged", "half-pruned", "different bytes"])
def test_every_word_of_the_page_is_in_its_legend(word: str) -> None:
    legend = page(statuses.healthy()).split("What the words mean")[1]
    assert f">{word}<" in legend
    assert "only artifact" in legend


def test_the_page_promises_no_more_than_it_shows() -> None:
    assert "<h1>Every channel, and every version that is not whole</h1>" in page(statuses.healthy())


def test_the_page_forbids_itself_everything_but_its_own_style() -> None:
    text = page(statuses.troubled())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy[1]
    assert not re.search(r"https?://|src=|url\(|@import", text)


def test_the_policy_would_stop_what_slipped_through(browser: Browser, tmp_path: Path) -> None:
    text = page(statuses.healthy()).replace("</main>", "<script>document.title='owned'</script></main>")
    path = tmp_path / "status.html"
    path.write_text(text, encoding="utf-8")
    opened = browser.page()
    opened.open(path, width=1280, dark=False)
    assert opened.value("document.title") == "All is well · Waybill status"
    assert any("Content Security Policy" in one for one in opened.said)
