//! A network under shipped rules, in memory: blocks with messages, transactions and proofs, keys that sign, and accounts
//! that are summed after every block.

use std::collections::BTreeMap;

use aicf_core::amount::{Atoms, Units};
use aicf_core::codec::cbor;
use aicf_core::engine::entry::{AttestationEvidence, LeaseMessage, Metrics, ProofBody, Role, SignedCommand};
use aicf_core::engine::ledger::Account;
use aicf_core::engine::{
    Command, Engine, Entry, Event, MemoryStore, NetworkName, Outcome, Status, query, signed, speaker,
};
use aicf_core::hash::sha3_256;
use aicf_core::market::Market;
use aicf_core::matching::AttestationClass;
use aicf_core::network::NetworkHeader;
use aicf_core::policy::Policy;
use aicf_core::proof::{AiMetrics, Claim, Proof, Statement};
use aicf_core::value::{Bytes, Hash32, Kind, Text};
use fips204::ml_dsa_65::{KG, PrivateKey};
use fips204::traits::{KeyGen as _, SerDes as _, Signer as _};
use serde_json::Value;

use crate::cca;

const CHAIN: u64 = 7;
const GENESIS_MS: u64 = 1_700_000_000_000;
/// The time between two blocks.
pub const BLOCK_MS: u64 = 12_000;

/// Which shipped rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// `policy/testnet.yaml` and `policy/market/testnet.yaml`.
    Testnet,
    /// `policy/mainnet.yaml` and `policy/market/mainnet.yaml`, with the platform and the workload of these tests in place of the
    /// example's.
    Mainnet,
}

impl Rules {
    /// The name in the table of threats.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Testnet => "testnet",
            Self::Mainnet => "mainnet",
        }
    }

    fn policy(self) -> Policy {
        let text = match self {
            Self::Testnet => include_str!("../../policy/testnet.yaml"),
            Self::Mainnet => include_str!("../../policy/mainnet.yaml"),
        };
        Policy::parse_yaml(text).expect("a shipped policy")
    }

    fn market(self) -> Market {
        let text = match self {
            Self::Testnet => include_str!("../../policy/market/testnet.yaml"),
            Self::Mainnet => include_str!("../../policy/market/mainnet.yaml"),
        };
        let mut market = Market::parse_yaml(text).expect("shipped market rules");
        market.attestation.cca_platform_keys = vec![cca::platform_key()];
        market.attestation.measurements.cca = vec![Bytes(cca::MEASUREMENT.to_vec())];
        market
    }
}

/// A key and the id that is bound to it.
pub struct Signer {
    /// The id.
    pub id: Text,
    /// The public key.
    pub public: Bytes,
    /// The secret key.
    pub secret: PrivateKey,
}

impl Signer {
    /// The signer of a name.
    pub fn new(name: &str) -> Self {
        let (public, secret) = KG::keygen_from_seed(&sha3_256(&[name.as_bytes()]).0);
        let public = Bytes(public.into_bytes().to_vec());
        Self {
            id: signed::id_of_key(&public).expect("an id"),
            public,
            secret,
        }
    }

    /// A signature over a hash.
    pub fn sign(&self, message: &Hash32) -> Bytes {
        let signature = self.secret.try_sign_with_seed(&[0; 32], &message.0, &[]);
        Bytes(signature.expect("a signature").to_vec())
    }
}

/// A text that is one.
pub fn text(value: &str) -> Text {
    Text::new(value).expect("a text")
}

/// A lease as the event tells it.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The job.
    pub task_id: Hash32,
    /// Who has it.
    pub provider_id: Text,
    /// The lease.
    pub lease_id: Hash32,
    /// Which attempt.
    pub attempt: u32,
}

/// What a job asks for.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// Who pays.
    pub requester: &'a str,
    /// The fee.
    pub fee: u128,
    /// The most units.
    pub units: u64,
    /// The model.
    pub model: Option<&'a str>,
}

/// The network.
pub struct Network {
    /// Its policy.
    pub policy: Policy,
    /// Its market rules.
    pub market: Market,
    /// The height of the block under way.
    pub height: u64,
    /// Its time.
    pub now_ms: u64,
    engine: Engine,
    store: MemoryStore,
    id: Hash32,
    seq: u64,
    settled: u64,
    nonces: BTreeMap<Text, u64>,
    requests: u64,
    refused: BTreeMap<Status, u64>,
}

