//! A network that believes nobody, from the command line: keys in files sign registration, heartbeats, a change of key
//! and an operator's word. Every entry is applied by the wasm module and natively.

mod support;

use serde_json::{Value, json};
use support::within::finish;
use support::{Place, Run};

struct Testnet(Place);

impl Testnet {
    /// A place with three keys, one of them an operator's.
    fn new() -> Self {
        let place = Place::new("both");
        place.write("passphrase", "correct horse battery");
        let testnet = Self(place);
        for name in ["first.key", "second.key"] {
            testnet.say(&format!("key generate {name}"));
        }
        let operator = testnet.say("key generate operator.key").document();
        let policy = testnet.0.json(&["policy", "show"]);
        // The published key seals here.
        let devnet = testnet.0.json(&["network", "show", "devnet"]);
        let network = json!({
            "name": "alpha",
            "class": "testnet",
            "chain_id": 2,
            "genesis_time_ms": 1_700_000_000_000_u64,
            "epoch_length": policy["policy"]["epoch"]["length_blocks"],
            "policy_hash": policy["policy_hash"],
            "governance": [{"name": "ops", "scheme": "ml-dsa-65", "public_key": operator["public_key"]}],
            "sequencers": devnet["header"]["sequencers"],
            "semantics_version": 1,
        });
        testnet.0.write("network.json", network.to_string());
        testnet
    }

    fn say(&self, line: &str) -> Run {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        words.push("--json");
        let mut command = self.0.command(&words);
        command
            .env("AICF_NETWORK", "network.json")
            .env("AICF_PASSPHRASE_FILE", "passphrase");
        Run::of(finish(&mut command))
    }

    fn done(&self, line: &str) -> Value {
        let run = self.say(line);
        assert_eq!(run.code, 0, "{line}: {}", run.err);
        run.document()
    }

    fn refused(&self, line: &str, status: &str) {
        let run = self.say(line);
        assert_eq!(run.code, 1, "{line}: {}", run.err);
        assert_eq!(run.error().0, status, "{line}");
    }
}

#[test]
fn providers_and_operators_sign_from_files() {
    let net = Testnet::new();
    let register = "provider register --provider-id p --caps AI";
    net.refused(register, "unsigned");
    net.done(&format!("{register} --sign-with first.key"));
    // Stake is the chain's: no command line makes it here.
    net.refused("provider stake --provider-id p --amount 50000", "unsigned");
    let beat = "provider heartbeat --provider-id p";
    net.refused(beat, "unsigned");
    net.refused(&format!("{beat} --sign-with second.key"), "bad_signature");
    net.done(&format!("{beat} --sign-with first.key"));
    net.refused(
        &format!("{beat} --sign-with first.key --sign-as provider:q"),
        "key_mismatch",
    );

    net.done("provider rotate-key --provider-id p --new-key second.key --sign-with first.key");
    net.refused(&format!("{beat} --sign-with first.key"), "bad_signature");
    net.done(&format!("{beat} --sign-with second.key"));

    let slash = "provider slash --provider-id p";
    net.refused(&format!("{slash} --sign-with second.key"), "unsigned");
    net.refused(
        &format!("{slash} --sign-with second.key --sign-as operator:ops"),
        "bad_signature",
    );
    // The operator's word counts; there is nothing that a penalty could take.
    net.refused(
        &format!("{slash} --sign-with operator.key --sign-as operator:ops"),
        "insufficient_stake",
    );
    net.done("verify");
}

#[test]
fn what_cannot_sign_is_said() {
    let net = Testnet::new();
    let beat = "provider heartbeat --provider-id p";
    for (options, code) in [
        ("--sign-with nowhere.key", "bad_key"),
        ("--sign-with first.key --sign-as p", "out_of_range"),
        ("--sign-with first.key --sign-as provider:", "bad_length"),
    ] {
        let run = net.say(&format!("{beat} {options}"));
        assert_ne!(run.code, 0, "{options}");
        assert_eq!(run.error().0, code, "{options}");
    }
}
