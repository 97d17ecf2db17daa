//! Prints `policy/policy.schema.json`: the default policy's tree, walked together with a table of what
//! each leaf may be. A leaf that the table does not name, and a line of it that names no leaf, stop the
//! program, so neither can be forgotten.

use std::collections::BTreeSet;

use aicf_core::codec::json;
use aicf_core::codec::tree::Tree;
use aicf_core::limits::{BPS_MAX, JSON_DEPTH_MAX, JSON_INT_MAX, MULTIPLIER_PPM_MAX, RATIO_PPM_MAX};

const DEFAULTS: &str = include_str!("../src/policy/default_policy.json");

/// What a value may be; `*` in a path stands for one name (a kind, a band, a severity).
#[derive(Clone, Copy)]
enum Leaf {
    /// Money or units: a decimal string or an integer, from here on.
    Amount(u64),
    /// An amount, or null for none.
    AmountOrNull(u64),
    /// A plain integer between these.
    Integer(u64, u64),
    /// One of these names.
    Name(&'static [&'static str]),
    /// `true` or `false`.
    Bool,
    /// A list of short texts.
    Texts,
    /// A list of integers between these, and how many there are at least.
    Integers(u64, u64, usize),
    /// An object with free keys and integers between these.
    Open(u64, u64),
    /// A list of objects with these fields.
    Records(&'static [(&'static str, Leaf, &'static str)]),
}

const RATIO: Leaf = Leaf::Integer(0, RATIO_PPM_MAX as u64);
const MULTIPLIER: Leaf = Leaf::Integer(0, MULTIPLIER_PPM_MAX as u64);
const PPM: Leaf = Leaf::Integer(0, u32::MAX as u64);
const BPS: Leaf = Leaf::Integer(0, BPS_MAX as u64);
const COUNT: Leaf = Leaf::Integer(0, JSON_INT_MAX);
const POSITIVE: Leaf = Leaf::Integer(1, JSON_INT_MAX);
const SEVERITY: Leaf = Leaf::Name(&["minor", "major", "critical"]);
const BAND: Leaf = Leaf::Name(&["gold", "silver", "bronze", "fail"]);
const EDGE_MAX: u64 = u32::MAX as u64 - 1;

const ABOVE_PPM: Leaf = Leaf::Records(&[
    ("gt_ppm", RATIO, "Holds above this share."),
    ("severity", SEVERITY, "How bad that is."),
]);
const BELOW_PPM: Leaf = Leaf::Records(&[
    ("lt_ppm", RATIO, "Holds below this share."),
    ("severity", SEVERITY, "How bad that is."),
]);

