//! Service levels as tables: every band at the value where it begins, which windows count, what is
//! missing, what is refused.

use aicf_core::Code;
use aicf_core::amount::Multiplier;
use aicf_core::policy::{Band, Policy, SlaPolicy, default_policy};
use aicf_core::sla::{Evaluation, Tally, Window, evaluate, wilson_lower, wilson_upper};
use aicf_core::value::Kind;
use proptest::prelude::*;

fn z(ppm: u32) -> Multiplier {
    Multiplier::new(ppm).unwrap()
}

fn default() -> &'static SlaPolicy {
    &default_policy().unwrap().sla
}

fn with(change: impl FnOnce(&mut SlaPolicy)) -> SlaPolicy {
    let mut policy: Policy = default_policy().unwrap().clone();
    change(&mut policy.sla);
    policy.checked().unwrap().sla
}

fn tally(ok: u64, total: u64) -> Tally {
    Tally { ok, total }
}

/// A window of 2000 jobs that earns gold in either kind, to be spoiled.
fn perfect() -> Window {
    Window {
        jobs: 2000,
        qos_sum_ppm: Some(2000 * 900_000),
        coverage_sum_ppm: Some(2000 * 50_000),
        integrity_ok: Some(true),
        counts: vec![0, 0, 0, 0, 0, 0, 0, 2000, 0, 0, 0], // all up to 3000 ms
        overflow: 0,
        heartbeats: tally(30_000, 30_000),
        offers: tally(5_000, 5_000),
        timely: tally(2_000, 2_000),
        failed: 20,
    }
}

fn spoiled(change: impl FnOnce(&mut Window)) -> Window {
    let mut window = perfect();
    change(&mut window);
    window
}

/// The verdict when the same window stands in both places.
fn judged(kind: Kind, window: &Window) -> Evaluation {
    evaluate(default(), kind, window, window).unwrap()
}

/// All jobs in the bin that ends at this edge; none for the overflow.
fn all_at(window: &mut Window, bin: Option<usize>) {
    window.counts = vec![0; 11];
    match bin {
        Some(bin) => window.counts[bin] = 2000,
        None => window.overflow = 2000,
    }
}

