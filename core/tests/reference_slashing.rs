//! The expected decisions of `reference-slashing.json`, under a policy made of that file's own
//! defaults: its bands, base penalties, sample minima and multipliers.

use aicf_core::amount::{Atoms, Ppm, Ratio};
use aicf_core::policy::{
    AboveMs, AbovePpm, BelowPpm, MinSamples, Severities, Severity, SeverityCost, SlashBands, SlashingPolicy,
    default_policy,
};
use aicf_core::slashing::{AvailabilityMetric, EpochMetrics, LatencyMetric, QosMetric, TrapsMetric, decide};
use serde_json::Value;

/// A decimal fraction of the file in ppm, from its text: no float is involved.
fn ppm(value: &Value) -> u32 {
    let text = value.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    assert!(fraction.len() <= 6, "{text} has more than six places");
    let padded = format!("{fraction:0<6}");
    whole.parse::<u32>().unwrap() * 1_000_000 + padded.parse::<u32>().unwrap()
}

fn ratio(value: &Value) -> Ratio {
    Ratio::new(ppm(value)).unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn severity(value: &Value) -> Severity {
    serde_json::from_value(value.clone()).unwrap()
}

fn bands<T>(defaults: &Value, dimension: &str, band: impl Fn(&Value) -> T) -> Vec<T> {
    let bands = &defaults["dimension_to_severity"][dimension]["bands"];
    bands.as_array().unwrap().iter().map(band).collect()
}

fn policy(defaults: &Value) -> SlashingPolicy {
    let cost = |name: &str| {
        let base = &defaults["severity_base"][name];
        SeverityCost {
            penalty: Atoms(number(&base["slash_tokens"]).into()),
            cooldown_epochs: number(&base["cooldown_epochs"]),
            jail_epochs: number(&base["jail_epochs"]),
        }
    };
    let least = |name: &str| number(&defaults["min_samples"][name]);
    let below = |name: &'static str| {
        move |band: &Value| BelowPpm {
            lt_ppm: ratio(&band[name]),
            severity: severity(&band["severity"]),
        }
    };
    SlashingPolicy {
        bands: SlashBands {
            traps: bands(defaults, "traps", |band| AbovePpm {
                gt_ppm: ratio(&band["gt_ratio"]),
                severity: severity(&band["severity"]),
            }),
            qos: bands(defaults, "qos", below("lt_score")),
            latency: bands(defaults, "latency", |band| AboveMs {
                gt_ms: number(&band["gt_ms"]),
                severity: severity(&band["severity"]),
            }),
            availability: bands(defaults, "availability", below("lt_ratio")),
        },
        min_samples: MinSamples {
            traps: least("traps"),
            qos: least("qos"),
            latency: least("latency"),
            availability: least("availability"),
        },
        severity: Severities {
            minor: cost("minor"),
            major: cost("major"),
            critical: cost("critical"),
        },
        window_epochs: number(&defaults["escalation"]["window_epochs"]),
        multipliers_ppm: defaults["escalation"]["multipliers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|multiplier| Ppm(ppm(multiplier)))
            .collect(),
        max_penalty_per_epoch: Atoms::MAX, // the file knows no cap
        ..default_policy().unwrap().slashing.clone()
    }
}

fn metrics(given: &Value) -> EpochMetrics {
    let samples = |name: &str| number(&given[name]["samples"]);
    EpochMetrics {
        traps: Some(TrapsMetric {
            fail_ppm: ratio(&given["traps"]["fail_ratio"]),
            samples: samples("traps"),
        }),
        qos: Some(QosMetric {
            score_ppm: ratio(&given["qos"]["score"]),
            samples: samples("qos"),
        }),
        latency: Some(LatencyMetric {
            p95_ms: number(&given["latency_p95_ms"]["value"]),
            samples: samples("latency_p95_ms"),
        }),
        availability: Some(AvailabilityMetric {
            ratio_ppm: ratio(&given["availability"]["ratio"]),
            samples: samples("availability"),
        }),
    }
}

#[test]
fn every_vector_is_decided_as_expected() {
    let file: Value = serde_json::from_str(include_str!("../../fixtures/vectors/reference-slashing.json")).unwrap();
    let policy = policy(&file["defaults"]);
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 8);
    for vector in vectors {
        let (name, expect) = (&vector["name"], &vector["expect"]);
        let stake = Atoms(number(&vector["stake_before"]).into());
        let recent = number(&vector["history"]["recent_offenses"]);
        let decision = decide(&policy, stake, recent, &metrics(&vector["metrics"]), &[]).unwrap();
        let verdict = expect["decision"].as_str().unwrap().to_lowercase();
        assert_eq!(serde_json::to_value(decision.decision).unwrap(), verdict, "{name}");
        assert_eq!(
            serde_json::to_value(decision.severity).unwrap(),
            expect["severity"],
            "{name}"
        );
        assert_eq!(
            decision.penalty.0,
            u128::from(number(&expect["slash_tokens"])),
            "{name}"
        );
        assert_eq!(decision.cooldown_epochs, number(&expect["cooldown_epochs"]), "{name}");
        assert_eq!(decision.jail_epochs, number(&expect["jail_epochs"]), "{name}");
        assert_eq!(
            decision.stake_after.0,
            u128::from(number(&expect["stake_after"])),
            "{name}"
        );
    }
}
