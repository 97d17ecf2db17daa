//! Matching by tables: one provider at the edge of each rule, and small dispatches whose outcome can be
//! followed by eye.

mod matching_support;

use aicf_core::amount::{Atoms, Ratio, Units};
use aicf_core::matching::{Assigned, Attestation, AttestationClass, Job, Provider, Reason, Status, assign};
use aicf_core::policy::{Policy, Spread, Strategy, default_policy};
use aicf_core::value::{Hash32, Kind, PerKind};
use matching_support::network::{NOW_MS, hash, job, provider, text};

fn policy() -> Policy {
    default_policy().unwrap().clone()
}

fn both<T: Copy>(value: T) -> PerKind<T> {
    PerKind {
        ai: value,
        quantum: value,
    }
}

fn attested(class: AttestationClass, not_after_ms: u64) -> Option<Attestation> {
    Some(Attestation { class, not_after_ms })
}

type Change = fn(&mut Policy, &mut Provider, &mut Job);

#[test]
#[rustfmt::skip]
fn every_rule_at_its_edge() {
    use AttestationClass::{SevSnp, Sgx, Tdx};
    use Reason as R;
    // what is changed from a provider that may do anything and a job that asks for nothing, where it fails
    let table: &[(&str, Change, Option<Reason>)] = &[
        ("as it is",                |_, _, _| {},                                                              None),
        ("active",                  |_, p, _| p.status = Some(Status::Active),                                 None),
        ("registered",              |_, p, _| p.status = Some(Status::Registered),                             Some(R::Status)),
        ("jailed",                  |_, p, _| p.status = Some(Status::Jailed),                                 Some(R::Status)),
        ("suspended",               |_, p, _| p.status = Some(Status::Suspended),                              Some(R::Status)),
        ("retired",                 |_, p, _| p.status = Some(Status::Retired),                                Some(R::Status)),
        ("the other kind",          |_, p, _| p.kinds = vec![Kind::Quantum],                                   Some(R::Capability)),
        ("no kind",                 |_, p, _| p.kinds = vec![],                                                Some(R::Capability)),
        ("the kind twice",          |_, p, _| p.kinds = vec![Kind::Ai, Kind::Ai],                              None),
        ("attestation wanted",      |c, _, _| c.registry.require_attestation = true,                           Some(R::Attestation)),
        ("attestation runs out",    |_, p, _| p.attestation = attested(Sgx, NOW_MS + 1),                       None),
        ("attestation ran out",     |_, p, _| p.attestation = attested(Sgx, NOW_MS),                           Some(R::Attestation)),
        ("stake just enough",       |_, p, _| p.stake = Atoms(10_000),                                         None),
        ("stake one short",         |_, p, _| p.stake = Atoms(9_999),                                          Some(R::Stake)),
        ("stake of quantum",        |_, p, j| { p.stake = Atoms(49_999); j.kind = Kind::Quantum; },            Some(R::Stake)),
        ("health just enough",      |_, p, _| p.health_ppm = Ratio::new(600_000).unwrap(),                     None),
        ("health one short",        |_, p, _| p.health_ppm = Ratio::new(599_999).unwrap(),                     Some(R::Health)),
        ("denied",                  |c, _, _| c.registry.deny = vec![text("p")],                               Some(R::Denied)),
        ("another denied",          |c, _, _| c.registry.deny = vec![text("q")],                               None),
        ("allowed",                 |c, _, _| c.registry.allow = vec![text("q"), text("p")],                   None),
        ("another allowed",         |c, _, _| c.registry.allow = vec![text("q")],                              Some(R::Denied)),
        ("allowed and denied",      |c, _, _| { c.registry.allow = vec![text("p")]; c.registry.deny = vec![text("p")]; }, Some(R::Denied)),
        ("its region",              |_, p, j| { p.region = Some(text("eu")); j.region = Some(text("eu")); },   None),
        ("another region",          |_, p, j| { p.region = Some(text("eu")); j.region = Some(text("EU")); },   Some(R::Region)),
        ("no region",               |_, _, j| j.region = Some(text("eu")),                                     Some(R::Region)),
        ("any region",              |_, p, _| p.region = Some(text("eu")),                                     None),
        ("its model",               |_, p, j| { p.models = Some(vec![text("a"), text("b")]); j.model = Some(text("b")); }, None),
        ("another model",           |_, p, j| { p.models = Some(vec![text("a")]); j.model = Some(text("b")); }, Some(R::Model)),
        ("an empty list of models", |_, p, j| { p.models = Some(vec![]); j.model = Some(text("b")); },         Some(R::Model)),
        ("no models",               |_, _, j| j.model = Some(text("b")),                                       Some(R::Model)),
        ("its class",               |_, p, j| { p.attestation = attested(Tdx, u64::MAX); j.attestation_classes = Some(vec![Sgx, Tdx]); }, None),
        ("another class",           |_, p, j| { p.attestation = attested(Tdx, u64::MAX); j.attestation_classes = Some(vec![Sgx, SevSnp]); }, Some(R::AttestationClass)),
        ("no class",                |_, _, j| j.attestation_classes = Some(AttestationClass::ALL.to_vec()),     Some(R::AttestationClass)),
        ("an empty list of classes", |_, _, j| j.attestation_classes = Some(vec![]),                           None),
        ("cooling down",            |_, _, j| j.cooldown = Some(vec![text("q"), text("p")]),                   Some(R::Cooldown)),
        ("another cools down",      |_, _, j| j.cooldown = Some(vec![text("q")]),                              None),
        ("the last place",          |_, p, _| p.active_leases = Some(both(15)),                                None),
        ("full",                    |_, p, _| p.active_leases = Some(both(16)),                                Some(R::Concurrency)),
        ("more than full",          |_, p, _| p.active_leases = Some(both(17)),                                Some(R::Concurrency)),
        ("full of the other kind",  |_, p, _| p.active_leases = Some(PerKind { ai: 15, quantum: 16 }),         None),
        ("its own cap",             |_, p, _| { p.max_concurrent = Some(both(17)); p.active_leases = Some(both(16)); }, None),
        ("its own cap of nothing",  |_, p, _| p.max_concurrent = Some(both(0)),                                Some(R::Concurrency)),
        ("the policy's cap",        |c, _, _| c.assignment.concurrency = both(0),                              Some(R::Concurrency)),
        ("the last units",          |_, p, j| { p.units_used = Some(both(Units(99_990))); j.units = Units(10); }, None),
        ("one unit short",          |_, p, j| { p.units_used = Some(both(Units(99_990))); j.units = Units(11); }, Some(R::Units)),
        ("no units for none",       |_, p, _| p.units_used = Some(both(Units(100_000))),                       None),
        ("more used than there are", |_, p, _| p.units_used = Some(both(Units(100_001))),                      Some(R::Units)),
        ("a sum beyond 64 bits",    |_, p, j| { p.units_used = Some(both(Units(2))); j.units = Units(u64::MAX); }, Some(R::Units)),
        ("all units there can be",  |c, _, j| { c.assignment.units_per_epoch = both(Units(u64::MAX)); j.units = Units(u64::MAX); }, None),
        // Alone it has every lease there is: its share is the whole, and less than the whole is too little.
        ("the whole share",         |c, _, _| c.assignment.diversity_min_leases = 1,                           None),
        ("too few leases yet",      |c, p, _| { half(c, 4); p.active_leases = Some(both(3)); },                None),
        ("leases enough",           |c, p, _| { half(c, 3); p.active_leases = Some(both(3)); },                Some(R::Diversity)),
        ("no share at all",         |c, p, _| { c.assignment.diversity_min_leases = 1; c.assignment.max_operator_share_ppm = Ratio::default(); p.active_leases = Some(both(1)); }, Some(R::Diversity)),
        ("its region's share",      |c, p, _| { half_of_a_region(c); p.active_leases = Some(both(3)); p.region = Some(text("eu")); }, Some(R::Diversity)),
        ("a share of no region",    |c, p, _| { half_of_a_region(c); p.active_leases = Some(both(3)); },       None),
        // Each failure hides those after it.
        ("all at once",             |c, p, j| { p.kinds = vec![]; p.stake = Atoms(0); c.registry.deny = vec![text("p")]; j.region = Some(text("eu")); }, Some(R::Capability)),
        ("the later half",          |_, p, j| { j.model = Some(text("m")); p.max_concurrent = Some(both(0)); j.units = Units(u64::MAX); }, Some(R::Model)),
        ("cooling down and full",   |_, p, j| { j.cooldown = Some(vec![text("p")]); p.max_concurrent = Some(both(0)); }, Some(R::Cooldown)),
        ("full and spent",          |_, p, _| { p.max_concurrent = Some(both(0)); p.units_used = Some(both(Units(100_001))); }, Some(R::Concurrency)),
    ];
    for (what, change, wanted) in table {
        let (mut policy, mut provider, mut job) = (policy(), provider("p"), job(1, Kind::Ai, 0));
        change(&mut policy, &mut provider, &mut job);
        let Assigned { assignments, unassigned, order } = assign(&policy, &hash(1), NOW_MS, &[provider], &[job]).unwrap();
        assert_eq!(order, [text("p")], "{what}");
        let reason = unassigned.first().map(|job| job.reason);
        assert_eq!((reason, assignments.len()), (*wanted, usize::from(wanted.is_none())), "{what}");
        if let (Some(reason), Some(job)) = (reason, unassigned.first()) {
            assert_eq!(job.counts.iter().collect::<Vec<_>>(), [(reason, 1)], "{what}");
        }
    }
}

