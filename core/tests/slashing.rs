//! Slashing as tables: where each severity begins, what gates it, which one decides, what it costs.

use aicf_core::amount::{Atoms, Ratio};
use aicf_core::policy::{Policy, Severity, SlashingPolicy, default_policy};
use aicf_core::slashing::{
    AvailabilityMetric, Cause, Decision, EpochMetrics, LatencyMetric, Offence, QosMetric, TrapsMetric, Verdict, decide,
};
use aicf_core::{Code, catalogue};
use proptest::prelude::*;

fn ratio(ppm: u32) -> Ratio {
    Ratio::new(ppm).unwrap()
}

fn traps(fail_ppm: u32, samples: u64) -> EpochMetrics {
    EpochMetrics {
        traps: Some(TrapsMetric {
            fail_ppm: ratio(fail_ppm),
            samples,
        }),
        ..EpochMetrics::default()
    }
}

fn qos(score_ppm: u32, samples: u64) -> EpochMetrics {
    EpochMetrics {
        qos: Some(QosMetric {
            score_ppm: ratio(score_ppm),
            samples,
        }),
        ..EpochMetrics::default()
    }
}

fn latency(p95_ms: u64, samples: u64) -> EpochMetrics {
    EpochMetrics {
        latency: Some(LatencyMetric { p95_ms, samples }),
        ..EpochMetrics::default()
    }
}

fn availability(ratio_ppm: u32, samples: u64) -> EpochMetrics {
    EpochMetrics {
        availability: Some(AvailabilityMetric {
            ratio_ppm: ratio(ratio_ppm),
            samples,
        }),
        ..EpochMetrics::default()
    }
}

fn together(parts: &[EpochMetrics]) -> EpochMetrics {
    parts.iter().fold(EpochMetrics::default(), |all, part| EpochMetrics {
        traps: all.traps.or(part.traps),
        qos: all.qos.or(part.qos),
        latency: all.latency.or(part.latency),
        availability: all.availability.or(part.availability),
    })
}

fn default() -> &'static SlashingPolicy {
    &default_policy().unwrap().slashing
}

fn with(change: impl FnOnce(&mut SlashingPolicy)) -> SlashingPolicy {
    let mut policy: Policy = default_policy().unwrap().clone();
    change(&mut policy.slashing);
    policy.checked().unwrap().slashing
}

/// With a stake that is never the limit and no history.
fn decided(metrics: &EpochMetrics, offences: &[Offence]) -> Decision {
    decide(default(), Atoms(1 << 100), 0, metrics, offences).unwrap()
}

const NONE: Option<Severity> = None;
const MINOR: Option<Severity> = Some(Severity::Minor);
const MAJOR: Option<Severity> = Some(Severity::Major);
const CRITICAL: Option<Severity> = Some(Severity::Critical);

#[test]
fn each_severity_begins_where_the_policy_says() {
    let table = [
        (traps(340_000, 500), NONE),
        (traps(340_001, 500), MAJOR),
        (traps(500_000, 500), MAJOR),
        (traps(500_001, 500), CRITICAL),
        (traps(1_000_000, 500), CRITICAL),
        (qos(1_000_000, 200), NONE),
        (qos(700_000, 200), NONE),
        (qos(699_999, 200), MINOR),
        (qos(600_000, 200), MINOR),
        (qos(599_999, 200), MAJOR),
        (qos(500_000, 200), MAJOR),
        (qos(499_999, 200), CRITICAL),
        (latency(12_000, 200), NONE),
        (latency(12_001, 200), MINOR),
        (latency(24_000, 200), MINOR),
        (latency(24_001, 200), MAJOR),
        (latency(u64::MAX, 200), MAJOR),
        (availability(950_000, 288), NONE),
        (availability(949_999, 288), MINOR),
        (availability(900_000, 288), MINOR),
        (availability(899_999, 288), MAJOR),
        (availability(800_000, 288), MAJOR),
        (availability(799_999, 288), CRITICAL),
    ];
    for (metrics, severity) in table {
        let decision = decided(&metrics, &[]);
        assert_eq!(decision.severity, severity, "{metrics:?}");
        assert_eq!(
            decision.decision,
            if severity.is_some() {
                Verdict::Slash
            } else {
                Verdict::None
            }
        );
    }
}

