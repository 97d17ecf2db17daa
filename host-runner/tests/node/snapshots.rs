//! A replica that begins with a snapshot, and snapshots that no signed batch stands behind.

use crate::running::{Running, job, provider};
use crate::sequenced::{Chain, agree, last_batch, reach_block};
use crate::support::{Place, Run, within::finish};
use aicf_core::codec::{cbor, hex};
use aicf_core::engine::batches::hash;
use aicf_core::engine::{Command, Entry, digest};
use aicf_core::hash::{sha3_256, tags};
use aicf_core::signature::Scheme;
use aicf_core::value::Hash32;
use aicf_host::keys::{SecretKey, devnet_sequencer};
use serde_json::{Value, json};

/// Records before the first row.
const HEADER: usize = 7;
/// Places of records.
const DIGEST: usize = 4;
const PUBLIC_KEY: usize = 5;
const SIGNATURE: usize = 6;

/// A snapshot in its parts.
#[derive(Clone)]
struct File {
    magic: Vec<u8>,
    records: Vec<Vec<u8>>,
}

impl File {
    fn read(place: &Place, name: &str) -> Self {
        let bytes = std::fs::read(place.path(name)).unwrap();
        let (magic, mut rest) = bytes[..bytes.len() - 32].split_at(16);
        let mut records = Vec::new();
        while let Some((length, more)) = rest.split_at_checked(4) {
            let length = u32::from_be_bytes(length.try_into().unwrap());
            let (record, more) = more.split_at(usize::try_from(length).unwrap());
            records.push(record.to_vec());
            rest = more;
        }
        Self {
            magic: magic.to_vec(),
            records,
        }
    }

    /// Writes it with the hash that it has now.
    fn write(&self, place: &Place, name: &str) {
        let mut bytes = self.magic.clone();
        for record in &self.records {
            bytes.extend(u32::try_from(record.len()).unwrap().to_be_bytes());
            bytes.extend(record);
        }
        bytes.extend(sha3_256(&[&bytes]).0);
        place.write(name, bytes);
    }

    fn rows(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let rows = self.records[HEADER..].chunks_exact(2);
        rows.map(|pair| (pair[0].clone(), pair[1].clone())).collect()
    }

    /// Adds an atom to the first balance, and computes the digest again.
    fn change_a_balance(&mut self) {
        let is_balance = |key: &Vec<u8>| key.first() == Some(&0x40);
        let place = (HEADER..self.records.len()).step_by(2);
        let place = place.clone().find(|at| is_balance(&self.records[*at])).unwrap();
        let value = &mut self.records[place + 1];
        *value.last_mut().unwrap() ^= 1;
        let rows = self.rows();
        let scan = |start: &[u8], _: &[u8], limit: usize| {
            let page = rows.iter().filter(|(key, _)| key[..] >= *start).take(limit);
            Ok(page.cloned().collect())
        };
        self.records[DIGEST] = digest::full(scan).unwrap().0.to_vec();
    }

    /// Signs the statement with a key.
    fn sign(&mut self, key: &SecretKey) {
        let fixed = |at: usize| Hash32(self.records[at][..].try_into().unwrap());
        let network_id = fixed(0);
        let entry: Entry = cbor::from_slice(&self.records[1]).unwrap();
        let Command::Seal(seal) = &entry.command else {
            panic!("no seal")
        };
        let batch = hash(&network_id, entry.time_ms, seal).unwrap();
        let (root, digest) = (fixed(3), fixed(DIGEST));
        let statement = tags::snapshot(&network_id, &seal.number, &batch, &entry.seq, &root, &digest).unwrap();
        self.records[PUBLIC_KEY] = key.public_key().to_vec();
        self.records[SIGNATURE] = key.sign(&statement.0, &[]).unwrap();
    }
}

/// A sequencer with a provider, jobs and a deposit of 5000.
fn worked(chain: &mut Chain, place: &Place) -> Running {
    let height = chain.grow(2);
    let sequencer = chain.node(place, &[]);
    reach_block(&sequencer, height);
    provider(&sequencer, "p1");
    sequencer.ok("aicf.deposit", json!({"requester": "alice", "amount": "5000"}));
    for number in 0..3 {
        job(&sequencer, "alice", number);
    }
    sequencer
}

fn load(place: &Place, file: &str, more: &[&str]) -> Run {
    place.run(&[&["snapshot", "load", file, "--db", "new.db", "--json"], more].concat())
}

/// Refused with this code, and nothing is left.
fn refused(place: &Place, file: &str, more: &[&str], code: &str) -> String {
    let run = load(place, file, more);
    assert_eq!(run.code, 1, "{code}: {}{}", run.out, run.err);
    assert_eq!(run.error().0, code, "{}", run.err);
    for name in ["new.db", "new.db.loading"] {
        assert!(!place.path(name).exists(), "{code}: {name}");
    }
    run.err
}

