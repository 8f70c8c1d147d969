"""Statements are compared by what they mean, and whoever's they are, others' stay untouched."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access.making import PRODUCTION, READER, REPOSITORY, bob, grant, packages
from waybill.domain.access.grants import May
from waybill.domain.access.meaning import meaning_of, same_document, statements_in
from waybill.domain.access.merging import compact, merged
from waybill.domain.access.packages import package_statements
from waybill.domain.access.wanted import WantedStatement, is_ours, of_grant, sid_of

ROOT = f"arn:aws:iam::{PRODUCTION}:root"
ACTIONS = ["codeartifact:ReadFromRepository", "codeartifact:ListPackages", "codeartifact:PublishPackageVersion"]

TEXTS = st.text(max_size=6)
FOREIGN = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"]), "Action": st.lists(st.sampled_from(ACTIONS), min_size=1)},
    optional={
        "Sid": TEXTS.filter(lambda sid: not sid.startswith("Waybill")),
        "Principal": st.sampled_from(["*", {"AWS": ROOT}, {"AWS": [ROOT, "*"]}]),
        "Resource": st.sampled_from(["*", ["*"]]),
        "Condition": st.dictionaries(st.just("StringEquals"), st.dictionaries(TEXTS, TEXTS, max_size=1), max_size=1),
    },
)
DOCUMENTS = st.none() | st.builds(
    lambda statements, version: json.dumps({**version, "Statement": statements}),
    st.lists(FOREIGN, max_size=4) | FOREIGN,
    st.sampled_from([{"Version": "2012-10-17"}, {"Version": "2008-10-17", "Id": "x"}, {}]),
)


def wanted(*words: May) -> list[WantedStatement]:
    made = grant(READER, words or (May.READ, May.PUBLISH), packages())
    return [one for one in package_statements(made, packages()) if one.ref == REPOSITORY]


class TestMeaning:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({"Action": ["a:B", "a:C"]}, {"Action": ["a:C", "a:B"]}),
            ({"Action": "a:B"}, {"Action": ["A:b"]}),
            ({"Principal": {"AWS": PRODUCTION}}, {"Principal": {"AWS": [ROOT]}}),
            ({"Principal": {"AWS": ["x", PRODUCTION]}}, {"Principal": {"AWS": [ROOT, "x"]}}),
            ({"Principal": "*"}, {"Principal": {"AWS": "*"}}),
            ({"Resource": "x"}, {"Resource": ["x"]}),
            ({"Sid": "One", "Effect": "Allow"}, {"Effect": "Allow", "Sid": "Other"}),
            ({"Condition": {}}, {}),
            ({"Condition": {"Bool": {"x:Y": True}}}, {"Condition": {"bool": {"X:y": ["true"]}}}),
            ({"Condition": {"StringLike": {"k": ["b", "a"]}}}, {"Condition": {"StringLike": {"k": ["a", "b"]}}}),
        ],
    )
    def test_how_it_is_written_is_nothing(self, one: dict[str, Any], other: dict[str, Any]) -> None:
        assert meaning_of(one) == meaning_of(other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({"Action": "a:B"}, {"NotAction": "a:B"}),
            ({"Effect": "Allow"}, {"Effect": "Deny"}),
            ({"Resource": "X"}, {"Resource": "x"}),
            ({"Principal": {"AWS": ROOT}}, {"Principal": {"Federated": ROOT}}),
            ({"Principal": {"AWS": ROOT}}, {"Principal": {"AWS": ROOT.replace("2222", "3333")}}),
            ({"Condition": {"Bool": {"x:Y": "true"}}}, {}),
            ({"Condition": {"StringLike": {"k": "a"}}}, {"Condition": {"StringEquals": {"k": "a"}}}),
        ],
    )
    def test_what_is_other_is_other(self, one: dict[str, Any], other: dict[str, Any]) -> None:
        assert meaning_of(one) != meaning_of(other)

    def test_documents_are_the_same_in_any_order_but_not_with_one_more(self) -> None:
        first, second = {"Sid": "A", "Effect": "Allow"}, {"Sid": "B", "Effect": "Deny"}
        one, other = (json.dumps({"Statement": each}, indent=2) for each in ([first, second], [second, first]))
        assert same_document(one, other)
        assert not same_document(one, json.dumps({"Statement": [first, first, second]}))
        assert not same_document(one, "no policy")
        assert same_document("no policy", "no policy")


class TestMerging:
    @given(DOCUMENTS)
    def test_whatever_is_not_ours_stays_as_it_is_in_its_order(self, live: str | None) -> None:
        after = merged(live, wanted())
        assert after is not None
        foreign = [one for one in statements_in(after) if not is_ours(one)]
        assert foreign == (statements_in(live) if live else [])
        assert {one.get("Sid") for one in statements_in(after)} >= {one.sid for one in wanted()}

    @given(DOCUMENTS)
    def test_a_second_time_changes_nothing_not_even_the_formatting(self, live: str | None) -> None:
        once = merged(live, wanted())
        assert once is not None
        spread = json.dumps(json.loads(once), indent=3)
        assert merged(spread, wanted()) == spread

    @given(DOCUMENTS)
    def test_what_is_taken_back_leaves_what_was_there(self, live: str | None) -> None:
        after = merged(merged(live, wanted()), [])
        left = statements_in(live) if live else []
        if after is None:
            assert left == []
        else:
            assert statements_in(after) == left
            before = json.loads(live or "{}")
            assert {key: value for key, value in json.loads(after).items() if key != "Statement"} == {
                key: value for key, value in before.items() if key != "Statement"
            }

    @given(DOCUMENTS)
    def test_nothing_wanted_and_nothing_of_ours_is_no_change(self, live: str | None) -> None:
        assert merged(live, []) == live

    def test_one_of_ours_that_means_something_else_is_put_right_in_its_place(self) -> None:
        theirs = {"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "x:Y", "Resource": "*"}
        first = wanted()[0]
        drifted = {**first.body, "Principal": "*"}
        after = merged(compact({"Statement": [drifted, theirs]}), wanted())
        assert after is not None
        assert [one["Sid"] for one in statements_in(after)][:2] == [first.sid, "Theirs"]
        assert statements_in(after)[0] == dict(first.body)

    def test_one_that_is_there_twice_is_there_once_then(self) -> None:
        first = wanted(May.READ)[0]
        after = merged(compact({"Statement": [dict(first.body), dict(first.body)]}), wanted(May.READ))
        assert after is not None
        assert len(statements_in(after)) == 1

    def test_ours_that_are_kept_stay_though_nobody_wants_them(self) -> None:
        sids = [one.sid for one in wanted()]
        text = merged(None, wanted())
        after = merged(text, [], kept=sids[:1])
        assert after is not None
        assert [one["Sid"] for one in statements_in(after)] == sids[:1]

    @pytest.mark.parametrize("text", ["no policy", "[]", "1"])
    def test_what_is_no_policy_is_not_touched(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"."):
            merged(text, wanted())


class TestSids:
    def test_they_are_letters_and_digits_named_by_the_grant(self) -> None:
        assert sid_of("bob-publishes-ui", "Publish") == "WaybillBobPublishesUiPublish"

    def test_one_grants_are_not_anothers_whose_name_begins_alike(self) -> None:
        assert of_grant(sid_of("bob", "Read"), "bob")
        assert not of_grant(sid_of("bobby", "Read"), "bob")
        assert not of_grant(sid_of("bob-read", "Token"), "bob")
        assert of_grant(sid_of("bob-read", "Read"), "bob-read")
        assert not of_grant(sid_of("bob-read", "Read"), "bob")

    def test_whose_they_are_is_seen_by_them_alone(self) -> None:
        assert all(is_ours(one.body) for one in wanted())
        assert not is_ours({"Sid": "Readers"})
        assert not is_ours({})
        assert [one.grant for one in package_statements(grant(bob(), May.READ, packages(), name="x"), packages())] == [
            "x",
            "x",
        ]
