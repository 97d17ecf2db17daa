//! The claims of a large epoch, as the bytes a guest gets.

use aicf_core::amount::Units;
use aicf_core::codec::cbor;
use aicf_core::hash::sha3_256;
use aicf_core::value::{Hash32, Kind};

type Claim<'a> = (
    (Hash32, u64, Hash32, &'a str, &'a str, &'a str, Kind),
    (
        Units,
        Option<u32>,
        Option<u32>,
        Hash32,
        Option<Hash32>,
        Option<u64>,
        Option<u64>,
    ),
);

fn hash(label: &[u8], number: u64) -> Hash32 {
    sha3_256(&[label, &number.to_be_bytes()])
}

/// The input of `settlement.settle` as a CBOR record: 1,000 providers, 100 miners, 5,000 requesters.
pub fn settlement_cbor(claims: u64) -> Vec<u8> {
    let mut out = Vec::new();
    // policy, chain_id, epoch, height_start, height_end, carry, prev_batch_id, stakes, paid_before, slashes, claims
    out.push(0x8b);
    out.push(0xf6);
    for plain in [1337_u64, 7, 7_000, 7_999] {
        append(&plain, &mut out);
    }
    out.extend_from_slice(&[0xf6; 5]);
    head(claims, &mut out);
    for number in 0..claims {
        let provider = format!("provider-{:04}", number * 7 % 1_000);
        let miner = format!("miner-{:03}", number % 100);
        let requester = format!("requester-{:04}", number * 13 % 5_000);
        let kind = if number % 5 == 0 { Kind::Quantum } else { Kind::Ai };
        let claim: Claim<'_> = (
            (
                hash(b"task", number),
                7_000 + number % 1_000,
                hash(b"nullifier", number),
                &provider,
                &miner,
                &requester,
                kind,
            ),
            (
                Units(1 + number % 20_000),
                Some(1_000_000),
                None,
                hash(b"proof", number),
                Some(hash(b"lease", number)),
                None,
                None,
            ),
        );
        // A record of 14 fields; serde stops deriving tuples before that, so it goes in two halves.
        out.push(0x8e);
        let (first, second) = claim;
        append_fields(&first, &mut out);
        append_fields(&second, &mut out);
    }
    out
}

fn append<T: serde::Serialize>(value: &T, out: &mut Vec<u8>) {
    cbor::append(value, cbor::Records::Array, out).expect("plain values");
}

/// The fields of a tuple, without its head.
fn append_fields<T: serde::Serialize>(fields: &T, out: &mut Vec<u8>) {
    let mut record = Vec::new();
    append(fields, &mut record);
    out.extend_from_slice(&record[1..]);
}

/// The head of a list.
fn head(count: u64, out: &mut Vec<u8>) {
    match u8::try_from(count) {
        Ok(small @ 0..=23) => out.push(0x80 | small),
        Ok(byte) => out.extend_from_slice(&[0x98, byte]),
        Err(_) if count <= 0xffff => {
            out.push(0x99);
            out.extend_from_slice(&(count as u16).to_be_bytes());
        }
        Err(_) => {
            out.push(0x9a);
            out.extend_from_slice(&(count as u32).to_be_bytes());
        }
    }
}