#[rustfmt::skip]
const LEAVES: &[(&str, Leaf, &str)] = &[
    ("epoch.length_blocks", COUNT, "Blocks of an epoch."),
    ("epoch.finality_k", COUNT, "Blocks after which a block is final."),
    ("queue.priority.w_fee_ppm", PPM, "Weight of the fee."),
    ("queue.priority.w_age_ppm", PPM, "Weight of an age unit."),
    ("queue.priority.w_size_ppm", PPM, "Weight of being small."),
    ("queue.priority.w_tier_ppm", PPM, "Weight of the tier."),
    ("queue.priority.fee_half", Leaf::Amount(1), "The fee whose term is half its most, in atoms."),
    ("queue.priority.size_half_bytes", POSITIVE, "The size whose term is half its most."),
    ("queue.priority.age_unit_ms", POSITIVE, "The unit in which waiting counts."),
    ("queue.priority.tiers_ppm", Leaf::Open(0, u32::MAX as u64), "What each tier is worth."),
    ("queue.job_ttl_ms.*", COUNT, "From enqueue to expiry."),
    ("queue.attempts_ttl_ms", COUNT, "From the first lease to expiry."),
    ("queue.tombstone_ms", COUNT, "How long a finished job is remembered."),
    ("lease.duration_ms.*", COUNT, "How long a lease holds."),
    ("lease.ack_timeout_ms", COUNT, "Within what an assignment is acknowledged."),
    ("lease.renew_from_ppm", PPM, "The part of a lease after which it may be renewed."),
    ("lease.renew_add_ppm", PPM, "What a renewal adds, as part of the duration."),
    ("lease.max_renewals", COUNT, "Renewals of a lease, at most."),
    ("retry.max_attempts", COUNT, "Attempts of a job, at most."),
    ("retry.base_ms.*", COUNT, "The first delay."),
    ("retry.factor", COUNT, "How many times longer each further delay is."),
    ("retry.cap_ms", COUNT, "The longest delay, before jitter."),
    ("registry.min_stake.*", Leaf::Amount(0), "Stake that jobs of the kind need, in atoms."),
    ("registry.min_health_ppm", RATIO, "Health that a job needs."),
    ("registry.require_attestation", Leaf::Bool, "Whether a provider without attestation is refused."),
    ("registry.allow", Leaf::Texts, "If not empty, only these provider ids get jobs."),
    ("registry.deny", Leaf::Texts, "These provider ids never get jobs."),
    ("assignment.strategy", Leaf::Name(&["shuffle", "weighted", "score"]), "How providers are put in order."),
    ("assignment.spread", Leaf::Name(&["round_robin", "pack", "proportional"]), "What happens to a provider that got a job; proportional: each job draws by stake and health."),
    ("assignment.weight_cap", Leaf::Amount(0), "Stake beyond this adds no weight, in atoms."),
    ("assignment.diversity_min_leases", COUNT, "From so many leases on shares are bounded; 0 is never."),
    ("assignment.max_operator_share_ppm", RATIO, "Largest share of one operator."),
    ("assignment.max_region_share_ppm", RATIO, "Largest share of one region."),
    ("assignment.concurrency.*", COUNT, "Leases a provider holds at a time, unless it says otherwise."),
    ("assignment.units_per_epoch.*", Leaf::Amount(0), "Units a provider is given in an epoch."),
    ("pricing.*.tiers", Leaf::Records(&[
        ("up_to", Leaf::AmountOrNull(1), "Last unit at this rate; null, in the last tier only, is no end."),
        ("per_unit", Leaf::Amount(0), "Atoms a unit."),
    ]), "Rates by units; up_to increases strictly."),
    ("pricing.*.tiering", Leaf::Name(&["graduated", "volume"]), "Each unit at its own rate, or all at one."),
    ("pricing.*.min_reward", Leaf::Amount(0), "What a job earns at least, in atoms."),
    ("pricing.*.max_reward", Leaf::Amount(0), "What a job earns at most, in atoms."),
    ("pricing.*.rounding", Leaf::Name(&["floor", "half_even"]), "The one rounding of a price."),
    ("pricing.*.surge", Leaf::Records(&[
        ("utilization_ppm_gte", PPM, "From this utilization on."),
        ("multiplier_ppm", MULTIPLIER, "Times this."),
    ]), "Multipliers by utilization, which increases strictly."),
    ("split.*.provider", BPS, "The provider's part; the three sum to 10000."),
    ("split.*.miner", BPS, "The miner's part."),
    ("split.*.treasury", BPS, "The treasury's part."),
    ("fund.budget_per_epoch", Leaf::Amount(0), "Atoms an epoch may pay, before what was carried over."),
    ("fund.cap_policy", Leaf::Name(&["scale", "defer"]), "What happens beyond the budget."),
    ("fund.sub_caps.*", Leaf::AmountOrNull(0), "The most one kind may take, in atoms; null is no cap."),
    ("fund.rollover_ppm", RATIO, "The part of the unspent budget that is carried over."),
    ("fund.max_carry", Leaf::Amount(0), "The most that is carried over, in atoms."),
    ("fund.slash_to", Leaf::Name(&["treasury", "burn"]), "Where penalties go."),
    ("sla.z_ppm", MULTIPLIER, "Confidence of all bounds, in standard deviations."),
    ("sla.edges_ms", Leaf::Integers(1, EDGE_MAX, 1), "Upper edges of the latency bins, strictly increasing."),
    ("sla.short_jobs", COUNT, "Jobs of the short window."),
    ("sla.long_jobs", COUNT, "Jobs of the long window."),
    ("sla.min_samples", POSITIVE, "Jobs from which a window counts."),
    ("sla.w_short_ppm", PPM, "Weight of the short window; both sum to 1000000."),
    ("sla.w_long_ppm", PPM, "Weight of the long window."),
    ("sla.w_heartbeats_ppm", PPM, "Weight of heartbeats; the three sum to 1000000."),
    ("sla.w_offers_ppm", PPM, "Weight of offers accepted."),
    ("sla.w_timely_ppm", PPM, "Weight of jobs finished in time."),
    ("sla.provisional_band", BAND, "The band of who has too few jobs."),
    ("sla.bands.*.*.min_qos_ppm", RATIO, "Mean quality, at least."),
    ("sla.bands.*.*.max_p95_ms", COUNT, "95th percentile of latency, at most."),
    ("sla.bands.*.*.max_fail_rate_ppm", RATIO, "Share of failed jobs, at most."),
    ("sla.bands.*.*.min_coverage_ppm", RATIO, "Share of shots that are traps, at least."),
    ("sla.bands.*.*.min_availability_low_ppm", RATIO, "Lower bound of availability, at least."),
    ("sla.bands.*.*.min_availability_high_ppm", RATIO, "Upper bound of availability, at least."),
    ("sla.quality_ppm.*", MULTIPLIER, "What the band pays."),
    ("slashing.bands.traps", ABOVE_PPM, "Share of trap shots that missed."),
    ("slashing.bands.qos", BELOW_PPM, "Mean quality."),
    ("slashing.bands.latency", Leaf::Records(&[
        ("gt_ms", COUNT, "Holds above this time."),
        ("severity", SEVERITY, "How bad that is."),
    ]), "95th percentile of latency."),
    ("slashing.bands.availability", BELOW_PPM, "Upper bound of availability."),
    ("slashing.min_samples.*", COUNT, "With fewer samples a breach only warns."),
    ("slashing.severity.*.penalty", Leaf::Amount(0), "Atoms of stake."),
    ("slashing.severity.*.cooldown_epochs", COUNT, "Epochs without new jobs."),
    ("slashing.severity.*.jail_epochs", COUNT, "Epochs in jail."),
    ("slashing.offences.*", SEVERITY, "How bad the offence is."),
    ("slashing.window_epochs", COUNT, "Epochs in which offences count as repeated."),
    ("slashing.multipliers_ppm", Leaf::Integers(0, u32::MAX as u64, 1), "By earlier offences; the last repeats."),
    ("slashing.max_penalty_per_epoch", Leaf::Amount(0), "The most an epoch costs a provider, in atoms."),
    ("traps.min_pass_ppm", RATIO, "Lower bound of the hits, at least."),
    ("traps.min_shots", POSITIVE, "Trap shots of a job, at least."),
    ("traps.count", Leaf::Integer(1, 1000), "Trap circuits of a job."),
];