#[test]
fn each_band_begins_where_the_policy_says() {
    use Band::{Bronze, Fail, Gold, Silver};
    type Spoil = Box<dyn Fn(&mut Window)>;
    let qos = |ppm: u64| -> Spoil { Box::new(move |w| w.qos_sum_ppm = Some(ppm * 2000)) };
    let coverage = |ppm: u64| -> Spoil { Box::new(move |w| w.coverage_sum_ppm = Some(ppm * 2000)) };
    let p95 = |bin: Option<usize>| -> Spoil { Box::new(move |w| all_at(w, bin)) };
    let failed = |jobs: u64| -> Spoil { Box::new(move |w| w.failed = jobs) };
    let heartbeats = |ok: u64| -> Spoil { Box::new(move |w| w.heartbeats = tally(ok, 30_000)) };
    let untouched: Spoil = Box::new(|_| {});
    // what is spoiled, how, AI, quantum
    let table: Vec<(&str, Spoil, Band, Band)> = vec![
        ("nothing", untouched, Gold, Gold),
        ("qos 90 %", qos(900_000), Gold, Gold),
        ("qos just below", qos(899_999), Silver, Gold),
        ("qos 80 %", qos(800_000), Silver, Gold),
        ("qos just below", qos(799_999), Bronze, Gold),
        ("qos 70 %", qos(700_000), Bronze, Gold),
        ("qos just below", qos(699_999), Fail, Gold),
        ("no qos", Box::new(|w| w.qos_sum_ppm = None), Fail, Gold),
        ("coverage 5 %", coverage(50_000), Gold, Gold),
        ("coverage just below", coverage(49_999), Gold, Silver),
        ("coverage 3 %", coverage(30_000), Gold, Silver),
        ("coverage just below", coverage(29_999), Gold, Bronze),
        ("coverage 1 %", coverage(10_000), Gold, Bronze),
        ("coverage just below", coverage(9_999), Gold, Fail),
        ("no coverage", Box::new(|w| w.coverage_sum_ppm = None), Gold, Fail),
        (
            "integrity false",
            Box::new(|w| w.integrity_ok = Some(false)),
            Gold,
            Fail,
        ),
        ("integrity unknown", Box::new(|w| w.integrity_ok = None), Gold, Fail),
        ("p95 3 s", p95(Some(7)), Gold, Gold),
        ("p95 6 s", p95(Some(8)), Silver, Silver),
        ("p95 12 s", p95(Some(9)), Bronze, Bronze),
        ("p95 24 s", p95(Some(10)), Fail, Fail),
        ("p95 above", p95(None), Fail, Fail),
        ("no latencies", Box::new(|w| w.counts = vec![0; 11]), Fail, Fail),
        ("1 % failed", failed(20), Gold, Gold),
        ("more", failed(21), Silver, Silver),
        ("3 % failed", failed(60), Silver, Silver),
        ("more", failed(61), Bronze, Bronze),
        ("7 % failed", failed(140), Bronze, Bronze),
        ("more", failed(141), Fail, Fail),
        // 30 % of availability; the rest is nearly perfect.
        ("low bound 99 %", heartbeats(29_158), Gold, Gold),
        ("one heartbeat less", heartbeats(29_157), Silver, Silver),
        ("low bound 97.5 %", heartbeats(27_692), Silver, Silver),
        ("one heartbeat less", heartbeats(27_691), Bronze, Bronze),
        ("high bound 95 %", heartbeats(24_874), Bronze, Bronze),
        ("one heartbeat less", heartbeats(24_873), Fail, Fail),
        (
            "nothing tried",
            Box::new(|w| {
                w.heartbeats = tally(0, 0);
                w.offers = tally(0, 0);
                w.timely = tally(0, 0);
            }),
            Fail,
            Fail,
        ),
    ];
    for (what, spoil, ai, quantum) in table {
        let window = spoiled(spoil);
        assert_eq!(
            judged(Kind::Ai, &window).band,
            ai,
            "{what}, ai: {:?}",
            judged(Kind::Ai, &window)
        );
        assert_eq!(judged(Kind::Quantum, &window).band, quantum, "{what}, quantum");
    }
}

#[test]
fn a_band_pays_its_multiplier() {
    for (qos, band, quality) in [
        (900_000, Band::Gold, 1_100_000),
        (800_000, Band::Silver, 1_000_000),
        (700_000, Band::Bronze, 850_000),
        (0, Band::Fail, 0),
    ] {
        let verdict = judged(Kind::Ai, &spoiled(|w| w.qos_sum_ppm = Some(qos * 2000)));
        assert_eq!((verdict.band, verdict.quality_ppm.ppm()), (band, quality));
    }
}

#[test]
fn a_window_counts_from_min_samples_on() {
    let long = perfect();
    let short = |jobs: u64| Window {
        qos_sum_ppm: Some(0),
        coverage_sum_ppm: None,
        failed: 0,
        jobs,
        ..perfect()
    };
    // jobs short, jobs long, qos, samples used; the short one has no quality at all
    let table = [
        (199, 2000, Some(900_000), 2000), // only the long one
        (200, 2000, Some(540_000), 2000), // 40 % of 0 and 60 % of 900000
        (200, 199, Some(0), 200),         // only the short one
        (199, 199, None, 0),              // neither
        (0, 0, None, 0),
    ];
    for (jobs_short, jobs_long, qos, samples) in table {
        let long = Window {
            jobs: jobs_long,
            qos_sum_ppm: Some(jobs_long * 900_000),
            coverage_sum_ppm: None,
            failed: 0,
            ..long.clone()
        };
        let verdict = evaluate(default(), Kind::Ai, &short(jobs_short), &long).unwrap();
        assert_eq!(
            (verdict.metrics.qos_ppm, verdict.samples_used),
            (qos, samples),
            "{jobs_short} {jobs_long}"
        );
    }
}