fn half(policy: &mut Policy, min_leases: u64) {
    policy.assignment.diversity_min_leases = min_leases;
    policy.assignment.max_operator_share_ppm = Ratio::new(500_000).unwrap();
}

fn half_of_a_region(policy: &mut Policy) {
    policy.assignment.diversity_min_leases = 1;
    policy.assignment.max_region_share_ppm = Ratio::new(500_000).unwrap();
}

/// Four providers that stand in the order a, b, c, d: the more stake, the further in front.
fn in_order() -> (Policy, Vec<Provider>) {
    let mut policy = policy();
    policy.assignment.strategy = Strategy::Score;
    let providers = [("a", 4), ("b", 3), ("c", 2), ("d", 1)].map(|(id, stake)| Provider {
        stake: Atoms(stake * 1_000_000),
        ..provider(id)
    });
    (policy, providers.into())
}

/// Who got the jobs, one letter each; `-` for nobody.
fn letters(policy: &Policy, providers: &[Provider], jobs: &[Job]) -> String {
    let assigned = assign(policy, &hash(1), NOW_MS, providers, jobs).unwrap();
    let of = |task_id: Hash32| assigned.assignments.iter().find(|pair| pair.task_id == task_id);
    let letter = |job: &Job| of(job.task_id).map_or("-".to_string(), |pair| pair.provider_id.to_string());
    jobs.iter().map(letter).collect()
}

