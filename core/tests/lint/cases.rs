//! Each rule of the lint at its bound, as changes of documents that have no finding on a mainnet.

use aicf_core::policy::LintCode;
use serde_json::{Value, json};

/// A rule: what is found at which values, with the settings that are common, those that are just right and those that are
/// just wrong.
pub struct Case {
    pub code: LintCode,
    pub path: &'static str,
    pub other: &'static str,
    pub common: Vec<(&'static str, Value)>,
    /// The field, and its value on either side of the bound.
    pub bound: (&'static str, Value, Value),
}

fn case(
    code: LintCode,
    (path, other): (&'static str, &'static str),
    common: &[(&'static str, Value)],
    bound: (&'static str, Value, Value),
) -> Case {
    Case {
        code,
        path,
        other,
        common: common.to_vec(),
        bound,
    }
}

fn time_cases() -> Vec<Case> {
    use LintCode as Code;
    let latency = |ms: u64| json!([{"gt_ms": ms, "severity": "minor"}]);
    vec![
        case(
            Code::AckAfterLease,
            ("policy.lease.ack_timeout_ms", "policy.lease.duration_ms.quantum"),
            &[],
            ("policy.lease.ack_timeout_ms", json!(179_999), json!(180_000)),
        ),
        // Six leases of 600 s, and delays of 5, 10, 20, 40 and 80 s with a tenth of jitter.
        case(
            Code::AttemptsOutliveJob,
            ("policy.queue.attempts_ttl_ms", "policy.retry.max_attempts"),
            &[],
            ("policy.queue.attempts_ttl_ms", json!(3_770_500), json!(3_770_499)),
        ),
        // The delays end at the cap: 5, 10, 15, 15 and 15 s.
        case(
            Code::AttemptsOutliveJob,
            ("policy.queue.job_ttl_ms.ai", "policy.retry.max_attempts"),
            &[("policy.retry.cap_ms", json!(15_000))],
            ("policy.queue.job_ttl_ms.ai", json!(3_666_000), json!(3_665_999)),
        ),
        case(
            Code::BandOrder,
            ("policy.sla.quality_ppm.gold", "policy.sla.quality_ppm.silver"),
            &[],
            ("policy.sla.quality_ppm.silver", json!(1_100_000), json!(1_100_001)),
        ),
        case(
            Code::BandOrder,
            (
                "policy.sla.bands.ai.gold.max_p95_ms",
                "policy.sla.bands.ai.silver.max_p95_ms",
            ),
            &[],
            ("policy.sla.bands.ai.gold.max_p95_ms", json!(6000), json!(12_000)),
        ),
        case(
            Code::BandOrder,
            (
                "policy.sla.bands.quantum.silver.min_coverage_ppm",
                "policy.sla.bands.quantum.bronze.min_coverage_ppm",
            ),
            &[],
            (
                "policy.sla.bands.quantum.silver.min_coverage_ppm",
                json!(10_000),
                json!(9999),
            ),
        ),
        case(
            Code::FinalityExceedsEpoch,
            ("policy.epoch.finality_k", "policy.epoch.length_blocks"),
            &[("market.leases.proof_blocks", json!(2002))],
            ("policy.epoch.finality_k", json!(1000), json!(1001)),
        ),
        case(
            Code::LatencyBelowLease,
            ("policy.sla.bands.ai.bronze.max_p95_ms", "policy.lease.duration_ms.ai"),
            &[],
            (
                "policy.sla.bands.ai.bronze.max_p95_ms",
                json!(2_400_000),
                json!(1_200_000),
            ),
        ),
        // Six renewals of the half make four leases of a length: one renewal more is beyond the bound.
        case(
            Code::LatencyBelowLease,
            (
                "policy.sla.bands.quantum.bronze.max_p95_ms",
                "policy.lease.duration_ms.quantum",
            ),
            &[],
            ("policy.lease.duration_ms.quantum", json!(180_000), json!(180_001)),
        ),
        case(
            Code::LatencyBetweenEdges,
            ("policy.sla.bands.ai.silver.max_p95_ms", "policy.sla.edges_ms"),
            &[],
            ("policy.sla.bands.ai.silver.max_p95_ms", json!(6000), json!(6001)),
        ),
        // A bound above the last edge: what is between them is measured as 2^32 - 1.
        case(
            Code::LatencyBetweenEdges,
            ("policy.sla.bands.quantum.bronze.max_p95_ms", "policy.sla.edges_ms"),
            &[
                ("policy.sla.bands.ai.bronze.max_p95_ms", json!(4_294_967_295_u64)),
                ("policy.slashing.bands.latency", latency(4_294_967_295)),
            ],
            (
                "policy.sla.edges_ms",
                json!([3000, 6000, 720_000]),
                json!([3000, 6000, 719_999]),
            ),
        ),
        case(
            Code::LatencySlashesLease,
            ("policy.slashing.bands.latency[0].gt_ms", "policy.lease.duration_ms.ai"),
            &[],
            ("policy.slashing.bands.latency", latency(2_400_000), latency(1_200_000)),
        ),
        case(
            Code::LeaseOutlivesJob,
            ("policy.queue.job_ttl_ms.ai", "policy.lease.duration_ms.ai"),
            &[("policy.retry.max_attempts", json!(1))],
            ("policy.queue.job_ttl_ms.ai", json!(2_400_000), json!(2_399_999)),
        ),
        case(
            Code::ProofWindowShort,
            ("market.leases.proof_blocks", "policy.epoch.finality_k"),
            &[],
            ("market.leases.proof_blocks", json!(24), json!(23)),
        ),
        case(
            Code::SlashedWhilePaid,
            (
                "policy.slashing.bands.latency[0].gt_ms",
                "policy.sla.bands.ai.bronze.max_p95_ms",
            ),
            &[],
            ("policy.slashing.bands.latency", latency(2_400_000), latency(1_200_000)),
        ),
        case(
            Code::SlashedWhilePaid,
            (
                "policy.slashing.bands.qos[0].lt_ppm",
                "policy.sla.bands.ai.bronze.min_qos_ppm",
            ),
            &[],
            ("policy.slashing.bands.qos[0].lt_ppm", json!(700_000), json!(700_001)),
        ),
        case(
            Code::SlashedWhilePaid,
            (
                "policy.slashing.bands.availability[0].lt_ppm",
                "policy.sla.bands.quantum.bronze.min_availability_high_ppm",
            ),
            &[],
            (
                "policy.sla.bands.quantum.bronze.min_availability_high_ppm",
                json!(950_000),
                json!(949_999),
            ),
        ),
        case(
            Code::WindowNeverCounts,
            ("policy.sla.min_samples", "policy.sla.short_jobs"),
            &[],
            ("policy.sla.min_samples", json!(200), json!(201)),
        ),
        case(
            Code::WindowNeverCounts,
            ("policy.sla.min_samples", "policy.sla.long_jobs"),
            &[],
            ("policy.sla.long_jobs", json!(200), json!(199)),
        ),
    ]
}

fn work_cases() -> Vec<Case> {
    use LintCode as Code;
    vec![
        case(
            Code::AllowedAndDenied,
            ("policy.registry.allow", "policy.registry.deny"),
            &[("policy.registry.allow", json!(["p"]))],
            ("policy.registry.deny", json!(["q"]), json!(["q", "p"])),
        ),
        case(
            Code::BeatsNotExpected,
            ("market.registry.missed_beats_max", "market.registry.beat_blocks"),
            &[("market.registry.beat_blocks", json!(0))],
            ("market.registry.missed_beats_max", json!(0), json!(1)),
        ),
        case(
            Code::BeatsOutlastEpoch,
            ("market.registry.missed_beats_max", "policy.epoch.length_blocks"),
            &[],
            ("market.registry.missed_beats_max", json!(40), json!(41)),
        ),
        case(
            Code::CancelFree,
            ("market.requests.cancel_fee_ppm", "network.class"),
            &[],
            ("market.requests.cancel_fee_ppm", json!(1), json!(0)),
        ),
        case(
            Code::DiversityIdle,
            (
                "policy.assignment.max_operator_share_ppm",
                "policy.assignment.diversity_min_leases",
            ),
            &[],
            ("policy.assignment.diversity_min_leases", json!(20), json!(0)),
        ),
        case(
            Code::DiversityIdle,
            (
                "policy.assignment.max_region_share_ppm",
                "policy.assignment.diversity_min_leases",
            ),
            &[("policy.assignment.max_operator_share_ppm", json!(1_000_000))],
            (
                "policy.assignment.max_region_share_ppm",
                json!(999_999),
                json!(1_000_000),
            ),
        ),
        // Of nine leases a share below a ninth is less than one lease.
        case(
            Code::FairShareBelowOne,
            ("market.requests.fair_share_ppm", "market.requests.fair_min_leases"),
            &[],
            ("market.requests.fair_share_ppm", json!(111_112), json!(111_111)),
        ),
        case(
            Code::FairShareIdle,
            ("market.requests.fair_share_ppm", "market.requests.fair_min_leases"),
            &[],
            ("market.requests.fair_share_ppm", json!(999_999), json!(1_000_000)),
        ),
        case(
            Code::FairShareIdle,
            ("market.requests.fair_share_ppm", "market.requests.fair_min_leases"),
            &[],
            ("market.requests.fair_min_leases", json!(8), json!(0)),
        ),
        // A quarter of nine leases has room for two jobs.
        case(
            Code::FairShareIdle,
            ("market.requests.fair_share_ppm", "market.requests.queued_max"),
            &[],
            ("market.requests.queued_max", json!(3), json!(2)),
        ),
        // 25 blocks cost 297619 of a million at a half-life of 42 blocks, 304878 at 41.
        case(
            Code::HealthLostByOneBeat,
            (
                "market.registry.health_half_life_blocks",
                "policy.registry.min_health_ppm",
            ),
            &[],
            ("market.registry.health_half_life_blocks", json!(42), json!(41)),
        ),
        case(
            Code::JobAboveQuota,
            ("policy.assignment.units_per_epoch.ai", "market.requests.units_max.ai"),
            &[],
            (
                "policy.assignment.units_per_epoch.ai",
                json!("10000000"),
                json!("9999999"),
            ),
        ),
        // The default bounds no job; nothing at all is too little even then.
        case(
            Code::JobAboveQuota,
            (
                "policy.assignment.units_per_epoch.quantum",
                "market.requests.units_max.quantum",
            ),
            &[("market.requests.units_max.quantum", json!("9007199254740991"))],
            ("policy.assignment.units_per_epoch.quantum", json!("1"), json!("0")),
        ),
        case(
            Code::JobAboveWindow,
            ("market.requests.units_per_window", "market.requests.units_max.ai"),
            &[],
            ("market.requests.units_per_window", json!("10000000"), json!("9999999")),
        ),
        case(
            Code::SplittingGainsJobs,
            ("policy.assignment.spread", "network.class"),
            &[],
            ("policy.assignment.spread", json!("proportional"), json!("round_robin")),
        ),
        case(
            Code::SplittingGainsJobs,
            ("policy.assignment.weight_cap", "network.class"),
            &[],
            (
                "policy.assignment.weight_cap",
                json!("79228162514264337593543950336"),
                json!("79228162514264337593543950335"),
            ),
        ),
        case(
            Code::SplittingGainsSlots,
            ("market.leases.stake_per_lease.ai", "policy.assignment.concurrency.ai"),
            &[],
            ("market.leases.stake_per_lease.ai", json!("1"), json!("0")),
        ),
        case(
            Code::StakeBelowSlot,
            ("policy.registry.min_stake.ai", "market.leases.stake_per_lease.ai"),
            &[],
            ("market.leases.stake_per_lease.ai", json!("400000"), json!("400001")),
        ),
        case(
            Code::MeasurementsOpen,
            ("market.attestation.measurements", "network.class"),
            &[],
            (
                "market.attestation.measurements",
                json!({"sgx": [], "tdx": ["0x01"], "sev_snp": [], "cca": []}),
                json!({"sgx": [], "tdx": [], "sev_snp": [], "cca": []}),
            ),
        ),
        case(
            Code::NoConcurrency,
            ("policy.assignment.concurrency.quantum", ""),
            &[],
            ("policy.assignment.concurrency.quantum", json!(1), json!(0)),
        ),
    ]
}

fn money_cases() -> Vec<Case> {
    use LintCode as Code;
    vec![
        case(
            Code::CarryIdle,
            ("policy.fund.rollover_ppm", "policy.fund.max_carry"),
            &[],
            ("policy.fund.max_carry", json!("1"), json!("0")),
        ),
        case(
            Code::CarryIdle,
            ("policy.fund.rollover_ppm", "policy.fund.max_carry"),
            &[],
            ("policy.fund.rollover_ppm", json!(1), json!(0)),
        ),
        case(
            Code::CorrelationOutlastsStake,
            ("market.penalties.correlation_epochs", "policy.slashing.window_epochs"),
            &[],
            ("market.penalties.correlation_epochs", json!(32), json!(33)),
        ),
        case(
            Code::DebtNeverRepaid,
            ("market.penalties.clawback_ppm", ""),
            &[],
            ("market.penalties.clawback_ppm", json!(1), json!(0)),
        ),
        case(
            Code::MultiplierNeverReached,
            ("policy.slashing.multipliers_ppm", "policy.slashing.window_epochs"),
            &[],
            ("policy.slashing.window_epochs", json!(3), json!(2)),
        ),
        case(
            Code::NoSlashingWindow,
            ("policy.slashing.window_epochs", ""),
            &[("policy.slashing.multipliers_ppm", json!([1_000_000]))],
            ("policy.slashing.window_epochs", json!(1), json!(0)),
        ),
        case(
            Code::PenaltyAboveStake,
            (
                "policy.slashing.severity.critical.penalty",
                "policy.registry.min_stake.ai",
            ),
            &[],
            ("policy.registry.min_stake.ai", json!("400000"), json!("399999")),
        ),
        // The bound of an epoch bounds what a stake must cover.
        case(
            Code::PenaltyAboveStake,
            (
                "policy.slashing.severity.critical.penalty",
                "policy.registry.min_stake.ai",
            ),
            &[("policy.registry.min_stake.ai", json!("300000"))],
            (
                "policy.slashing.max_penalty_per_epoch",
                json!("300000"),
                json!("300001"),
            ),
        ),
        case(
            Code::PenaltyCapped,
            (
                "policy.slashing.max_penalty_per_epoch",
                "policy.slashing.severity.critical.penalty",
            ),
            &[],
            (
                "policy.slashing.max_penalty_per_epoch",
                json!("200000"),
                json!("199999"),
            ),
        ),
        case(
            Code::PenaltyOrder,
            (
                "policy.slashing.severity.minor.penalty",
                "policy.slashing.severity.major.penalty",
            ),
            &[],
            ("policy.slashing.severity.minor.penalty", json!("50000"), json!("50001")),
        ),
        case(
            Code::PenaltyOrder,
            (
                "policy.slashing.multipliers_ppm[1]",
                "policy.slashing.multipliers_ppm[2]",
            ),
            &[],
            ("policy.slashing.multipliers_ppm[2]", json!(1_500_000), json!(1_499_999)),
        ),
        case(
            Code::ReporterRewardHigh,
            (
                "market.penalties.reporter_reward_ppm",
                "policy.slashing.severity.critical.penalty",
            ),
            &[],
            ("market.penalties.reporter_reward_ppm", json!(499_999), json!(500_000)),
        ),
        case(
            Code::RewardAboveBudget,
            ("policy.pricing.ai.min_reward", "policy.fund.sub_caps.ai"),
            &[],
            ("policy.fund.sub_caps.ai", json!("25000"), json!("24999")),
        ),
        // Two caps of null: the budget itself.
        case(
            Code::RewardAboveBudget,
            ("policy.pricing.quantum.min_reward", "policy.fund.budget_per_epoch"),
            &[("policy.fund.sub_caps", json!({"ai": null, "quantum": null}))],
            ("policy.fund.budget_per_epoch", json!("40000"), json!("39999")),
        ),
        // A budget and what is carried over at most.
        case(
            Code::SubCapAboveBudget,
            ("policy.fund.sub_caps.ai", "policy.fund.budget_per_epoch"),
            &[],
            ("policy.fund.sub_caps.ai", json!("2000000000"), json!("2000000001")),
        ),
        // With a twentieth for the treasury, twenty nineteenths of the fee are no loss.
        case(
            Code::SubsidyOpen,
            ("market.fund.reward_per_fee_ppm", "policy.split.quantum.treasury"),
            &[],
            ("market.fund.reward_per_fee_ppm", json!(1_052_632), json!(1_052_633)),
        ),
        // The largest job's reward, 3000000, less a twentieth for the treasury.
        case(
            Code::SubsidyOpen,
            ("market.fund.reward_per_fee_ppm", "policy.pricing.quantum.max_reward"),
            &[("market.fund.reward_per_fee_ppm", json!(null))],
            ("market.requests.fee_min", json!("2850000"), json!("2849999")),
        ),
    ]
}

pub fn cases() -> Vec<Case> {
    [time_cases(), work_cases(), money_cases()]
        .into_iter()
        .flatten()
        .collect()
}