#[test]
fn without_samples_the_band_is_provisional_unless_a_trap_was_failed() {
    let policy = with(|sla| sla.provisional_band = Band::Bronze);
    // integrity short, integrity long, quantum's band; AI's is always the provisional one
    let table = [
        (None, None, Band::Bronze),
        (Some(true), None, Band::Bronze),
        (Some(true), Some(true), Band::Bronze),
        (Some(false), None, Band::Fail),
        (None, Some(false), Band::Fail),
        (Some(false), Some(true), Band::Fail),
    ];
    for (short, long, band) in table {
        let window = |integrity_ok| Window {
            integrity_ok,
            counts: vec![0; 11],
            ..Window::default()
        };
        let verdict = evaluate(&policy, Kind::Quantum, &window(short), &window(long)).unwrap();
        assert_eq!((verdict.band, verdict.samples_used), (band, 0));
        assert_eq!(verdict.metrics, aicf_core::sla::Metrics::default());
        let verdict = evaluate(&policy, Kind::Ai, &window(short), &window(long)).unwrap();
        assert_eq!(verdict.band, Band::Bronze);
    }
}

#[test]
fn integrity_is_asked_of_counting_windows_only() {
    let caught = spoiled(|w| w.integrity_ok = Some(false));
    let small = Window {
        jobs: 1,
        qos_sum_ppm: None,
        coverage_sum_ppm: None,
        failed: 0,
        ..caught.clone()
    };
    let band = |short: &Window, long: &Window| evaluate(default(), Kind::Quantum, short, long).unwrap().band;
    assert_eq!(band(&small, &perfect()), Band::Gold);
    assert_eq!(band(&perfect(), &small), Band::Gold);
    assert_eq!(band(&caught, &perfect()), Band::Fail);
    assert_eq!(band(&perfect(), &caught), Band::Fail);
}

#[test]
fn a_window_without_jobs_still_knows_its_availability() {
    let idle = spoiled(|w| {
        w.jobs = 0;
        w.failed = 0;
        w.qos_sum_ppm = Some(0);
        w.coverage_sum_ppm = None;
        w.counts = vec![0; 11];
    });
    let metrics = idle.metrics(default()).unwrap();
    assert_eq!(
        (metrics.qos_ppm, metrics.p95_ms, metrics.fail_rate_ppm),
        (None, None, None)
    );
    assert!(metrics.availability_high_ppm.is_some());
}

#[test]
fn a_metric_missing_in_one_window_is_the_others() {
    let without = spoiled(|w| w.qos_sum_ppm = None);
    let verdict = evaluate(default(), Kind::Ai, &without, &perfect()).unwrap();
    assert_eq!(verdict.metrics.qos_ppm, Some(900_000));
    let verdict = evaluate(default(), Kind::Ai, &perfect(), &without).unwrap();
    assert_eq!(verdict.metrics.qos_ppm, Some(900_000));
}

#[test]
fn availability_leaves_out_what_was_not_tried_or_weighs_nothing() {
    let heartbeats_only = spoiled(|w| {
        w.heartbeats = tally(90, 100);
        w.offers = tally(0, 0);
        w.timely = tally(0, 0);
    });
    let low = wilson_lower(90, 100, z(1_960_000)).unwrap();
    let high = wilson_upper(90, 100, z(1_960_000)).unwrap();
    let metrics = judged(Kind::Ai, &heartbeats_only).metrics;
    assert_eq!(metrics.availability_low_ppm, Some(low));
    assert_eq!(metrics.availability_high_ppm, Some(high));

    // The same with the others tried but weightless.
    let policy = with(|sla| {
        sla.w_heartbeats_ppm.0 = 1_000_000;
        sla.w_offers_ppm.0 = 0;
        sla.w_timely_ppm.0 = 0;
    });
    let window = spoiled(|w| w.heartbeats = tally(90, 100));
    let metrics = evaluate(&policy, Kind::Ai, &window, &window).unwrap().metrics;
    assert_eq!(metrics.availability_low_ppm, Some(low));
    let window = spoiled(|w| w.heartbeats = tally(0, 0));
    let metrics = evaluate(&policy, Kind::Ai, &window, &window).unwrap().metrics;
    assert_eq!(metrics.availability_low_ppm, None);
}