fn quoted(text: &str) -> String {
    json::to_string(text).expect("a text is JSON")
}

/// The default as JSON. A short list or map stands on one line.
fn literal(tree: &Tree<'_>) -> String {
    match tree {
        Tree::Null => "null".into(),
        Tree::Bool(value) => value.to_string(),
        Tree::Number(lexeme) => lexeme.to_string(),
        Tree::Text(text) => quoted(text),
        Tree::List(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Tree::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", quoted(key), literal(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Tree::Int(_) | Tree::Exact(_) | Tree::Refused(..) | Tree::Bytes(_) => unreachable!("JSON has none of these"),
    }
}

/// The keywords of a leaf, without braces.
fn keywords(leaf: Leaf) -> String {
    match leaf {
        Leaf::Amount(0) => "\"$ref\": \"#/$defs/amount\"".into(),
        Leaf::Amount(_) => "\"$ref\": \"#/$defs/positive_amount\"".into(),
        Leaf::AmountOrNull(least) => {
            format!(
                "\"anyOf\": [{{ {} }}, {{ \"type\": \"null\" }}]",
                keywords(Leaf::Amount(least))
            )
        }
        Leaf::Integer(least, most) => format!("\"type\": \"integer\", \"minimum\": {least}, \"maximum\": {most}"),
        Leaf::Name(names) => {
            let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
            format!("\"enum\": [{}]", names.join(", "))
        }
        Leaf::Bool => "\"type\": \"boolean\"".into(),
        Leaf::Texts => "\"type\": \"array\", \"items\": { \"$ref\": \"#/$defs/text\" }".into(),
        Leaf::Integers(least, most, count) => format!(
            "\"type\": \"array\", \"minItems\": {count}, \"items\": {{ {} }}",
            keywords(Leaf::Integer(least, most))
        ),
        Leaf::Open(least, most) => format!(
            "\"type\": \"object\", \"propertyNames\": {{ \"$ref\": \"#/$defs/text\" }}, \"additionalProperties\": {{ {} }}",
            keywords(Leaf::Integer(least, most))
        ),
        Leaf::Records(fields) => {
            let names: Vec<String> = fields.iter().map(|(name, ..)| quoted(name)).collect();
            let properties = fields.iter().map(|(name, leaf, description)| {
                format!(
                    "{}: {{ \"description\": {}, {} }}",
                    quoted(name),
                    quoted(description),
                    keywords(*leaf)
                )
            });
            format!(
                "\"type\": \"array\", \"items\": {{ \"type\": \"object\", \"additionalProperties\": false, \"required\": [{}], \"properties\": {{ {} }} }}",
                names.join(", "),
                properties.collect::<Vec<_>>().join(", ")
            )
        }
    }
}

fn matches(pattern: &str, path: &[&str]) -> bool {
    let names: Vec<&str> = pattern.split('.').collect();
    names.len() == path.len() && names.iter().zip(path).all(|(name, part)| *name == "*" || name == part)
}

/// Walks the tree in its order and appends one line a leaf.
fn walk<'t>(tree: &'t Tree<'t>, path: &mut Vec<&'t str>, used: &mut BTreeSet<&'static str>, out: &mut String) {
    let indent = "  ".repeat(path.len() * 2);
    let line = LEAVES.iter().find(|(pattern, ..)| matches(pattern, path));
    if let Some((pattern, leaf, description)) = line {
        used.insert(pattern);
        out.push_str(&format!(
            "{{ \"description\": {}, {}, \"default\": {} }}",
            quoted(description),
            keywords(*leaf),
            literal(tree)
        ));
        return;
    }
    let Tree::Map(entries) = tree else {
        panic!("the table says nothing of {}", path.join("."));
    };
    out.push_str(&format!(
        "{{\n{indent}  \"type\": \"object\",\n{indent}  \"additionalProperties\": false,\n{indent}  \"properties\": {{\n"
    ));
    for (index, (key, value)) in entries.iter().enumerate() {
        out.push_str(&format!("{indent}    {}: ", quoted(key)));
        path.push(key);
        walk(value, path, used, out);
        path.pop();
        out.push_str(if index + 1 < entries.len() { ",\n" } else { "\n" });
    }
    out.push_str(&format!("{indent}  }}\n{indent}}}"));
}

