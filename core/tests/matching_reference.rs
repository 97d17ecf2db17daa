//! Matching against the same rules written as plainly as possible: assignments, reasons, counts and
//! order are equal on every network, and nothing depends on how the providers are listed.

mod matching_support;

use aicf_core::matching::{self, Candidate};
use aicf_core::policy::Strategy;
use matching_support::naive;
use matching_support::network::{Dice, NOW_MS, Network, Shape, edgy, large};
use proptest::prelude::*;

fn both_agree(network: &Network) -> Result<(), TestCaseError> {
    let Network {
        policy,
        seed,
        providers,
        jobs,
    } = network;
    let got = matching::assign(policy, seed, NOW_MS, providers, jobs).map_err(|error| error.code);
    prop_assert_eq!(got, naive::assign(policy, seed, NOW_MS, providers, jobs));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6000))]

    #[test]
    fn small_networks(number in any::<u64>(), providers in 0_u64..14, jobs in 0_u64..30, wide in any::<bool>()) {
        both_agree(&edgy(number, providers, jobs, wide))?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    /// Large enough for several blocks and sections, and for a line that goes round many times.
    #[test]
    fn networks_of_several_blocks(number in any::<u64>(), providers in 30_u64..400, jobs in 0_u64..600) {
        both_agree(&edgy(number, providers, jobs, true))?;
    }

    #[test]
    fn few_providers_and_many_rounds(number in any::<u64>(), providers in 30_u64..70) {
        let mut network = edgy(number, providers, 2_000, true);
        network.policy.assignment.concurrency.ai = 1_000;
        both_agree(&network)?;
    }

    #[test]
    fn the_list_may_be_in_any_order(number in any::<u64>(), providers in 0_u64..60, jobs in 0_u64..60) {
        let Network { policy, seed, mut providers, jobs } = edgy(number, providers, jobs, true);
        let assign = |providers: &[_]| matching::assign(&policy, &seed, NOW_MS, providers, &jobs);
        let first = assign(&providers);
        prop_assert_eq!(&first, &assign(&providers));
        let mut dice = Dice::new(number ^ 1);
        for last in (1..providers.len()).rev() {
            providers.swap(last, usize::try_from(dice.below(last as u64 + 1)).unwrap());
        }
        prop_assert_eq!(&first, &assign(&providers));
    }

    #[test]
    fn permutations(number in any::<u64>(), providers in 0_u64..200) {
        let network = edgy(number, providers, 0, true);
        for strategy in [Strategy::Shuffle, Strategy::Weighted, Strategy::Score] {
            let candidates: Vec<Candidate<'_>> = network.providers.iter().map(|provider| Candidate {
                id: &provider.id,
                stake: provider.stake,
                health_ppm: provider.health_ppm,
            }).collect();
            let cap = network.policy.assignment.weight_cap;
            let got = matching::permute(cap, &network.seed, strategy, &candidates).map_err(|error| error.code);
            prop_assert_eq!(got, naive::permute(&network.policy, &network.seed, strategy, &network.providers));
        }
    }
}

#[test]
fn large_networks_of_every_shape() {
    for shape in Shape::ALL {
        both_agree(&large(shape, 300, 1_500)).unwrap_or_else(|failed| panic!("{shape:?}: {failed}"));
    }
}