impl Network {
    /// A network at its first block.
    pub fn new(rules: Rules) -> Self {
        Self::with(rules, |_, _| ())
    }

    /// [`Network::new`], with a change of the rules: what a strategy would earn under others.
    pub fn with(rules: Rules, change: impl FnOnce(&mut Policy, &mut Market)) -> Self {
        let (mut policy, mut market) = (rules.policy(), rules.market());
        change(&mut policy, &mut market);
        let class = match rules {
            Rules::Testnet => NetworkName::Testnet,
            Rules::Mainnet => NetworkName::Mainnet,
        };
        let header =
            NetworkHeader::new((text("adversary"), class, CHAIN), GENESIS_MS, &policy, &market).expect("a header");
        let mut network = Self {
            height: 0,
            now_ms: GENESIS_MS,
            engine: Engine::new(),
            store: MemoryStore::new(),
            id: header.id().expect("an id"),
            seq: 0,
            settled: 0,
            nonces: BTreeMap::new(),
            requests: 0,
            refused: BTreeMap::new(),
            policy,
            market,
        };
        let genesis = Command::Genesis {
            network: header,
            policy: Bytes(network.policy.to_cbor().expect("canonical")),
            market: Some(Bytes(network.market.to_cbor().expect("canonical"))),
        };
        assert_eq!(network.apply(genesis).status, Status::Ok);
        network.height = 1;
        network
    }

    /// Applies a command of the block.
    pub fn apply(&mut self, command: Command) -> Outcome {
        let entry = Entry {
            seq: self.seq,
            height: self.height,
            time_ms: self.now_ms,
            command,
        };
        let mut outcome = self
            .engine
            .apply(&self.store, &entry)
            .expect("every entry has an outcome");
        let writes = std::mem::take(&mut outcome.writes);
        self.store.commit(
            writes
                .into_iter()
                .map(|(key, value)| (key.0, value.map(|value| value.0))),
        );
        self.seq += 1;
        if outcome.status != Status::Ok {
            *self.refused.entry(outcome.status).or_default() += 1;
        }
        outcome
    }

    /// Applies a command that must be accepted.
    pub fn must(&mut self, command: Command) -> Outcome {
        let shown = format!("{command:?}");
        let outcome = self.apply(command);
        assert_eq!(outcome.status, Status::Ok, "{}: {shown}", outcome.message);
        outcome
    }

    /// A command signed by a provider.
    pub fn say(&mut self, signer: &Signer, command: &Command) -> Status {
        let message = self.message(signer, command);
        self.apply(Command::Signed(message)).status
    }

    /// A signed message, not given yet.
    pub fn message(&mut self, signer: &Signer, command: &Command) -> SignedCommand {
        let nonce = self.nonces.entry(signer.id.clone()).or_default();
        *nonce += 1;
        let mut message = SignedCommand {
            role: Role::Provider,
            signer: signer.id.clone(),
            nonce: *nonce,
            expires_height: self.height + 5,
            command: Bytes(cbor::to_vec(command).expect("a command")),
            signature: Bytes::default(),
        };
        message.signature = signer.sign(&speaker::message(&self.id, &message).expect("a message"));
        message
    }

    /// The blocks until a height, empty but for what time does.
    pub fn wait_until(&mut self, height: u64) {
        self.now_ms += (height - self.height) * BLOCK_MS;
        self.height = height;
        self.must(Command::Tick {});
    }

    /// The next block: its dispatch, and the leases that it gives.
    pub fn block(&mut self) -> Vec<Granted> {
        let beacon = sha3_256(&[b"beacon", &self.height.to_be_bytes()]);
        self.block_of(beacon)
    }

    /// [`Network::block`] with randomness of a miner's choice.
    pub fn block_of(&mut self, beacon: Hash32) -> Vec<Granted> {
        self.height += 1;
        self.now_ms += BLOCK_MS;
        let outcome = self.must(Command::Dispatch { beacon });
        assert_eq!(self.sum(), 0, "money appeared or went");
        let granted = outcome.events.into_iter().filter_map(|event| match event {
            Event::JobAssigned {
                task_id,
                provider_id,
                lease_id,
                attempt,
                ..
            } => Some(Granted {
                task_id,
                provider_id,
                lease_id,
                attempt,
            }),
            _ => None,
        });
        granted.collect()
    }

