//! The quickstart as a newcomer types it, on every engine: the same answers, and the same roots.

mod support;

use serde_json::{Value, json};
use support::{ENGINES, Place, fixture};

/// Each step at its own time, so that the engines see the same entries.
fn step(place: &Place, time_ms: u64, args: &[&str]) -> Value {
    let time = time_ms.to_string();
    let args: Vec<&str> = args.iter().copied().chain(["--time-ms", &time]).collect();
    place.json(&args)
}

fn quickstart(place: &Place) -> String {
    let start = 1_800_000_000_000;
    let registered = step(
        place,
        start,
        &[
            "provider",
            "register",
            "--provider-id",
            "provider1",
            "--caps",
            "AI",
            "--attestation",
            &fixture("fixtures/providers.json"),
        ],
    );
    assert_eq!(registered["provider"]["status"], "registered");
    assert_eq!(registered["provider"]["attestation"]["class"], "tdx");
    assert_eq!(registered["provider"]["region"], "eu-west");

    let staked = step(
        place,
        start + 1,
        &["provider", "stake", "--provider-id", "provider1", "--amount", "1000"],
    );
    assert_eq!(staked["provider"]["status"], "active");
    assert_eq!(staked["provider"]["stake"], "1000");

    let submitted = step(
        place,
        start + 2,
        &["job", "submit", "--ai", "--prompt", "hello world", "--max-units", "100"],
    );
    let task_id = submitted["task_id"].as_str().unwrap().to_owned();
    let queued = place.json(&["job", "list"]);
    assert_eq!(queued["items"][0]["task_id"], *task_id);
    assert_eq!(queued["items"][0]["status"], "queued");

    let injected = step(
        place,
        start + 3,
        &[
            "job",
            "inject-result",
            "--task-id",
            &task_id,
            "--result",
            &fixture("fixtures/result_example.json"),
        ],
    );
    assert_eq!(injected["job"]["status"], "claimed");
    assert_eq!(injected["job"]["lease"]["provider_id"], "provider1");
    let steps = injected["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 4, "dispatch, ack, complete, proof");
    assert!(steps.iter().all(|step| step["height"] == 4 && step["status"] == "ok"));

    let settled = step(place, start + 4, &["epoch", "settle"]);
    assert_eq!(settled["epoch"]["epoch"], 0);
    assert_eq!(settled["epoch"]["claims_count"], 1);
    // 80 units at 120 are below the smallest reward, and 80 + 15 + 5 % of that is everything.
    let payouts = place.json(&["payouts", "--provider-id", "provider1"]);
    let line = &payouts["items"][0]["line"];
    let shares = ["payable", "provider", "miner_share", "treasury", "net_provider"].map(|name| &line[name]);
    assert_eq!(json!(shares), json!(["25000", "20000", "3750", "1250", "20000"]));
    assert_eq!(place.json(&["payouts", "--payee", "miner1"])["items"], payouts["items"]);
    assert_eq!(place.json(&["payouts", "--payee", "nobody"])["items"], json!([]));

    let beat = step(
        place,
        start + 5,
        &["provider", "heartbeat", "--provider-id", "provider1"],
    );
    assert_eq!(beat["provider"]["last_heartbeat_ms"], start + 5);
    assert_eq!(beat["provider"]["available"], "20000");

    let files = step(
        place,
        start + 6,
        &["job", "submit", "--file", &fixture("fixtures/jobs_ai.json")],
    );
    assert_eq!(files["jobs"].as_array().unwrap().len(), 5);
    let mine = place.json(&["job", "list", "--requester", "alice"]);
    assert_eq!(mine["items"].as_array().unwrap().len(), 2);

    let verified = place.json(&["verify"]);
    assert_eq!((&verified["entries"], &verified["batches"]), (&json!(22), &json!(1)));
    let exported = place.ok(&["export"]).out;
    let replayed = {
        place.write("journal.jsonl", &exported);
        place.json(&["replay", "journal.jsonl"])
    };
    assert_eq!(replayed["state_root"], verified["state_root"]);
    assert_eq!(replayed["state_digest"], verified["state_digest"]);
    format!("{} {}", verified["state_root"], verified["state_digest"])
}

#[test]
fn the_six_steps_give_the_same_on_every_engine() {
    let roots = ENGINES.map(|engine| quickstart(&Place::new(engine)));
    assert_eq!(roots[0], roots[1]);
    assert_eq!(roots[0], roots[2]);
}

/// Everything that was decided is explained, for people and for programs.
#[test]
fn explanations() {
    let place = Place::new("native");
    let who = ["--provider-id", "provider1"];
    let submitted = place.json(&["job", "submit", "--ai", "--prompt", "hello", "--max-units", "100"]);
    let task_id = submitted["task_id"].as_str().unwrap().to_owned();
    let job = |more: &[&str]| [&["explain", "job", "--task-id", &task_id], more].concat().join(" ");
    let said = |command: &str| place.ok(&command.split(' ').collect::<Vec<_>>()).out;
    assert!(said(&job(&[])).contains("nobody can take it; most providers fail at: no_providers"));
    place.json(&[&["provider", "register", "--caps", "AI"], &who[..]].concat());
    let text = said(&job(&["--providers"]));
    assert!(text.contains("provider1") && text.contains("status"), "{text}");
    place.json(&[&["provider", "stake", "--amount", "200000"], &who[..]].concat());
    assert!(said(&job(&[])).contains("waits for a dispatch"));
    let result = fixture("fixtures/result_example.json");
    place.json(&["job", "inject-result", "--task-id", &task_id, "--result", &result]);
    place.json(&[&["provider", "slash", "--offence", "replay"], &who[..]].concat());
    place.json(&["epoch", "settle"]);
    let line = place.json(&["payouts"])["items"][0]["line"].clone();
    let key = line["claim_key"].as_str().unwrap();
    let payout = place.ok(&["explain", "payout", "--epoch", "0", "--claim-key", key]).out;
    for part in ["80", "quoted", "25000", "8000 of 10000", "= net"] {
        assert!(payout.contains(part), "{part}: {payout}");
    }
    let slash = place
        .ok(&[&["explain", "slash", "--epoch", "0"], &who[..]].concat())
        .out;
    assert!(
        slash.contains("slashed for replay") && slash.contains("reported: "),
        "{slash}"
    );
    let view = place.json(&[&["explain", "slash", "--epoch", "0"], &who[..]].concat());
    assert_eq!(view["record"]["reason"], "replay");
    let unknown = place.run(&["explain", "slash", "--epoch", "7", "--provider-id", "provider1"]);
    assert_eq!(unknown.code, 1);
}

/// Money leaves, and an offence that somebody saw is judged with its epoch.
#[test]
fn withdrawals_and_reports() {
    let place = Place::new("native");
    let who = ["--provider-id", "provider1"];
    let run = |args: &[&str]| place.json(&[args, &who].concat());
    run(&["provider", "register", "--caps", "AI"]);
    run(&["provider", "stake", "--amount", "200000"]);
    let submitted = place.json(&["job", "submit", "--ai", "--prompt", "hello", "--max-units", "100"]);
    let task_id = submitted["task_id"].as_str().unwrap().to_owned();
    let result = fixture("fixtures/result_example.json");
    place.json(&["job", "inject-result", "--task-id", &task_id, "--result", &result]);
    place.json(&["epoch", "settle"]);
    assert_eq!(
        run(&["provider", "withdraw", "--amount", "15000"])["provider"]["available"],
        "5000"
    );
    let refused = place.run(&[&["provider", "withdraw", "--amount", "5001", "--json"], &who[..]].concat());
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("insufficient_balance"), "{}", refused.err);
    let noted = place.ok(&[&["provider", "slash", "--offence", "equivocation"], &who[..]].concat());
    assert!(noted.out.contains("aicf epoch settle"), "{}", noted.out);
    place.json(&["epoch", "settle"]);
    let shown = run(&["provider", "show"]);
    assert_eq!(
        (&shown["status"], &shown["available"]),
        (&json!("jailed"), &json!("5000"))
    );
    assert_eq!(
        place
            .run(&[&["provider", "slash", "--offence", "rudeness"], &who[..]].concat())
            .code,
        2
    );
}