#[test]
fn a_replica_begins_with_a_signed_snapshot() {
    let mut chain = Chain::new(60_000);
    let (first, second) = (Place::new("native"), Place::new("native"));
    let sequencer = worked(&mut chain, &first);
    let batch = last_batch(&sequencer);
    let taken = first.json(&["snapshot", "make", "state.aicf"]);
    assert_eq!((&taken["signed"], &taken["batch"]), (&json!(true), &json!(batch)));
    second.write("state.aicf", std::fs::read(first.path("state.aicf")).unwrap());
    let loaded = second.json(&["snapshot", "load", "state.aicf", "--network", "devnet"]);
    for field in ["seq", "state_root", "state_digest", "rows", "network_id"] {
        assert_eq!(loaded[field], taken[field]);
    }

    let height = chain.grow(3);
    reach_block(&sequencer, height);
    job(&sequencer, "alice", 10);
    let replica = chain.node(&second, &["--follow", &sequencer.url()]);
    agree(&[&sequencer, &replica]);
    assert_eq!(replica.ok("aicf.getStatus", json!({}))["role"], "replica");
    // It is followed itself, from its first batch on, and passes messages on.
    let items = replica.ok("aicf.listBatches", json!({"from_number": batch + 1, "limit": 100}))["items"].clone();
    let of_sequencer = sequencer.ok("aicf.listBatches", json!({"from_number": batch + 1, "limit": 100}));
    assert_eq!(items, of_sequencer["items"]);
    job(&replica, "alice", 11);
    let height = chain.grow(1);
    reach_block(&sequencer, height);
    agree(&[&sequencer, &replica]);
    assert!(replica.end("TERM"));
    assert!(sequencer.end("TERM"));
    second.ok(&["verify", "--snapshot", "state.aicf"]);
}

