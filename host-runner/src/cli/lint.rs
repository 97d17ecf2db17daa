//! `aicf policy lint`: contradictions and open bounds of a policy and market rules, a line each.

use super::fail::Failure;
use super::out::{Out, as_json};
use super::{Globals, market, network, policy};
use aicf_core::engine::NetworkName;
use aicf_core::market::{Market, default_market};
use aicf_core::policy::{Finding, Policy, lint};
use serde_json::json;

pub fn run(globals: &Globals, out: Out) -> anyhow::Result<()> {
    let (policy, rules, class) = subject(globals)?;
    let findings = lint(&policy, &rules, class);
    let document = json!({
        "findings": as_json(&findings)?,
        "policy_hash": policy.hash()?.to_string(),
        "market_hash": rules.hash()?.to_string(),
        "class": class.map(NetworkName::as_str),
    });
    if findings.is_empty() {
        return out.say(&document, "nothing found");
    }
    let lines: Vec<String> = findings.iter().map(line).collect();
    out.say(&document, &lines.join("\n"))?;
    let count = findings.len();
    let message = format!("{count} {}", if count == 1 { "finding" } else { "findings" });
    Err(Failure::refused("policy_findings", message).into())
}

/// What the global options name. Without a network the class is known of the built-in devnet's policy only.
fn subject(globals: &Globals) -> anyhow::Result<(Policy, Market, Option<NetworkName>)> {
    if let Some(named) = &globals.network {
        let (policy, rules, class) = network::parts(named, globals)?;
        return Ok((policy, rules, Some(class)));
    }
    let file = globals.policy.as_deref();
    let rules = match &globals.market {
        Some(file) => market::load(file)?,
        None => default_market()?.clone(),
    };
    let class = file.is_none().then_some(NetworkName::Devnet);
    Ok((policy::load(file)?, rules, class))
}

/// The findings that concern a policy alone, whatever the market rules are.
///
/// # Errors
/// None in a build whose tests pass.
pub fn of_policy(policy: &Policy) -> anyhow::Result<Vec<Finding>> {
    let findings = lint(policy, default_market()?, None).into_iter();
    Ok(findings.filter(Finding::of_policy).collect())
}

/// A finding as a line of text.
pub fn line(finding: &Finding) -> String {
    let contradicts = match (&finding.other, &finding.other_value) {
        (Some(other), Some(value)) => format!(" contradicts {other} = {value}"),
        _ => String::new(),
    };
    format!(
        "{}[{}] {} = {}{contradicts}: {}",
        finding.severity.as_str(),
        finding.code.as_str(),
        finding.path,
        finding.value,
        finding.message
    )
}