/// As people see it: sentences that lead on, tables with what was asked for, exit code 0.
#[test]
fn people_are_told_what_to_do_next() {
    let place = Place::new("native");
    let providers = fixture("fixtures/providers.json");
    let said = place.ok(&[
        "provider",
        "register",
        "--provider-id",
        "provider1",
        "--attestation",
        &providers,
    ]);
    assert!(
        said.out.contains("next: aicf provider stake --provider-id provider1"),
        "{}",
        said.out
    );
    let said = place.ok(&["provider", "stake", "--provider-id", "provider1", "--amount", "1000"]);
    assert!(
        said.out.contains("active") && said.out.contains("next: aicf job submit"),
        "{}",
        said.out
    );
    let said = place.ok(&["job", "submit", "--ai", "--prompt", "hello world", "--max-units", "100"]);
    let task_id = said.out.lines().next().unwrap().to_owned();
    assert_eq!((task_id.len(), &task_id[..2]), (66, "0x"));
    assert!(place.ok(&["job", "list"]).out.contains(&task_id));
    assert!(place.ok(&["job", "show", "--task-id", &task_id]).out.contains("queued"));
    let result = fixture("fixtures/result_example.json");
    let said = place.ok(&["job", "inject-result", "--task-id", &task_id, "--result", &result]);
    assert!(said.out.contains("next: aicf epoch settle"), "{}", said.out);
    assert!(place.ok(&["epoch", "settle"]).out.contains("1 claims, 25000 atoms"));
    assert!(
        place
            .ok(&["payouts", "--provider-id", "provider1"])
            .out
            .contains("20000")
    );
    assert!(place.ok(&["epoch", "list"]).out.contains("0-99"));
    assert!(place.ok(&["epoch", "show", "--epoch", "0"]).out.contains("batch_id"));
    place.ok(&["epoch", "show", "--epoch", "0", "--chart", "epoch.svg"]);
    let picture = String::from_utf8(support::bytes(&place.path("epoch.svg"))).unwrap();
    assert!(
        picture.contains("provider1") && picture.contains(">20000<"),
        "{picture}"
    );
    assert!(place.ok(&["provider", "list"]).out.contains("provider1"));
    assert!(
        place
            .ok(&["provider", "show", "--provider-id", "provider1"])
            .out
            .contains("tdx")
    );
}