#[test]
fn a_window_is_refused_at_its_first_wrong_field() {
    use Code::{BadLength, OutOfRange};
    type Spoil = fn(&mut Window);
    let table: [(Spoil, Code, &str); 8] = [
        (|w| w.qos_sum_ppm = Some(2_000_000_001), OutOfRange, "qos_sum_ppm"),
        (
            |w| w.coverage_sum_ppm = Some(2_000_000_001),
            OutOfRange,
            "coverage_sum_ppm",
        ),
        (|w| w.counts.push(0), BadLength, "counts"),
        (|w| w.counts.clear(), BadLength, "counts"),
        (|w| w.heartbeats.ok += 1, OutOfRange, "heartbeats.ok"),
        (|w| w.offers.ok += 1, OutOfRange, "offers.ok"),
        (|w| w.timely.ok += 1, OutOfRange, "timely.ok"),
        (|w| w.failed = 2001, OutOfRange, "failed"),
    ];
    for (index, (spoil, code, field)) in table.iter().enumerate() {
        let bad = spoiled(spoil);
        let error = evaluate(default(), Kind::Ai, &bad, &perfect()).unwrap_err();
        assert_eq!((error.code, &*error.path), (*code, &*format!(".short.{field}")));
        // The short window is judged before the long one, and an earlier field before a later one.
        let error = evaluate(default(), Kind::Ai, &perfect(), &bad).unwrap_err();
        assert_eq!((error.code, &*error.path), (*code, &*format!(".long.{field}")));
        let all_from_here = spoiled(|w| table[index..].iter().rev().for_each(|(spoil, ..)| spoil(w)));
        let error = evaluate(default(), Kind::Ai, &all_from_here, &bad).unwrap_err();
        assert_eq!(error.path, format!(".short.{field}"));
    }
}

fn any_tally() -> impl Strategy<Value = Tally> {
    (any::<u64>(), any::<u64>()).prop_map(|(a, b)| tally(a.min(b), a.max(b)))
}

fn any_window() -> impl Strategy<Value = Window> {
    let jobs = prop_oneof![0..1000_u64, any::<u64>()];
    let sums = (any::<Option<u64>>(), any::<Option<u64>>(), any::<Option<bool>>());
    let counts = (prop::collection::vec(any::<u64>(), 11), any::<u64>());
    (
        jobs,
        sums,
        counts,
        (any_tally(), any_tally(), any_tally()),
        any::<u64>(),
    )
        .prop_map(
            |(jobs, (qos, coverage, integrity_ok), (counts, overflow), (heartbeats, offers, timely), failed)| {
                let most = jobs.saturating_mul(1_000_000);
                Window {
                    jobs,
                    qos_sum_ppm: qos.map(|sum| sum.min(most)),
                    coverage_sum_ppm: coverage.map(|sum| sum.min(most)),
                    integrity_ok,
                    counts,
                    overflow,
                    heartbeats,
                    offers,
                    timely,
                    failed: failed.min(jobs),
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn any_window_gets_a_verdict(short in any_window(), long in any_window(), quantum in any::<bool>(), z_ppm in 0..=10_000_000_u32) {
        let policy = with(|sla| sla.z_ppm = z(z_ppm));
        let kind = if quantum { Kind::Quantum } else { Kind::Ai };
        let verdict = evaluate(&policy, kind, &short, &long).unwrap();
        let metrics = verdict.metrics;
        for ratio in [metrics.qos_ppm, metrics.coverage_ppm, metrics.fail_rate_ppm, metrics.availability_low_ppm, metrics.availability_high_ppm] {
            prop_assert!(ratio.is_none_or(|ratio| ratio <= 1_000_000));
        }
        prop_assert!(metrics.availability_low_ppm <= metrics.availability_high_ppm);
        prop_assert_eq!(verdict.quality_ppm, policy.quality_ppm.of(verdict.band));
    }

    #[test]
    fn one_more_good_job_never_costs_a_band(ok in 0..2000_u64) {
        let at = |ok| judged(Kind::Ai, &spoiled(|w| w.timely = tally(ok, 2000))).band;
        prop_assert!(at(ok + 1) <= at(ok)); // gold is the least
    }
}