#[test]
fn the_order_of_bands_does_not_matter() {
    let policy = with(|slashing| {
        slashing.bands.qos.reverse();
        slashing.bands.traps.reverse();
    });
    let severity = |metrics| decide(&policy, Atoms(1), 0, &metrics, &[]).unwrap().severity;
    assert_eq!(severity(qos(400_000, 200)), CRITICAL);
    assert_eq!(severity(traps(400_000, 500)), MAJOR);
}

#[test]
fn too_few_samples_only_warn() {
    let cases = [
        (traps(1_000_000, 499), traps(1_000_000, 500)),
        (qos(0, 199), qos(0, 200)),
        (latency(30_000, 199), latency(30_000, 200)),
        (availability(0, 287), availability(0, 288)),
    ];
    for (few, enough) in cases {
        let decision = decided(&few, &[]);
        assert_eq!(decision.decision, Verdict::Warning, "{few:?}");
        assert_eq!((decision.severity, decision.dimension), (None, None));
        assert_eq!((decision.penalty, decision.stake_after), (Atoms(0), Atoms(1 << 100)));
        assert_eq!(decided(&enough, &[]).decision, Verdict::Slash, "{enough:?}");
    }
    // Few samples without a breach are nothing, and no metrics at all are nothing.
    assert_eq!(decided(&qos(700_000, 0), &[]).decision, Verdict::None);
    assert_eq!(decided(&EpochMetrics::default(), &[]).decision, Verdict::None);
    // What is gated does not decide, but is still shown with its own severity.
    let decision = decided(&together(&[traps(1_000_000, 499), qos(699_999, 200)]), &[]);
    assert_eq!((decision.severity, decision.dimension), (MINOR, Some(Cause::Qos)));
    let shown = decision.dimensions.traps.unwrap();
    assert_eq!(
        (shown.breached, shown.enough_samples, shown.severity),
        (true, false, CRITICAL)
    );
}

#[test]
fn the_highest_severity_decides_and_the_first_of_equals_is_named() {
    use Offence::{AttestationInvalid, Equivocation, HeartbeatMiss, LeaseLoss, Replay};
    let minor = [qos(699_999, 200), latency(12_001, 200), availability(949_999, 288)];
    let major = [
        traps(340_001, 500),
        qos(599_999, 200),
        latency(24_001, 200),
        availability(899_999, 288),
    ];
    let table = [
        (together(&minor), vec![], Cause::Qos),
        (together(&minor[1..]), vec![], Cause::Latency),
        (together(&minor[2..]), vec![], Cause::Availability),
        (together(&major), vec![], Cause::Traps),
        (together(&[minor[0], major[3]]), vec![], Cause::Availability),
        (together(&minor), vec![LeaseLoss], Cause::Qos), // a metric before an offence of the same severity
        (together(&minor), vec![Replay], Cause::Replay),
        (
            together(&major),
            vec![Replay, Equivocation, AttestationInvalid],
            Cause::Equivocation,
        ),
        (together(&[]), vec![HeartbeatMiss, LeaseLoss], Cause::HeartbeatMiss), // as given
        (together(&[]), vec![LeaseLoss, HeartbeatMiss], Cause::LeaseLoss),
        (
            together(&[]),
            vec![LeaseLoss, LeaseLoss, AttestationInvalid],
            Cause::AttestationInvalid,
        ),
    ];
    for (metrics, offences, cause) in table {
        let decision = decided(&metrics, &offences);
        assert_eq!(decision.dimension, Some(cause), "{metrics:?} {offences:?}");
        assert_eq!(decision.decision, Verdict::Slash);
    }
}

