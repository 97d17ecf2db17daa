"""Which job goes to which provider: who is eligible, what quotas allow, and how ties are broken."""

from __future__ import annotations

from typing import Any, cast

import pytest

import aicf

SEED = bytes(32)
#: Who may register: anyone with a stake.
OPEN: aicf.PartialPolicy = {"registry": {"min_stake": {"ai": 1}}}
TASKS = [bytes([n]) * 32 for n in range(1, 7)]


def provider(name: str, **changes: Any) -> aicf.MatchProvider:
    base: dict[str, Any] = {"id": name, "kinds": ["ai"], "stake": 1_000, "health_ppm": 1_000_000, "status": "active"}
    return cast(aicf.MatchProvider, {**base, **changes})


def job(task_id: bytes, **changes: Any) -> aicf.MatchJob:
    base: dict[str, Any] = {"task_id": task_id, "kind": "ai", "units": 10}
    return cast(aicf.MatchJob, {**base, **changes})


def assign(
    providers: list[aicf.MatchProvider],
    jobs: list[aicf.MatchJob],
    policy: aicf.PartialPolicy | None = None,
) -> aicf.MatchingAssignOutput:
    return aicf.matching_assign(seed=SEED, now_ms=0, providers=providers, jobs=jobs, policy=policy)


@pytest.mark.parametrize(
    ("changes", "wanted", "reason"),
    [
        ({}, {}, None),
        ({"kinds": ["quantum"]}, {}, "capability"),
        ({"models": ["small"]}, {"model": "large"}, "model"),
        ({"models": ["small"]}, {"model": "small"}, None),
        ({"region": "eu-west"}, {"region": "us-east"}, "region"),
        ({"region": "eu-west"}, {"region": "eu-west"}, None),
        ({"health_ppm": 0}, {}, "health"),
        ({"stake": 0}, {}, "stake"),
        ({"status": "jailed"}, {}, "status"),
        ({}, {"cooldown": ["one"]}, "cooldown"),
        ({}, {"attestation_classes": ["tdx"]}, "attestation_class"),
        ({"max_concurrent": {"ai": 1, "quantum": 0}, "active_leases": {"ai": 1, "quantum": 0}}, {}, "concurrency"),
    ],
)
def test_who_is_eligible(changes: dict[str, Any], wanted: dict[str, Any], reason: str | None) -> None:
    policy: aicf.PartialPolicy = {"registry": {"min_stake": {"ai": 1}, "min_health_ppm": 500_000}}
    out = assign([provider("one", **changes)], [job(TASKS[0], **wanted)], policy)
    if reason is None:
        assert out["assignments"] == [{"task_id": TASKS[0], "provider_id": "one"}]
        assert out["unassigned"] == []
    else:
        assert out["assignments"] == []
        assert [(entry["task_id"], entry["reason"]) for entry in out["unassigned"]] == [(TASKS[0], reason)]


def test_a_quota_of_units_holds_over_an_epoch() -> None:
    policy: aicf.PartialPolicy = {**OPEN, "assignment": {"units_per_epoch": {"ai": 25}}}
    jobs = [job(task_id) for task_id in TASKS[:4]]
    out = assign([provider("one", max_concurrent={"ai": 9, "quantum": 0})], jobs, policy)
    assert len(out["assignments"]) == 2
    assert {entry["reason"] for entry in out["unassigned"]} == {"units"}


def test_concurrency_is_what_the_provider_says_or_else_the_policy() -> None:
    for mine, theirs, expected in [(3, 5, 5), (3, None, 3), (5, 2, 2)]:
        policy: aicf.PartialPolicy = {**OPEN, "assignment": {"concurrency": {"ai": mine}}}
        one = provider("one") if theirs is None else provider("one", max_concurrent={"ai": theirs, "quantum": 0})
        out = assign([one], [job(task_id) for task_id in TASKS], policy)
        assert len(out["assignments"]) == expected


def test_ties_in_the_queue_go_to_the_earlier_task_id() -> None:
    jobs: list[aicf.RankJob] = [
        {"task_id": task_id, "fee": 5, "size_bytes": 10, "tier": "pro", "enqueue_ms": 0}
        for task_id in (TASKS[2], TASKS[0], TASKS[1])
    ]
    ranked = aicf.priority_rank(now_ms=1_000, jobs=jobs)["jobs"]
    assert [entry["task_id"] for entry in ranked] == TASKS[:3]
    assert len({entry["score_ppm"] for entry in ranked}) == 1


def test_ties_between_providers_are_broken_by_the_seed_and_by_nothing_else() -> None:
    providers: list[aicf.PermuteProvider] = [
        {"id": name, "stake": 7, "health_ppm": 1_000_000} for name in ("a", "b", "c", "d", "e", "f")
    ]
    orders: set[tuple[str, ...]] = set()
    for byte in range(16):
        seed = bytes([byte]) * 32
        forth = aicf.matching_permute(seed=seed, strategy="shuffle", providers=providers)["order"]
        back = aicf.matching_permute(seed=seed, strategy="shuffle", providers=providers[::-1])["order"]
        assert forth == back, "the order in which providers are named does not matter"
        orders.add(tuple(forth))
    assert len(orders) > 8


def test_a_whole_dispatch_leaves_jobs_that_no_one_takes_in_the_queue(devnet: Any) -> None:
    net = devnet({"registry": {"min_stake": {"ai": 10}}})
    net.ok("register", provider_id="one", kinds=["ai"], models=[], endpoints=[])
    net.ok("stake", provider_id="one", amount=10)
    for number, kind in enumerate(["ai", "quantum"]):
        net.ok(
            "enqueue",
            kind=kind,
            requester="alice",
            tier="pro",
            fee=1,
            units=5,
            tx_hash=bytes([number]) * 32,
            caller=b"alice",
            payload=b"{}",
            attestation_classes=[],
        )
    events = net.ok("dispatch", beacon=bytes(32))["events"]
    assert [event["job_assigned"]["provider_id"] for event in events if "job_assigned" in event] == ["one"]
    waiting = net.engine.query("job.list", {"status": "queued"})["items"]
    assert [entry["kind"] for entry in waiting] == ["quantum"]