/// Where nobody takes a job, the rules say why.
#[test]
fn an_unassigned_job_says_why() {
    let place = Place::new("native");
    let submit = ["job", "submit", "--quantum", "--prompt", "x", "--max-units", "100"];
    let task_id = place.json(&submit)["task_id"].as_str().unwrap().to_owned();
    let result = fixture("fixtures/result_example.json");
    let inject = [
        "job",
        "inject-result",
        "--task-id",
        &task_id,
        "--result",
        &result,
        "--json",
    ];
    let nobody = place.run(&inject);
    assert_eq!((nobody.code, nobody.error().0), (1, "unassigned".into()));
    assert!(nobody.err.contains("no_providers"), "{}", nobody.err);
    place.ok(&["provider", "register", "--provider-id", "p", "--caps", "AI"]);
    assert!(place.run(&inject).err.contains("status: 1"));
    place.ok(&["provider", "stake", "--provider-id", "p", "--amount", "1000"]);
    assert!(place.run(&inject).err.contains("capability: 1"));
    // Two kinds need the minima of both.
    place.ok(&["provider", "register", "--provider-id", "p", "--caps", "AI,QUANTUM"]);
    assert!(place.run(&inject).err.contains("status: 1"));
    place.ok(&["provider", "stake", "--provider-id", "p", "--amount", "1000000"]);
    assert_eq!(place.run(&inject).code, 0);
}

/// The other commands of a provider's and a job's life.
#[test]
fn stake_leaves_jobs_are_cancelled_providers_retire() {
    let place = Place::new("native");
    place.ok(&[
        "provider",
        "register",
        "--provider-id",
        "p",
        "--caps",
        "AI",
        "--model",
        "m",
        "--region",
        "eu",
    ]);
    place.ok(&["provider", "stake", "--provider-id", "p", "--amount", "5000"]);
    let out = place.json(&["provider", "unstake", "--provider-id", "p", "--amount", "4500"]);
    assert_eq!(out["provider"]["stake"], "500");
    assert_eq!(out["provider"]["unbonding"], "4500");
    assert_eq!(out["provider"]["status"], "suspended");
    let task = place.json(&[
        "job",
        "submit",
        "--ai",
        "--payload-json",
        r#"{"a":1.5}"#,
        "--max-units",
        "7",
        "--fee",
        "9",
    ]);
    let task_id = task["task_id"].as_str().unwrap();
    place.ok(&["job", "cancel", "--task-id", task_id]);
    assert_eq!(
        place.json(&["job", "show", "--task-id", task_id])["status"],
        "cancelled"
    );
    place.ok(&["provider", "retire", "--provider-id", "p"]);
    assert_eq!(
        place.json(&["provider", "list", "--status", "retired"])["items"][0]["provider_id"],
        "p"
    );
    place.ok(&["verify"]);
}

#[test]
fn a_function_and_a_policy_from_the_shell() {
    let place = Place::new("native");
    for host in ["native", "wasm"] {
        let said = place.ok(&[
            "call",
            "split.apply",
            "--host",
            host,
            "--input",
            r#"{"kind":"ai","total":"1000"}"#,
        ]);
        assert_eq!(
            said.document(),
            json!({"provider": "800", "miner": "150", "treasury": "50"})
        );
        let cbor = place
            .ok(&[
                "call",
                "split.apply",
                "--host",
                host,
                "--cbor",
                "--input",
                "0x83f6001903e8",
            ])
            .out;
        assert_eq!(cbor.trim(), "0x8319032018961832");
    }
    let devnet = fixture("policy/devnet.yaml");
    let hash = place.ok(&["policy", "hash", &devnet]).out;
    assert_eq!(hash, place.ok(&["policy", "hash"]).out, "the built-in one is that file");
    assert!(place.ok(&["policy", "check", &devnet]).out.contains(hash.trim()));
    let shown = place.ok(&["policy", "show", &devnet]).out;
    place.write("full.json", &shown);
    assert_eq!(hash, place.ok(&["policy", "hash", "full.json"]).out);
}