    /// Registers a provider with stake; where the network asks for hardware, with evidence.
    pub fn provider(&mut self, signer: &Signer, stake: u128, models: &[&str]) {
        let command = self.registration(signer, models);
        assert_eq!(self.say(signer, &command), Status::Ok);
        self.stake(signer, stake);
        let beat = Command::Heartbeat {
            provider_id: signer.id.clone(),
            beat: None,
            load_ppm: None,
            free: None,
        };
        assert_eq!(self.say(signer, &beat), Status::Ok);
    }

    /// Adds stake.
    pub fn stake(&mut self, signer: &Signer, amount: u128) {
        self.must(Command::Stake {
            provider_id: signer.id.clone(),
            amount: Atoms(amount),
        });
    }

    /// The registration of a provider.
    pub fn registration(&self, signer: &Signer, models: &[&str]) -> Command {
        let evidence = AttestationEvidence {
            class: AttestationClass::Cca,
            evidence: Bytes(cca::cca_token(CHAIN, &signer.id, &signer.public)),
            not_after_ms: self.now_ms + 3_000_000_000,
            collateral: None,
        };
        Command::Register {
            provider_id: signer.id.clone(),
            operator: None,
            kinds: vec![Kind::Ai],
            region: None,
            models: models.iter().map(|model| text(model)).collect(),
            endpoints: vec![],
            attestation: self.policy.registry.require_attestation.then_some(evidence),
            max_concurrent: None,
            circuit_max: None,
            public_key: Some(signer.public.clone()),
            key_scheme: None,
            account: None,
            operator_proof: None,
        }
    }