/// The schema's text.
pub fn schema() -> String {
    let defaults = json::parse(DEFAULTS.as_bytes(), JSON_DEPTH_MAX).expect("the default policy is JSON");
    let (mut used, mut tree) = (BTreeSet::new(), String::new());
    walk(&defaults, &mut Vec::new(), &mut used, &mut tree);
    for (pattern, ..) in LEAVES {
        assert!(used.contains(pattern), "the tree has no {pattern}");
    }
    let body = tree.strip_prefix("{\n").expect("the root is an object");
    let amount = |least: u64, pattern: &str| {
        format!(
            "{{ \"anyOf\": [{{ \"type\": \"string\", \"pattern\": \"{pattern}\" }}, {{ \"type\": \"integer\", \"minimum\": {least}, \"maximum\": {JSON_INT_MAX} }}] }}"
        )
    };
    format!(
        "{{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": \"AICF policy\",\n  \"description\": {},\n  \"$defs\": {{\n    \"amount\": {},\n    \"positive_amount\": {},\n    \"text\": {{ \"type\": \"string\", \"minLength\": 1, \"maxLength\": 128 }}\n  }},\n{body}\n",
        quoted(
            "What differs from the defaults; absent fields have theirs. Rules between values are the core's: see docs/spec/11-policy.md. Printed by `cargo run -p aicf-core --example policy_schema`."
        ),
        amount(0, "^(0|[1-9][0-9]*)$"),
        amount(1, "^[1-9][0-9]*$"),
    )
}

fn main() {
    print!("{}", schema());
}