#[test]
fn each_offence_has_the_severity_of_the_policy() {
    for (offence, severity) in [
        (Offence::AttestationInvalid, CRITICAL),
        (Offence::Equivocation, CRITICAL),
        (Offence::Replay, MAJOR),
        (Offence::LeaseLoss, MINOR),
        (Offence::HeartbeatMiss, MINOR),
    ] {
        let decision = decided(&EpochMetrics::default(), &[offence]);
        assert_eq!(decision.severity, severity, "{offence:?}");
        assert_eq!(decision.dimensions, Default::default(), "an offence is no dimension");
        assert_eq!(serde_json::to_value(offence).unwrap(), Cause::from(offence).as_str());
    }
}

#[test]
fn what_it_costs() {
    let minor = qos(699_999, 200);
    let major = qos(599_999, 200);
    let critical = qos(499_999, 200);
    let rich = 10_000_000;
    // metrics, earlier offences, stake, penalty, cooldown, jail
    let table = [
        (minor, 0, rich, 10_000, 1, 0),
        (minor, 1, rich, 15_000, 2, 0), // 1.5 epochs are 2
        (minor, 2, rich, 20_000, 2, 0),
        (minor, 3, rich, 20_000, 2, 0), // the last multiplier repeats
        (minor, u64::MAX, rich, 20_000, 2, 0),
        (major, 0, rich, 50_000, 2, 0),
        (major, 1, rich, 75_000, 3, 0),
        (major, 2, rich, 100_000, 4, 0),
        (critical, 0, rich, 200_000, 4, 2),
        (critical, 1, rich, 300_000, 6, 3),
        (critical, 2, rich, 400_000, 8, 4),
        (critical, 2, 400_000, 400_000, 8, 4),
        (critical, 2, 399_999, 399_999, 8, 4), // never more than the stake
        (critical, 2, 1, 1, 8, 4),
        (critical, 2, 0, 0, 8, 4),
        (major, 0, 10_000, 10_000, 2, 0),
    ];
    for (metrics, earlier, stake, penalty, cooldown, jail) in table {
        let decision = decide(default(), Atoms(stake), earlier, &metrics, &[]).unwrap();
        let got = (
            decision.penalty.0,
            decision.cooldown_epochs,
            decision.jail_epochs,
            decision.stake_after.0,
        );
        assert_eq!(
            got,
            (penalty, cooldown, jail, stake - penalty),
            "{metrics:?} after {earlier} with {stake}"
        );
    }
}

#[test]
fn the_cap_of_an_epoch_holds_and_products_are_mathematical() {
    let huge = with(|slashing| {
        slashing.severity.minor.penalty = Atoms::MAX;
        slashing.multipliers_ppm = vec![aicf_core::amount::Ppm(u32::MAX)];
        slashing.max_penalty_per_epoch = Atoms(777);
    });
    // The multiplied penalty is far above 128 bits, what is taken of it is not.
    let decision = decide(&huge, Atoms::MAX, 0, &qos(699_999, 200), &[]).unwrap();
    assert_eq!(decision.penalty, Atoms(777));
    // Penalties round down, epochs up.
    let thirds = with(|slashing| slashing.multipliers_ppm = vec![aicf_core::amount::Ppm(333_333)]);
    let decision = decide(&thirds, Atoms::MAX, 0, &qos(699_999, 200), &[]).unwrap();
    assert_eq!(
        (decision.penalty, decision.cooldown_epochs, decision.jail_epochs),
        (Atoms(3_333), 1, 0)
    );
    // Epochs that do not fit are an error, never a wrap.
    let eternal = with(|slashing| slashing.severity.minor.jail_epochs = u64::MAX);
    let error = decide(&eternal, Atoms::MAX, 1, &qos(699_999, 200), &[]).unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (Code::Overflow, "input"));
}