    /// Enqueues a job, after a deposit of its fee where the network asks for one.
    pub fn ask(&mut self, ask: &Ask<'_>) -> Result<Hash32, Status> {
        if self.market.requests.prepaid {
            self.must(Command::Deposit {
                requester: text(ask.requester),
                amount: Atoms(ask.fee.max(1)),
            });
        }
        self.requests += 1;
        let outcome = self.apply(crate::json(&format!(
            r#"{{"enqueue": {{"kind": "ai", "requester": "{}", "tier": "free", "fee": "{}", "units": "{}", "tx_hash": "0x{:016x}",
                "caller": "0x02", "payload": "0x", "model": {}, "attestation_classes": []}}}}"#,
            ask.requester,
            ask.fee,
            ask.units,
            self.requests,
            ask.model.map_or_else(|| "null".into(), |model| format!("{model:?}")),
        )));
        if outcome.status != Status::Ok {
            return Err(outcome.status);
        }
        let id = outcome.events.iter().find_map(|event| match event {
            Event::JobEnqueued { task_id, .. } => Some(*task_id),
            _ => None,
        });
        Ok(id.expect("an accepted job has an id"))
    }

    /// A completion.
    pub fn completion(granted: &Granted, units: u64, digest: Hash32) -> Command {
        Command::Complete {
            lease: Self::lease(granted),
            result_digest: digest,
            metrics: Metrics {
                units: Units(units),
                qos_ppm: None,
                coverage_ppm: None,
                integrity_ok: None,
                trap_shots: None,
                trap_failures: None,
            },
            counts: None,
        }
    }

    /// The lease as messages name it.
    pub fn lease(granted: &Granted) -> LeaseMessage {
        LeaseMessage {
            task_id: granted.task_id,
            provider_id: granted.provider_id.clone(),
            attempt: granted.attempt,
        }
    }

    /// A provider's proof of a result.
    pub fn proof(&self, signer: &Signer, granted: &Granted, units: u64, digest: Hash32) -> Bytes {
        let evidence = if self.policy.registry.require_attestation {
            vec![sha3_256(&[&cca::cca_token(CHAIN, &signer.id, &signer.public)])]
        } else {
            vec![]
        };
        let claim = Claim::Ai(Statement {
            network_id: self.id,
            height: self.height,
            task_id: granted.task_id,
            lease_id: granted.lease_id,
            provider_id: signer.id.clone(),
            result_digest: digest,
            metrics: AiMetrics {
                units: Units(units),
                qos_ppm: None,
            },
            evidence,
        });
        let nullifier = claim.nullifier().expect("a nullifier");
        let signature = signer.sign(&claim.message(&nullifier).expect("a message"));
        let proof = Proof {
            claim,
            nullifier,
            signature,
        };
        Bytes(cbor::to_vec(&proof).expect("a proof"))
    }

    /// A proof in a block.
    pub fn include(&mut self, proof: Bytes, miner: &str) -> Status {
        let body = ProofBody {
            proof_ref: sha3_256(&[&proof]),
            proof,
            miner: text(miner),
            block_height: None,
        };
        self.apply(Command::Prove(body)).status
    }

    /// The whole of a job's work, its proof included by a miner.
    pub fn work(&mut self, signer: &Signer, granted: &Granted, units: u64, miner: &str) {
        let digest = sha3_256(&[b"result", &granted.task_id.0]);
        assert_eq!(self.say(signer, &Self::completion(granted, units, digest)), Status::Ok);
        let proof = self.proof(signer, granted, units, digest);
        assert_eq!(self.include(proof, miner), Status::Ok);
    }

    /// The network id, which signed statements name.
    pub const fn id(&self) -> Hash32 {
        self.id
    }

    /// Whether a dispatch by this randomness would give a lease to the provider. Nothing of it is kept.
    pub fn would_get(&self, beacon: Hash32, provider: &Text) -> bool {
        let entry = Entry {
            seq: self.seq,
            height: self.height + 1,
            time_ms: self.now_ms + BLOCK_MS,
            command: Command::Dispatch { beacon },
        };
        let outcome = Engine::new()
            .apply(&self.store, &entry)
            .expect("every entry has an outcome");
        outcome
            .events
            .iter()
            .any(|event| matches!(event, Event::JobAssigned { provider_id, .. } if provider_id == provider))
    }

    /// The epoch of the block under way.
    pub fn epoch(&self) -> u64 {
        self.height / self.policy.epoch.length_blocks
    }

    /// Waits until an epoch is final, and settles it with all before it.
    pub fn settle(&mut self, epoch: u64) {
        for epoch in self.settled..=epoch {
            let last = (epoch + 1) * self.policy.epoch.length_blocks - 1 + self.policy.epoch.finality_k;
            if self.height < last {
                self.wait_until(last);
            }
            self.must(Command::Settle { epoch });
            self.settled = epoch + 1;
        }
        assert_eq!(self.sum(), 0, "money appeared or went");
    }

    fn accounts(&self) -> BTreeMap<String, i128> {
        let mut accounts = BTreeMap::new();
        let mut after = String::new();
        loop {
            let page = query_json(&self.store, "accounts", &format!(r#"{{"limit": 1000{after}}}"#));
            for row in page["items"].as_array().expect("items") {
                let balance = row["balance"].as_str().expect("a text").parse().expect("a number");
                accounts.insert(row["account"].as_str().expect("a text").into(), balance);
            }
            match page["next"].as_str() {
                Some(next) => after = format!(r#", "after": "{next}""#),
                None => return accounts,
            }
        }
    }

    fn sum(&self) -> i128 {
        self.accounts().values().sum()
    }

    /// A balance.
    pub fn balance(&self, account: &Account) -> i128 {
        self.accounts().get(&account.to_string()).copied().unwrap_or(0)
    }

    /// Everything that belongs to the ids and names: stake, what unbonds, what is available, deposits, what is in escrow.
    pub fn wealth(&self, names: &[&str]) -> i128 {
        let accounts = self.accounts();
        let of = |name: &str| -> i128 {
            let name = text(name);
            [
                Account::Stake(name.clone()),
                Account::Unbonding(name.clone()),
                Account::Available(name.clone()),
                Account::Leaving(name.clone()),
                Account::Debt(name.clone()),
                Account::Miner(name.clone()),
                Account::Deposit(name.clone()),
                Account::Escrow(name),
            ]
            .iter()
            .map(|account| accounts.get(&account.to_string()).copied().unwrap_or(0))
            .sum()
        };
        names.iter().map(|name| of(name)).sum()
    }

    /// A provider as the query shows it.
    pub fn show(&self, id: &str) -> Value {
        query_json(&self.store, "provider.get", &format!(r#"{{"provider_id": "{id}"}}"#))
    }

    /// The status of a job.
    pub fn job(&self, task_id: &Hash32) -> Value {
        query_json(&self.store, "job.get", &format!(r#"{{"task_id": "{task_id}"}}"#))
    }
}

fn query_json(store: &MemoryStore, name: &str, input: &str) -> Value {
    let bytes = query::query(store, name, input.as_bytes()).expect("an answer");
    serde_json::from_slice(&bytes).expect("JSON")
}
