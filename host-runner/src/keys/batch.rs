//! Many signatures at once, across the machine's cores: what a node does with the messages of a block, and an auditor with
//! the receipts of a year. The verdicts are those of one at a time, in the order of the items.

use aicf_core::signature::Scheme;
use pqcrypto_dilithium::dilithium3;
use pqcrypto_traits::sign::{DetachedSignature as _, PublicKey as _};
use std::num::NonZeroUsize;
use std::thread;

/// One signature to be verified.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// How it was made.
    pub scheme: Scheme,
    /// By whom.
    pub public_key: &'a [u8],
    /// Over what.
    pub message: &'a [u8],
    /// In which context.
    pub context: &'a [u8],
    /// The signature.
    pub signature: &'a [u8],
}

/// The draft's signatures in C with the processor's vector instructions, three times as fast as the core's own routine; all
/// others by the core.
fn verify_one(item: &Signed<'_>) -> bool {
    if item.scheme == Scheme::Dilithium3Ipd && item.context.is_empty() {
        let key = dilithium3::PublicKey::from_bytes(item.public_key);
        let signature = dilithium3::DetachedSignature::from_bytes(item.signature);
        return match (key, signature) {
            (Ok(key), Ok(signature)) if item.signature.len() == item.scheme.signature_bytes() => {
                dilithium3::verify_detached_signature(&signature, item.message, &key).is_ok()
            }
            _ => false,
        };
    }
    item.scheme
        .verify(item.public_key, item.message, item.context, item.signature)
}

/// Below this many items a second thread costs more than it brings.
const ITEMS_PER_THREAD_MIN: usize = 8;

/// Whether each of them holds. `threads` is at most that many; absent is one for each core.
#[must_use]
pub fn verify_all(items: &[Signed<'_>], threads: Option<NonZeroUsize>) -> Vec<bool> {
    let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let most = items.len() / ITEMS_PER_THREAD_MIN;
    let threads = threads.unwrap_or_else(cores).get().min(most).max(1);
    let verify = verify_one;
    if threads == 1 {
        return items.iter().map(verify).collect();
    }
    // Every thread takes each so-manieth item: schemes differ in cost, and often come in runs.
    let mut holds = vec![false; items.len()];
    let parts: Vec<Vec<bool>> = thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|first| scope.spawn(move || items.iter().skip(first).step_by(threads).map(verify).collect()))
            .collect();
        started
            .into_iter()
            .map(|part| part.join().unwrap_or_default())
            .collect()
    });
    for (first, part) in parts.into_iter().enumerate() {
        for (place, verdict) in part.into_iter().enumerate() {
            holds[first + place * threads] = verdict;
        }
    }
    holds
}

#[cfg(test)]
mod tests {
    use super::{Signed, verify_all};
    use crate::keys::SecretKey;
    use aicf_core::signature::Scheme;
    use std::num::NonZeroUsize;

    /// The two ways to verify the draft agree on every flip of a bit, and on every cut.
    #[test]
    fn the_draft_in_c_and_the_cores_own_say_the_same() {
        let key = SecretKey::generate(Scheme::Dilithium3Ipd).unwrap();
        let good = key.sign(b"message", &[]).unwrap();
        let says = |public_key: &[u8], message: &[u8], signature: &[u8]| {
            let fast = super::verify_one(&Signed {
                scheme: Scheme::Dilithium3Ipd,
                public_key,
                message,
                context: &[],
                signature,
            });
            assert_eq!(fast, Scheme::Dilithium3Ipd.verify(public_key, message, &[], signature));
            fast
        };
        assert!(says(key.public_key(), b"message", &good));
        assert!(!says(key.public_key(), b"other", &good));
        for place in (0..good.len()).step_by(7) {
            let mut changed = good.clone();
            changed[place] ^= 1 << (place % 8);
            assert!(!says(key.public_key(), b"message", &changed), "byte {place}");
        }
        for length in [0, 1, good.len() - 1] {
            assert!(!says(key.public_key(), b"message", &good[..length]));
        }
        let longer = [&good[..], &[0]].concat();
        assert!(!says(key.public_key(), b"message", &longer));
        assert!(!says(&key.public_key()[1..], b"message", &good));
    }

    #[test]
    fn verdicts_are_in_order_whatever_the_number_of_threads() {
        let key = SecretKey::generate(Scheme::MlDsa65).unwrap();
        let messages: Vec<[u8; 1]> = (0..100).map(|number| [number]).collect();
        let signatures: Vec<Vec<u8>> = messages.iter().map(|message| key.sign(message, &[]).unwrap()).collect();
        // Every third one is given under the signature of the one before.
        let of = |number: usize| if number % 3 == 2 { number - 1 } else { number };
        let items: Vec<Signed<'_>> = (0..100)
            .map(|number| Signed {
                scheme: Scheme::MlDsa65,
                public_key: key.public_key(),
                message: &messages[number],
                context: &[],
                signature: &signatures[of(number)],
            })
            .collect();
        let expected: Vec<bool> = (0..100).map(|number| number % 3 != 2).collect();
        for threads in [1, 2, 3, 7, 64] {
            assert_eq!(verify_all(&items, NonZeroUsize::new(threads)), expected, "{threads}");
        }
        assert_eq!(verify_all(&items, None), expected);
        assert!(verify_all(&[], None).is_empty());
    }
}