fn jobs(number: u64) -> Vec<Job> {
    (0..number).map(|index| job(index, Kind::Ai, 10)).collect()
}

#[test]
fn round_robin_goes_round_and_pack_does_not() {
    let (mut policy, mut providers) = in_order();
    policy.assignment.concurrency.ai = 2;
    assert_eq!(letters(&policy, &providers, &jobs(9)), "abcdabcd-");
    policy.assignment.spread = Spread::Pack;
    assert_eq!(letters(&policy, &providers, &jobs(9)), "aabbccdd-");
    // Its own cap counts instead of the policy's.
    providers[1].max_concurrent = Some(both(4));
    assert_eq!(letters(&policy, &providers, &jobs(9)), "aabbbbccd");
}

#[test]
fn a_lease_of_one_kind_moves_the_provider_for_both() {
    let (policy, providers) = in_order();
    let mut jobs = jobs(4);
    jobs[1].kind = Kind::Quantum;
    assert_eq!(letters(&policy, &providers, &jobs), "abcd");
}

#[test]
fn who_is_passed_by_keeps_the_place() {
    let (policy, mut providers) = in_order();
    providers[0].units_used = Some(both(Units(99_995)));
    let mut jobs = jobs(5);
    jobs[3].units = Units(5);
    assert_eq!(letters(&policy, &providers, &jobs), "bcdab");
    jobs[1].cooldown = Some(vec![text("c")]);
    assert_eq!(letters(&policy, &providers, &jobs), "bdcab");
}