#[test]
fn a_snapshot_that_no_sequencer_signed_is_refused() {
    let mut chain = Chain::new(60_000);
    let place = Place::new("native");
    let sequencer = worked(&mut chain, &place);
    let digest = place.json(&["snapshot", "make", "state.aicf"])["state_digest"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(sequencer.end("TERM"));
    let whole = File::read(&place, "state.aicf");

    // A row, with digest and hash computed again.
    let mut changed = whole.clone();
    changed.change_a_balance();
    changed.write(&place, "changed.aicf");
    refused(&place, "changed.aicf", &[], "bad_signature");
    refused(&place, "changed.aicf", &["--state-digest", &digest], "other_digest");
    // The same, and signed with a key of nobody's.
    let other = SecretKey::generate(Scheme::MlDsa65).unwrap();
    changed.sign(&other);
    changed.write(&place, "signed.aicf");
    let told = refused(&place, "signed.aicf", &[], "not_sequencer");
    assert!(
        told.contains("--sequencer-public-key") && told.contains("--state-digest"),
        "{told}"
    );
    // Also where that key is given: in the snapshot's own state another one is in effect.
    let key = hex::text(other.public_key());
    refused(
        &place,
        "signed.aicf",
        &["--sequencer-public-key", &key],
        "not_sequencer",
    );
    // The right key's, over something else.
    let mut moved = whole.clone();
    moved.records[SIGNATURE] = devnet_sequencer().sign(&[7; 32], &[]).unwrap();
    moved.write(&place, "moved.aicf");
    refused(&place, "moved.aicf", &[], "bad_signature");

    // Another moment of the same batch: the batch is signed, this time of it is not.
    let mut later = whole.clone();
    let mut entry: Entry = cbor::from_slice(&later.records[1]).unwrap();
    entry.time_ms += 1;
    later.records[1] = cbor::to_vec(&entry).unwrap();
    later.sign(&devnet_sequencer());
    later.write(&place, "later.aicf");
    refused(&place, "later.aicf", &[], "database_corrupt");
    // A row before those of the digest.
    let mut hidden = whole.clone();
    hidden.records.splice(HEADER..HEADER, [vec![0], vec![1]]);
    hidden.write(&place, "hidden.aicf");
    refused(&place, "hidden.aicf", &[], "database_corrupt");

    // Bytes after the hash, which no hash covers.
    let longer = [std::fs::read(place.path("state.aicf")).unwrap(), vec![0]].concat();
    place.write("longer.aicf", longer);
    let told = refused(&place, "longer.aicf", &[], "database_corrupt");
    assert!(told.contains("bytes after its end"), "{told}");
    // A key that is none.
    let run = load(&place, "state.aicf", &["--sequencer-public-key", "0x00"]);
    assert_eq!(
        (run.code, run.error()),
        (2, ("bad_length".into(), "--sequencer-public-key".into()))
    );

    // Unsigned: the digest from elsewhere is needed.
    let mut unsigned = whole.clone();
    unsigned.records[PUBLIC_KEY].clear();
    unsigned.records[SIGNATURE].clear();
    unsigned.write(&place, "unsigned.aicf");
    refused(&place, "unsigned.aicf", &[], "snapshot_unsigned");
    // Nor is one made of a database of another network than the one that is named.
    let run = place.run(&["snapshot", "make", "other.aicf", "--network", "testnet", "--json"]);
    assert_eq!((run.code, run.error().0), (1, "other_network".into()));
    assert!(!place.path("other.aicf").exists());
    // Another network, also one with the same sequencer key.
    refused(&place, "state.aicf", &["--chain-id", "7"], "other_network");
    let told = refused(&place, "state.aicf", &["--network", "testnet"], "other_network");
    assert!(told.contains("chain_id is 1337, not 2"), "{told}");
    let mixed = ["--state-digest", &digest, "--network", "testnet"];
    refused(&place, "state.aicf", &mixed, "other_network");
    // An earlier version.
    let mut earlier = whole.clone();
    earlier.magic = b"aicf snapshot 1\n".to_vec();
    earlier.write(&place, "earlier.aicf");
    refused(&place, "earlier.aicf", &[], "snapshot_version");

    assert_eq!(load(&place, "unsigned.aicf", &["--state-digest", &digest]).code, 0);
}

fn with_key(place: &Place, args: &[&str]) -> Run {
    let mut command = place.command(&[args, &["--json"]].concat());
    command.env("AICF_PASSPHRASE", "correct horse battery");
    Run::of(finish(&mut command))
}

#[test]
fn a_snapshot_of_replaced_keys_needs_them() {
    let place = Place::new("native");
    let key = with_key(&place, &["key", "generate", "next.key"]).document();
    place.ok(&["requester", "deposit", "--requester", "alice", "--amount", "5000"]);
    // Nobody's key signs nothing.
    let run = with_key(&place, &["snapshot", "make", "no.aicf", "--sequencer-key", "next.key"]);
    assert_eq!(run.error().0, "not_sequencer", "{}", run.err);
    assert!(!place.path("no.aicf").exists());

    let next = json!({"scheme": "ml-dsa-65", "public_key": key["public_key"]});
    place.write(
        "replace.json",
        json!({"replace_sequencers": {"height": 10, "keys": [next]}}).to_string(),
    );
    place.ok(&["apply", "replace.json", "--height", "3"]);
    let sealed = with_key(
        &place,
        &[
            "requester",
            "deposit",
            "--requester",
            "alice",
            "--amount",
            "1",
            "--height",
            "12",
            "--sequencer-key",
            "next.key",
        ],
    );
    assert_eq!(sealed.code, 0, "{}", sealed.err);
    // The published key is not in effect any more.
    let unsigned = place.json(&["snapshot", "make", "unsigned.aicf"]);
    assert_eq!(unsigned["signed"], json!(false));
    refused(&place, "unsigned.aicf", &[], "snapshot_unsigned");
    let run = with_key(
        &place,
        &["snapshot", "make", "state.aicf", "--sequencer-key", "next.key"],
    );
    assert_eq!(run.document()["signed"], json!(true));
    let told = refused(&place, "state.aicf", &[], "not_sequencer");
    assert!(told.contains("--sequencer-public-key"), "{told}");
    // The replaced key signs a snapshot of its own: its state says that it is replaced.
    let mut replaced = File::read(&place, "state.aicf");
    replaced.sign(&devnet_sequencer());
    replaced.write(&place, "replaced.aicf");
    refused(&place, "replaced.aicf", &[], "not_sequencer");
    let run = load(&place, "state.aicf", &["--sequencer-public-key", "next.key"]);
    assert_eq!(run.code, 0, "{}", run.err);
}

#[test]
fn a_network_that_has_no_batch_yet_gives_no_snapshot() {
    let chain = Chain::new(60_000);
    let place = Place::new("native");
    let node = chain.node(&place, &[]);
    let run = place.run(&["snapshot", "make", "state.aicf", "--json"]);
    assert_eq!(
        (run.code, run.error().0),
        (1, "snapshot_not_sealed".into()),
        "{}",
        run.err
    );
    assert!(!place.path("state.aicf").exists());
    assert!(node.end("TERM"));
}

#[test]
fn a_network_without_sequencers_has_unsigned_snapshots() {
    let place = Place::new("native");
    let policy = place.json(&["policy", "show"]);
    let network = json!({
        "name": "alone",
        "class": "testnet",
        "chain_id": 5,
        "genesis_time_ms": 1_700_000_000_000_u64,
        "epoch_length": policy["policy"]["epoch"]["length_blocks"],
        "policy_hash": policy["policy_hash"],
        "semantics_version": 1,
    });
    place.write("network.json", network.to_string());
    let node = Running::start(&place, &["--network", "network.json", "--chain-source", "none"]);
    let taken: Value = place.json(&["snapshot", "make", "state.aicf"]);
    assert!(node.end("TERM"));
    assert_eq!((&taken["signed"], &taken["batch"]), (&json!(false), &Value::Null));
    refused(&place, "state.aicf", &[], "other_network");
    let run = load(&place, "state.aicf", &["--network", "network.json"]);
    assert_eq!(run.code, 0, "{}", run.err);
}
