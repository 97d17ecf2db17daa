//! Where two outcomes of one entry differ first, in words: what an engineer needs to find the cause.

use crate::error::{Error, Result};
use aicf_core::codec::{cbor, hex};
use aicf_core::engine::{Entry, Outcome};
use aicf_core::value::Bytes;
use std::fmt::Debug;

type Write = (Bytes, Option<Bytes>);

/// Values are shown up to here; the place is what counts.
const SHOWN_CHARS_MAX: usize = 400;

/// Two outcomes whose bytes are not the same.
pub fn outcomes(entry: &[u8], wasm: &[u8], native: &[u8]) -> Error {
    let (place, wasm, native) = match (cbor::from_slice(wasm), cbor::from_slice(native)) {
        (Ok(wasm), Ok(native)) => first_difference(&wasm, &native),
        _ => ("the bytes of the outcome".into(), bytes(wasm), bytes(native)),
    };
    Error::Differs {
        seq: seq_of(entry),
        place,
        wasm,
        native,
    }
}

/// At least one of the two has no outcome, and not for the same reason.
pub fn errors(entry: &[u8], wasm: &Result<Vec<u8>>, native: &Result<Vec<u8>>) -> Error {
    let shown = |result: &Result<Vec<u8>>| match result {
        Ok(_) => "an outcome".into(),
        Err(error) => format!("the error {}: {error}", error.code()),
    };
    Error::Differs {
        seq: seq_of(entry),
        place: "the call itself".into(),
        wasm: shown(wasm),
        native: shown(native),
    }
}

fn seq_of(entry: &[u8]) -> u64 {
    cbor::from_slice::<Entry>(entry).map_or(u64::MAX, |entry| entry.seq)
}

fn first_difference(wasm: &Outcome, native: &Outcome) -> (String, String, String) {
    if wasm.seq != native.seq {
        return ("seq".into(), shown(&wasm.seq), shown(&native.seq));
    }
    if wasm.status != native.status {
        let status = |outcome: &Outcome| format!("{} ({})", outcome.status.as_str(), outcome.message);
        return ("status".into(), status(wasm), status(native));
    }
    if wasm.message != native.message {
        return ("message".into(), shown(&wasm.message), shown(&native.message));
    }
    if let Some((index, wasm, native)) = in_lists(&wasm.events, &native.events) {
        return (format!("events[{index}]"), shown(&wasm), shown(&native));
    }
    // The head holds the root, which follows from everything else, and it comes first: the cause is behind it.
    let rest = |outcome: &'_ Outcome| -> Vec<Write> {
        let writes = outcome
            .writes
            .iter()
            .filter(|(key, _)| **key != crate::store::head_key()[..]);
        writes.cloned().collect()
    };
    if let Some((index, a, b)) = in_lists(&rest(wasm), &rest(native)) {
        let key = |write: Option<&Write>| write.map(|(key, _)| key.to_vec());
        let value = |write: Option<&Write>| match write {
            None => "no write".into(),
            Some((_, None)) => "the end of the key".into(),
            Some((_, Some(value))) => bytes(value),
        };
        return match (key(a), key(b)) {
            (Some(one), Some(other)) if one == other => (format!("key {}", bytes(&one)), value(a), value(b)),
            (one, other) => {
                let key =
                    |key: Option<Vec<u8>>| key.map_or("nothing more".into(), |key| format!("key {}", bytes(&key)));
                (format!("writes[{index}]"), key(one), key(other))
            }
        };
    }
    ("state_root".into(), shown(&wasm.state_root), shown(&native.state_root))
}

/// The first place where two lists differ; one of them may have ended there.
fn in_lists<'a, T: PartialEq>(a: &'a [T], b: &'a [T]) -> Option<(usize, Option<&'a T>, Option<&'a T>)> {
    let index = (0..a.len().max(b.len())).find(|index| a.get(*index) != b.get(*index))?;
    Some((index, a.get(index), b.get(index)))
}

fn shown(value: &impl Debug) -> String {
    short(format!("{value:?}"))
}

fn bytes(value: &[u8]) -> String {
    short(hex::text(value))
}

fn short(text: String) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aicf_core::engine::Status;
    use aicf_core::value::Hash32;

    fn outcome() -> Outcome {
        Outcome {
            seq: 3,
            status: Status::Ok,
            message: String::new(),
            events: Vec::new(),
            writes: vec![(Bytes(vec![3]), Some(Bytes(vec![7]))), (Bytes(vec![4]), None)],
            state_root: Hash32([9; 32]),
        }
    }

    #[test]
    fn the_first_difference_is_named() {
        let plain = outcome();
        let mut value = outcome();
        value.writes[0].1 = Some(Bytes(vec![8]));
        assert_eq!(
            first_difference(&plain, &value),
            ("key 0x03".into(), "0x07".into(), "0x08".into())
        );
        let mut end = outcome();
        end.writes[1].1 = Some(Bytes(vec![5]));
        let expected = ("key 0x04".into(), "the end of the key".into(), "0x05".into());
        assert_eq!(first_difference(&plain, &end), expected);
        let mut shorter = outcome();
        shorter.writes.pop();
        let expected = ("writes[1]".into(), "key 0x04".into(), "nothing more".into());
        assert_eq!(first_difference(&plain, &shorter), expected);
        let mut root = outcome();
        root.state_root = Hash32([1; 32]);
        assert_eq!(first_difference(&plain, &root).0, "state_root");
        let mut status = outcome();
        status.status = Status::Overflow;
        assert_eq!(first_difference(&plain, &status).0, "status");
    }
}