#[test]
fn the_reply_names_severity_and_dimension_only_of_a_slash() {
    let reply = |line: &str| String::from_utf8(catalogue::testee_line(line.as_bytes())).unwrap();
    assert_eq!(
        reply(
            r#"{"id":1,"fn":"slashing.decide","input":{"stake":"5","recent_offences":0,"metrics":{"qos":{"score_ppm":1,"samples":1}},"offences":[]}}"#
        ),
        r#"{"id":1,"ok":{"decision":"warning","penalty":"0","cooldown_epochs":0,"jail_epochs":0,"stake_after":"5","dimensions":{"qos":{"breached":true,"enough_samples":false,"severity":"critical"}}}}"#,
    );
    assert_eq!(
        reply(
            r#"{"id":1,"fn":"slashing.decide","input":{"stake":"50000","recent_offences":0,"metrics":{},"offences":["lease_loss"]}}"#
        ),
        r#"{"id":1,"ok":{"decision":"slash","severity":"minor","dimension":"lease_loss","penalty":"10000","cooldown_epochs":1,"jail_epochs":0,"stake_after":"40000","dimensions":{}}}"#,
    );
    let refused = reply(
        r#"{"id":1,"fn":"slashing.decide","input":{"stake":"5","recent_offences":0,"metrics":{},"offences":["replay","theft"]}}"#,
    );
    assert!(
        refused.starts_with(r#"{"id":1,"error":{"code":"out_of_range","path":"input.offences[1]""#),
        "{refused}"
    );
}

fn any_offence() -> impl Strategy<Value = Offence> {
    prop::sample::select(vec![
        Offence::AttestationInvalid,
        Offence::Equivocation,
        Offence::Replay,
        Offence::LeaseLoss,
        Offence::HeartbeatMiss,
    ])
}

fn any_metrics() -> impl Strategy<Value = EpochMetrics> {
    let part = 0..=1_000_000_u32;
    let samples = 0..1000_u64;
    (
        prop::option::of((part.clone(), samples.clone())),
        prop::option::of((part.clone(), samples.clone())),
        prop::option::of((0..40_000_u64, samples.clone())),
        prop::option::of((part, samples)),
    )
        .prop_map(|(a, b, c, d)| EpochMetrics {
            traps: a.and_then(|(ppm, samples)| traps(ppm, samples).traps),
            qos: b.and_then(|(ppm, samples)| qos(ppm, samples).qos),
            latency: c.and_then(|(ms, samples)| latency(ms, samples).latency),
            availability: d.and_then(|(ppm, samples)| availability(ppm, samples).availability),
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn no_more_is_taken_than_there_is_or_than_the_cap(
        metrics in any_metrics(),
        offences in prop::collection::vec(any_offence(), 0..4),
        stake in any::<u128>(),
        earlier in 0..5_u64,
        cap in 0..500_000_u128,
    ) {
        let policy = with(|slashing| slashing.max_penalty_per_epoch = Atoms(cap));
        let decision = decide(&policy, Atoms(stake), earlier, &metrics, &offences).unwrap();
        prop_assert!(decision.penalty.0 <= cap && decision.penalty.0 <= stake);
        prop_assert_eq!(decision.stake_after.0 + decision.penalty.0, stake);
        prop_assert_eq!(decision.severity.is_some(), decision.decision == Verdict::Slash);
        prop_assert_eq!(decision.dimension.is_some(), decision.decision == Verdict::Slash);
        prop_assert!(offences.is_empty() || decision.decision == Verdict::Slash);

        // More evidence is never milder, and history never helps.
        let alone = decide(&policy, Atoms(stake), earlier, &metrics, &[]).unwrap();
        prop_assert!(alone.severity <= decision.severity && alone.penalty <= decision.penalty);
        let later = decide(&policy, Atoms(stake), earlier + 1, &metrics, &offences).unwrap();
        prop_assert!(decision.penalty <= later.penalty);
    }
}
