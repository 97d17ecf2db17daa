//! Tokens of Arm CCA from a platform whose key these tests own.
#![allow(dead_code, reason = "each test uses a part of it")]

use aicf_core::engine::verifier;
use aicf_core::value::{Bytes, Text};
use minicbor::Encoder;
use p384::ecdsa::signature::hazmat::PrehashSigner as _;
use p384::ecdsa::{Signature, SigningKey};
use sha2::{Digest as _, Sha256, Sha384};

/// The realm's initial measurement.
pub const MEASUREMENT: [u8; 32] = [6; 32];
/// ES384, and nothing else in the header that is signed.
const HEADER: &[u8] = &[0xa1, 0x01, 0x38, 0x22];

fn sign1(key: &SigningKey, header: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut signed = Encoder::new(Vec::new());
    signed.array(4).unwrap().str("Signature1").unwrap();
    signed
        .bytes(header)
        .unwrap()
        .bytes(&[])
        .unwrap()
        .bytes(payload)
        .unwrap();
    let signature: Signature = key
        .sign_prehash(&Sha384::digest(signed.into_writer()))
        .expect("a signature");
    let mut message = Encoder::new(Vec::new());
    message.tag(minicbor::data::Tag::new(18)).unwrap().array(4).unwrap();
    message.bytes(header).unwrap().map(0).unwrap();
    message.bytes(payload).unwrap().bytes(&signature.to_bytes()).unwrap();
    message.into_writer()
}

fn signing_key(byte: u8) -> SigningKey {
    SigningKey::from_slice(&[byte; 48]).expect("a key")
}

fn point(key: &SigningKey) -> Vec<u8> {
    key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
}

/// The platform's key, for the market rules.
pub fn platform_key() -> Bytes {
    Bytes(point(&signing_key(1)))
}

/// A token whose realm speaks for a provider's key on a chain.
pub fn cca_token(chain_id: u64, provider: &str, public_key: &Bytes) -> Vec<u8> {
    cca_token_of(chain_id, provider, public_key, 0x3003, HEADER)
}

/// [`cca_token`] of a platform in a lifecycle, under a header of its own.
pub fn cca_token_of(chain_id: u64, provider: &str, public_key: &Bytes, lifecycle: u16, header: &[u8]) -> Vec<u8> {
    let realm_key = signing_key(2);
    let realm_point = point(&realm_key);
    let bound = verifier::report_data(chain_id, &Text::new(provider).expect("an id"), public_key).expect("a hash");
    let mut challenge = bound.0.to_vec();
    challenge.resize(64, 0);
    let mut realm = Encoder::new(Vec::new());
    realm.map(7).unwrap();
    realm.i64(10).unwrap().bytes(&challenge).unwrap();
    realm.i64(44235).unwrap().bytes(&[5; 64]).unwrap();
    realm.i64(44236).unwrap().str("sha-256").unwrap();
    realm.i64(44237).unwrap().bytes(&realm_point).unwrap();
    realm.i64(44238).unwrap().bytes(&MEASUREMENT).unwrap();
    realm.i64(44239).unwrap().array(4).unwrap();
    for _ in 0..4 {
        realm.bytes(&[0; 32]).unwrap();
    }
    realm.i64(44240).unwrap().str("sha-256").unwrap();
    let mut platform = Encoder::new(Vec::new());
    platform.map(8).unwrap();
    platform.i64(10).unwrap().bytes(&Sha256::digest(&realm_point)).unwrap();
    let mut instance = vec![1; 33];
    instance[32] = 9;
    platform.i64(256).unwrap().bytes(&instance).unwrap();
    platform
        .i64(265)
        .unwrap()
        .str("tag:arm.com,2023:cca_platform#1.0.0")
        .unwrap();
    platform.i64(2395).unwrap().u16(lifecycle).unwrap();
    platform.i64(2396).unwrap().bytes(&[7; 32]).unwrap();
    platform.i64(2399).unwrap().array(1).unwrap().map(2).unwrap();
    platform.i64(2).unwrap().bytes(&[8; 32]).unwrap();
    platform.i64(5).unwrap().bytes(&[8; 32]).unwrap();
    platform.i64(2401).unwrap().bytes(&[1]).unwrap();
    platform.i64(2402).unwrap().str("sha-256").unwrap();
    let mut token = Encoder::new(Vec::new());
    token.tag(minicbor::data::Tag::new(399)).unwrap().map(2).unwrap();
    token
        .i64(44234)
        .unwrap()
        .bytes(&sign1(&signing_key(1), header, &platform.into_writer()))
        .unwrap();
    token
        .i64(44241)
        .unwrap()
        .bytes(&sign1(&realm_key, HEADER, &realm.into_writer()))
        .unwrap();
    token.into_writer()
}