#[test]
fn a_share_opens_again_when_others_have_leases() {
    let (mut policy, mut providers) = in_order();
    policy.assignment.spread = Spread::Pack;
    half(&mut policy, 2);
    for one in &mut providers[..2] {
        one.operator = Some(text("a and b"));
    }
    // With T leases in all, an operator with L may have another as long as 2(L + 1) <= T + 1:
    // at T = 2 and 3 not a with 2, so c; at 4 not c with 2 either, so d; at 5 a, at 6 c, at 7 a again.
    assert_eq!(letters(&policy, &providers, &jobs(8)), "aaccdaca");
    // An operator's name may be another provider's id: then both are one operator.
    providers[2].id = text("a and b");
    assert_eq!(letters(&policy, &providers, &jobs(3)), "aad");
}

#[test]
fn a_job_that_stays_says_where_everybody_failed() {
    let (mut policy, mut providers) = in_order();
    policy.assignment.concurrency.ai = 1;
    providers[0].status = Some(Status::Jailed);
    providers[1].region = Some(text("eu"));
    let mut jobs = jobs(4);
    jobs[1].region = Some(text("eu"));
    jobs[3].cooldown = Some(vec![text("c"), text("a")]);
    let Assigned {
        assignments,
        unassigned,
        ..
    } = assign(&policy, &hash(1), NOW_MS, &providers, &jobs).unwrap();
    let pairs: Vec<_> = assignments
        .iter()
        .map(|pair| (pair.task_id, &*pair.provider_id))
        .collect();
    // The first job takes the only provider of the region, which the second job then misses.
    assert_eq!(pairs, [(hash(0), "b"), (hash(2), "c"), (hash(3), "d")]);
    let counts: Vec<_> = unassigned[0].counts.iter().collect();
    assert_eq!(
        counts,
        [(Reason::Status, 1), (Reason::Region, 2), (Reason::Concurrency, 1)]
    );
    assert_eq!(unassigned[0].reason, Reason::Region);
    let empty = assign(&policy, &hash(1), NOW_MS, &[], &jobs[..1]).unwrap();
    assert_eq!(empty.unassigned[0].reason, Reason::NoProviders);
    assert_eq!(empty.unassigned[0].counts.iter().count(), 0);
}

#[test]
fn the_output_leaves_zeros_out_and_keeps_the_order_of_the_reasons() {
    use aicf_core::catalogue::testee_line;
    let request = r#"{"id":1,"fn":"matching.assign","input":{"seed":"SEED","now_ms":5,"providers":[
        {"id":"b","kinds":["ai"],"stake":"0","health_ppm":1000000},
        {"id":"a","kinds":[],"stake":"0","health_ppm":0,"attestation":{"class":"sev-snp","not_after_ms":6}}],
        "jobs":[{"task_id":"SEED","kind":"ai","units":0,"attestation_classes":["cca"],"cooldown":[]}]}}"#
        .replace('\n', "")
        .replace("SEED", &Hash32::ZERO.to_string());
    let reply = String::from_utf8(testee_line(request.as_bytes())).unwrap();
    let counts = r#""reason":"capability","counts":{"capability":1,"stake":1}}],"order":["#;
    assert!(reply.contains(counts), "{reply}");
    let unknown = request.replace("sev-snp", "sevsnp");
    let reply = String::from_utf8(testee_line(unknown.as_bytes())).unwrap();
    assert!(
        reply.contains(r#""code":"out_of_range","path":"input.providers[1].attestation.class""#),
        "{reply}"
    );
}
