//! What a provider does with a lease: takes it up, renews it, finishes, fails, forgets it. Decided at
//! once when the lease is given, from the lease alone; the engine then judges message by message.

use aicf_core::policy::LeasePolicy;
use aicf_core::value::Hash32;

use super::draws::Draws;
use super::fleet::{Machine, Trouble};
use super::jobs::Job;

/// Between provider and node, and back.
const NETWORK_MS: u64 = 120;
/// A forging provider's share of proofs that are not valid, in a million.
const FORGED_PPM: u64 = 350_000;

/// The part of the trace in which troubles happen.
#[derive(Clone, Copy, Debug)]
pub struct Troubles {
    /// When the trace begins.
    pub start_ms: u64,
    /// How long it is.
    pub span_ms: u64,
}

impl Troubles {
    /// What is wrong with a provider now.
    pub fn now(&self, machine: &Machine, at_ms: u64) -> Trouble {
        let percent = (at_ms.saturating_sub(self.start_ms) * 100)
            .checked_div(self.span_ms)
            .unwrap_or(0);
        let during = match machine.trouble {
            Trouble::None => 0..0,
            Trouble::Degraded => 18..62,
            Trouble::Outage => 46..54,
            Trouble::Forging => 30..60,
        };
        if during.contains(&percent) {
            machine.trouble
        } else {
            Trouble::None
        }
    }
}

/// What a provider says about a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// It takes it up.
    Ack,
    /// It needs more time.
    Renew,
    /// It does not want it.
    Decline,
    /// It could not do it.
    Fail,
    /// It has a result of this quality.
    Complete {
        /// In parts of a million.
        qos_ppm: u64,
    },
}

/// A lease that was just given.
pub struct Given<'a> {
    /// The job's id.
    pub task_id: &'a Hash32,
    /// Which attempt.
    pub attempt: u32,
    /// When.
    pub at_ms: u64,
    /// How long a lease is, and how it is renewed.
    pub lease: &'a LeasePolicy,
}

/// What happens with a lease: messages by time.
pub fn plan(given: &Given<'_>, machine: &Machine, job: &Job, trouble: Trouble) -> Vec<(u64, Act)> {
    let mut draws = Draws::of(
        "lease",
        &[&given.task_id.0, machine.id.as_bytes(), &given.attempt.to_be_bytes()],
    );
    let (silent, declines, fails, vanishes) = match trouble {
        Trouble::None | Trouble::Forging => (2_000, 6_000, 4_000, 1_000),
        Trouble::Degraded => (30_000, 0, 90_000, 20_000),
        Trouble::Outage => (1_000_000, 0, 0, 0),
    };
    // Every draw is made in every case, so that one rate does not move the others.
    let silent = draws.chance(silent);
    let declines = draws.chance(declines);
    let fails = draws.chance(fails);
    let vanishes = draws.chance(vanishes);
    let ack_ms = given.at_ms + NETWORK_MS + draws.below(400);
    if silent {
        return Vec::new();
    }
    if declines {
        return vec![(ack_ms, Act::Decline)];
    }
    let mut acts = vec![(ack_ms, Act::Ack)];
    let slowdown = if trouble == Trouble::Degraded { 3 } else { 1 };
    let us = machine.us_per_token(job.model.as_ref()) * job.work_tokens * slowdown;
    let work_ms = us / 1_000 * draws.between(85, 115) / 100;
    let done_ms = given.at_ms + 2 * NETWORK_MS + work_ms;
    if fails {
        let after = work_ms * draws.between(10, 90) / 100;
        acts.push((ack_ms + after, Act::Fail));
        return acts;
    }
    let last_ms = renewals(given, done_ms, &mut acts);
    if vanishes {
        // It took the lease up and was not heard of again.
        acts.truncate(1);
        return acts;
    }
    let qos_ppm = match trouble {
        Trouble::Degraded => draws.between(380_000, 640_000),
        _ => machine.qos_ppm.saturating_sub(30_000) + draws.below(60_000),
    };
    // A result after the lease is over is sent all the same; the engine refuses it.
    acts.push((
        done_ms.max(last_ms + 1),
        Act::Complete {
            qos_ppm: qos_ppm.min(1_000_000),
        },
    ));
    acts
}

