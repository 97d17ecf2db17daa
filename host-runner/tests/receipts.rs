//! `aicf key` and `aicf receipt`: what is signed holds, offline, and what was changed does not.

mod support;

use serde_json::{Value, json};
use std::path::Path;
use support::{Place, fixture};

const PASSPHRASE: &str = "correct horse battery";

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// A place with one settled epoch of three jobs, a passphrase and a settlement key.
fn settled() -> Place {
    let place = Place::new("native");
    std::fs::write(place.path("passphrase"), PASSPHRASE).unwrap();
    let result: Value =
        serde_json::from_slice(&std::fs::read(fixture("fixtures/result_example.json")).unwrap()).unwrap();
    place.json(&words("provider register --provider-id p --caps AI"));
    place.json(&words("provider stake --provider-id p --amount 1000"));
    for n in 0..3 {
        let job = format!("job submit --ai --prompt x{n} --max-units 500 --fee 7");
        let task = place.json(&words(&job))["task_id"].as_str().unwrap().to_owned();
        let file = place.path(&format!("result{n}.json"));
        std::fs::write(&file, result.to_string()).unwrap();
        let inject = format!("job inject-result --task-id {task} --result {}", file.display());
        place.json(&words(&inject));
    }
    place.json(&words("epoch settle"));
    generate(&place, "settlement.key", "ml-dsa-65");
    place
}

fn generate(place: &Place, name: &str, scheme: &str) -> Value {
    let (key, passphrase) = (place.path(name), place.path("passphrase"));
    let line = format!(
        "key generate {} --scheme {scheme} --passphrase-file {}",
        key.display(),
        passphrase.display()
    );
    place.json(&words(&line))
}

fn receipt(place: &Place, payee: Option<&str>) -> Value {
    let mut line = format!(
        "receipt show 0 --key {} --passphrase-file {}",
        place.path("settlement.key").display(),
        place.path("passphrase").display()
    );
    if let Some(payee) = payee {
        line.push_str(&format!(" --payee {payee}"));
    }
    place.json(&words(&line))
}

/// The exit code and what was said, of a receipt verified in another folder than the database's.
fn verify(place: &Place, receipt: &Value, key: &Path) -> (i32, String) {
    let file = place.path("receipt.json");
    std::fs::write(&file, receipt.to_string()).unwrap();
    let said = place.run(&[
        "receipt",
        "verify",
        file.to_str().unwrap(),
        "--public-key",
        key.to_str().unwrap(),
        "--json",
    ]);
    (said.code, if said.code == 0 { said.out } else { said.err })
}

#[test]
fn a_receipt_is_verified_with_the_public_key_alone() {
    let place = settled();
    let key = place.path("settlement.key");
    let plain = receipt(&place, None);
    assert_eq!(receipt(&place, None), plain, "the same receipt is the same bytes");
    let own = receipt(&place, Some("p"));
    assert_eq!(own["payee"]["lines"].as_array().unwrap().len(), 3);
    // The database is gone: nothing of it is needed.
    std::fs::remove_file(place.database()).unwrap();
    assert_eq!(verify(&place, &plain, &key).0, 0);
    let (code, said) = verify(&place, &own, &key);
    assert_eq!(code, 0, "{said}");
    let said: Value = serde_json::from_str(&said).unwrap();
    let paid = &said["verified"]["paid"];
    assert_eq!(*paid, said["verified"]["cumulative_paid"]);
    assert_ne!(*paid, "0");
}

