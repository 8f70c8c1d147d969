from __future__ import annotations

import pytest

from waybill.domain.deploy.delivery import Invalidation
from waybill.domain.deploy.invalidating import MOST_PATHS, read_invalidations, reference

ID, OTHER = "E1ABCDEF2GHIJK", "EDFDVBD6EXAMPLE"


def one(*paths: str, distribution: str = ID) -> Invalidation:
    return Invalidation(distribution=distribution, paths=paths)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ()),
        (" \n\n", ()),
        (ID, (one("/*"),)),
        (f"{ID} /index.html   /assets/*", (one("/index.html", "/assets/*"),)),
        (f"{ID} /a?x=1&y=* \n\n  {OTHER} \n", (one("/a?x=1&y=*"), one("/*", distribution=OTHER))),
        (f"{ID} /a /b\n{OTHER} /c\n{ID} /b /d", (one("/a", "/b", "/d"), one("/c", distribution=OTHER))),
        (f"{ID} /%C4%99", (one("/%C4%99"),)),
    ],
)
def test_lines_become_one_invalidation_for_each_distribution(text: str, wanted: tuple[Invalidation, ...]) -> None:
    assert read_invalidations(text) == (wanted, ())


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("/index.html", "must begin with the id of a distribution"),
        ("e1abcdef2ghijk /x", "must begin with the id of a distribution"),
        ("E1ABC /x", "must begin with the id of a distribution"),
        ("arn:aws:cloudfront::222222222222:distribution/E1ABCDEF2GHIJK", "must begin with the id of a distribution"),
        (f"{ID} index.html", "must have paths that begin with `/`"),
        (f"{ID} https://www.example.com/", "must have paths that begin with `/`"),
        (f"{ID} /a/*/b", "must have `*` at the end of a path only"),
        (f"{ID} /gęś", "must have paths in ASCII"),
        (f"{ID} /{'a' * 4000}", "must have paths of at most 4000 characters"),
    ],
)
def test_a_line_that_cloudfront_would_not_take_is_refused(line: str, rule: str) -> None:
    found, (fault,) = read_invalidations(line)
    assert (found, fault.name, fault.value) == ((), "invalidate", line)
    assert rule in fault.rule


def test_every_fault_is_told_at_once() -> None:
    found, faults = read_invalidations(f"{ID} a b\n{OTHER} /ok\nnothing x\n{OTHER} /*/x")
    assert (found, len(faults)) == ((), 4)


@pytest.mark.parametrize(("count", "suffix", "refused"), [(MOST_PATHS, "", 0), (MOST_PATHS + 1, "", 1), (16, "*", 1)])
def test_no_more_paths_than_cloudfront_takes_of_a_distribution(count: int, suffix: str, refused: int) -> None:
    lines = [f"{ID} /{number}{suffix}" for number in range(count)]
    found, faults = read_invalidations("\n".join(lines))
    assert (len(found), len(faults)) == (1 - refused, refused)


def test_the_same_is_asked_for_by_the_same_reference_and_nothing_else_is() -> None:
    made = reference(one("/a", "/b"), "execution-1")
    assert made == reference(one("/a", "/b"), "execution-1")
    others = [(one("/a"), "execution-1"), (one("/a", "/b"), "execution-2"), (one("/a", "/b", distribution=OTHER), "x")]
    assert made not in {reference(*other) for other in others}
    assert len(made) == 64
