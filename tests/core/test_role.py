"""Role of an author: own account before platform before model, else a customer."""

from dataclasses import replace

import pytest

from core.role import Role, RoleOrigin
from tests.core.factories import mention, verdict

NEWS = verdict(heads={"role": {"customer": 0.2, "news": 0.7, "advert": 0.1}})


@pytest.mark.parametrize(
    ("fields", "role", "origin"),
    [
        ({}, Role.CUSTOMER, RoleOrigin.DEFAULT),
        ({"verdicts": (verdict(),)}, Role.CUSTOMER, RoleOrigin.DEFAULT),
        ({"verdicts": (NEWS,)}, Role.NEWS, RoleOrigin.MODEL),
        (
            {"verdicts": (NEWS,), "author_role": Role.AUTOMATED},
            Role.AUTOMATED,
            RoleOrigin.PLATFORM,
        ),
        (
            {"verdicts": (NEWS,), "author_role": Role.AUTOMATED, "brand_of": ("acme",)},
            Role.BRAND,
            RoleOrigin.ACCOUNT,
        ),
        ({"verdicts": (replace(NEWS, text_sha256="old"),)}, Role.CUSTOMER, RoleOrigin.DEFAULT),
    ],
)
def test_first_evidence_counts(fields, role, origin):
    subject = replace(mention(), **fields)
    assert (subject.role, subject.role_origin) == (role, origin)


def test_own_account_is_the_brand_of_its_own_watch_alone():
    subject = replace(mention(NEWS), brand_of=("acme",))
    assert subject.role_for("acme") is Role.BRAND
    assert subject.role_for("globex") is Role.NEWS
    assert subject.role_for(None) is Role.BRAND


def test_of_equal_probabilities_the_first_class_counts():
    assert verdict(heads={"role": {"news": 0.5, "customer": 0.5}}).role is Role.CUSTOMER


@pytest.mark.parametrize(("share", "ironic"), [(0.79, False), (0.8, True), (0.9, True)])
def test_irony_needs_more_than_a_half(share, ironic):
    assert verdict(heads={"irony": {"literal": 1 - share, "irony": share}}).ironic is ironic


def test_without_a_head_irony_and_role_are_unknown():
    assert verdict().ironic is None
    assert verdict().role is None