#[test]
fn every_change_of_a_receipt_is_found() {
    let place = settled();
    let key = place.path("settlement.key");
    let good = receipt(&place, Some("p"));
    let flipped = |value: &Value| {
        let text = value.as_str().unwrap();
        let last = if text.ends_with('0') { "1" } else { "0" };
        json!(format!("{}{last}", &text[..text.len() - 1]))
    };
    let more = |value: &Value| json!((value.as_str().unwrap().parse::<u64>().unwrap() + 1).to_string());
    type Change<'a> = (&'a str, &'a str, &'a dyn Fn(&Value) -> Value);
    let changes: [Change<'_>; 10] = [
        ("/batch/totals/payable", "batch_id", &more),
        ("/batch/batch_id", "batch_id", &flipped),
        ("/signed/signature", "signature", &flipped),
        ("/payee/lines/0/claim/units", "claim_proof", &more),
        ("/payee/lines/0/payout/net_provider", "payout_proof", &more),
        ("/payee/lines/1/payout/claim_key", "line", &flipped),
        ("/payee/lines/2/payout_proof/0", "payout_proof", &flipped),
        ("/payee/lines/2/index", "order", &|_| json!(0)),
        ("/payee/balance/cumulative_paid", "balance_proof", &more),
        ("/payee/payee", "line", &|_| json!("q")),
    ];
    for (pointer, reason, change) in changes {
        let mut bad = good.clone();
        let place_of = bad.pointer_mut(pointer).unwrap();
        *place_of = change(place_of);
        let (code, said) = verify(&place, &bad, &key);
        assert_eq!(code, 1, "{pointer}: {said}");
        assert!(said.contains(&format!("nothing: {reason} ")), "{pointer}: {said}");
    }
    let mut less = good.clone();
    less["payee"].as_object_mut().unwrap().remove("balance");
    assert!(verify(&place, &less, &key).1.contains("nothing: balance "));
    let mut unknown = good.clone();
    unknown["more"] = json!(1);
    assert_eq!(verify(&place, &unknown, &key).0, 2);

    generate(&place, "other.key", "ml-dsa-65");
    assert!(
        verify(&place, &good, &place.path("other.key"))
            .1
            .contains("nothing: signature ")
    );
    generate(&place, "draft.key", "dilithium3-ipd");
    assert!(
        verify(&place, &good, &place.path("draft.key"))
            .1
            .contains("another scheme")
    );
}

#[test]
fn a_key_signs_for_whoever_has_the_passphrase() {
    let place = Place::new("native");
    std::fs::write(place.path("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
    std::fs::write(place.path("wrong"), "correct horse buttery").unwrap();
    std::fs::write(place.path("short"), "too short").unwrap();
    for scheme in ["ml-dsa-65", "dilithium3-ipd", "slh-dsa-shake-128s"] {
        let made = generate(&place, scheme, scheme);
        let key = place.path(scheme).display().to_string();
        assert_eq!(place.json(&["key", "show", &key]), made);
        let file = place.path("passphrase").display().to_string();
        let sign = ["key", "sign", &key, "--message", "0x0102", "--passphrase-file", &file];
        let signature = place.json(&sign)["signature"].as_str().unwrap().to_owned();
        let check = |message: &str| {
            let verify = ["key", "verify", &key, "--message", message, "--signature", &signature];
            place.run(&verify).code
        };
        assert_eq!((check("0x0102"), check("0x0103")), (0, 1), "{scheme}");
        // A key that is there is not overwritten; another passphrase does not open it.
        let again = ["key", "generate", &key, "--passphrase-file", &file, "--json"];
        assert_eq!(place.run(&again).error().0, "bad_key");
        let wrong = place.path("wrong").display().to_string();
        let sign = [
            "key",
            "sign",
            &key,
            "--message",
            "0x",
            "--passphrase-file",
            &wrong,
            "--json",
        ];
        let refused = place.run(&sign);
        assert_eq!((refused.code, refused.error().0.as_str()), (1, "bad_key"));
    }
    let short = place.path("short").display().to_string();
    let new = place.path("new").display().to_string();
    let refused = place.run(&["key", "generate", &new, "--passphrase-file", &short, "--json"]);
    assert!(refused.err.contains("at least 12 bytes"), "{}", refused.err);
    assert!(!place.path("new").exists());
}