/// Renews a lease as early and as often as the policy lets it, until it covers `done_ms`.
fn renewals(given: &Given<'_>, done_ms: u64, acts: &mut Vec<(u64, Act)>) -> u64 {
    let policy = given.lease;
    let duration = policy.duration_ms.ai;
    let part = |ppm: u32| duration / 1_000 * u64::from(ppm) / 1_000;
    let mut expires_ms = given.at_ms + duration;
    let mut last_ms = acts.last().map_or(given.at_ms, |act| act.0);
    for _ in 0..policy.max_renewals {
        if done_ms < expires_ms {
            break;
        }
        // A little late on purpose: the least moment is the engine's to tell.
        let at_ms = (expires_ms - duration + part(policy.renew_from_ppm.0) + NETWORK_MS).max(last_ms + 1);
        acts.push((at_ms, Act::Renew));
        last_ms = at_ms;
        expires_ms += part(policy.renew_add_ppm.0);
    }
    last_ms
}

/// How a result gets on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// Blocks later.
    pub blocks: u64,
    /// Whether the chain finds the proof valid.
    pub valid: bool,
    /// Whether somebody first tries to use the nullifier of another proof for it.
    pub replayed: bool,
    /// Whether it is included twice.
    pub twice: bool,
}

/// The inclusion of a result's proof.
pub fn inclusion(task_id: &Hash32, attempt: u32, trouble: Trouble) -> Inclusion {
    let mut draws = Draws::of("proof", &[&task_id.0, &attempt.to_be_bytes()]);
    let invalid_ppm = if trouble == Trouble::Forging { FORGED_PPM } else { 1_000 };
    Inclusion {
        blocks: draws.between(1, 4),
        valid: !draws.chance(invalid_ppm),
        replayed: draws.chance(1_500),
        twice: draws.chance(1_500),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{fleet, policy};

    fn planned(trouble: Trouble, work_tokens: u64) -> Vec<Vec<(u64, Act)>> {
        let fleet = fleet::read("f", fleet::BUILT_IN).unwrap();
        let policy = policy().unwrap();
        let job = Job {
            requester: aicf_core::value::Text::new("r").unwrap(),
            model: None,
            units: 1,
            work_tokens,
            cancel_after_ms: None,
        };
        let given = |number: u8| Given {
            task_id: &Hash32([0; 32]),
            attempt: u32::from(number),
            at_ms: 1_000,
            lease: &policy.lease,
        };
        (0..=255)
            .map(|number| plan(&given(number), &fleet[0], &job, trouble))
            .collect()
    }

    #[test]
    fn messages_come_in_order_and_after_the_lease() {
        for trouble in [Trouble::None, Trouble::Degraded, Trouble::Outage, Trouble::Forging] {
            for acts in planned(trouble, 900) {
                assert!(
                    acts.windows(2).all(|pair| pair[0].0 < pair[1].0),
                    "{trouble:?}: {acts:?}"
                );
                assert!(acts.iter().all(|act| act.0 > 1_000));
            }
        }
    }

    #[test]
    fn troubles_are_what_they_are_called() {
        assert!(planned(Trouble::Outage, 10).iter().all(Vec::is_empty));
        let completes = |acts: &Vec<(u64, Act)>| matches!(acts.last(), Some((_, Act::Complete { .. })));
        let good = planned(Trouble::None, 10).iter().filter(|acts| completes(acts)).count();
        let bad = planned(Trouble::Degraded, 10)
            .iter()
            .filter(|acts| completes(acts))
            .count();
        assert!(good > 240 && bad < good, "{good} and {bad} of 256 complete");
        let renews = planned(Trouble::None, 900)
            .iter()
            .any(|acts| acts.iter().any(|act| act.1 == Act::Renew));
        assert!(renews, "a long answer renews its lease");
    }
}
