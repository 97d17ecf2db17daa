//! `aicf job inject-result`: a devnet's stand-in for a provider and a chain.
//!
//! The job is dispatched, acknowledged, completed and proved, each by the same command of the engine that
//! a real network would deliver; only the result and the proof are made up. Where nobody takes the job,
//! the rules of matching say why.

use super::Globals;
use super::fail::Failure;
use super::fields::{Fields, get, only, parse_file, read_file};
use super::out::{Out, field, short};
use super::session::Session;
use aicf_core::catalogue;
use aicf_core::codec::tree::Tree;
use aicf_core::codec::{Format, hex};
use aicf_core::engine::{Command, Outcome};
use aicf_core::hash::tags;
use clap::Args;
use serde_json::{Map, Value, json};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Inject {
    /// The job, as `job submit` printed it
    #[arg(long, value_name = "HEX")]
    task_id: String,
    /// A JSON object: result_digest, metrics {units, …}, proof {miner, valid, …}, latency_ms
    #[arg(long, value_name = "FILE")]
    result: PathBuf,
}

/// The result file, read once; its commands are made when the lease is known.
struct ResultFile<'t> {
    tree: Tree<'t>,
    place: String,
}

impl<'t> ResultFile<'t> {
    fn read(tree: Tree<'t>, place: String) -> Result<Self, Failure> {
        only(&tree, &place, &["result_digest", "metrics", "proof", "latency_ms"])?;
        if let Some(proof) = get(&tree, "proof") {
            let place = format!("{place}.proof");
            only(proof, &place, &["miner", "valid", "nullifier", "proof_ref"])?;
        }
        Ok(Self { tree, place })
    }

    fn latency_ms(&self) -> Result<u64, Failure> {
        match get(&self.tree, "latency_ms") {
            None => Ok(0),
            Some(tree) => aicf_core::codec::de::from_tree(tree)
                .map_err(|error| Failure::of_input(error.rooted(&format!("{}.latency_ms", self.place)))),
        }
    }

    fn complete(&self, lease: &Lease) -> Result<Command, Failure> {
        Fields::new()
            .tree("lease", lease.fields().into_tree())
            .tree_if("result_digest", get(&self.tree, "result_digest"))
            .tree_if("metrics", get(&self.tree, "metrics"))
            .command_at("complete", &self.place)
    }

    /// What of the proof is not in the file is derived from the lease, so that it is new for each.
    fn proof(&self, lease: &Lease) -> Result<Command, Failure> {
        let proof = get(&self.tree, "proof");
        let given = |name| proof.and_then(|proof| get(proof, name));
        let mut fields = Fields::new().text("task_id", &lease.task_id);
        for (name, tag) in [
            ("nullifier", tags::DEVNET_NULLIFIER),
            ("proof_ref", tags::DEVNET_PROOF_REF),
        ] {
            fields = match given(name) {
                Some(value) => fields.tree(name, value.clone()),
                None => fields.bytes(name, tag.hash(&lease.id).as_bytes()),
            };
        }
        fields = match given("miner") {
            Some(miner) => fields.tree("miner", miner.clone()),
            None => fields.text("miner", "devnet-miner"),
        };
        fields
            .tree("valid", given("valid").cloned().unwrap_or(Tree::Bool(true)))
            .command_at("proof", &format!("{}.proof", self.place))
    }
}

/// Who holds a job, as its row says.
struct Lease {
    task_id: String,
    provider_id: String,
    attempt: u64,
    acknowledged: bool,
    id: Vec<u8>,
}

impl Lease {
    fn of(view: &Value) -> Option<Self> {
        let lease = view.get("lease").filter(|lease| lease.is_object())?;
        Some(Self {
            task_id: view["task_id"].as_str()?.to_owned(),
            provider_id: lease["provider_id"].as_str()?.to_owned(),
            attempt: lease["attempt"].as_u64()?,
            acknowledged: lease["acknowledged"].as_bool()?,
            id: lease["lease_id"].as_str().and_then(hex::read)?,
        })
    }

    /// Of a job that has none: the engine says what it thinks of a proof for it.
    fn missing(task_id: &str) -> Self {
        Self {
            task_id: task_id.to_owned(),
            provider_id: "-".into(),
            attempt: 0,
            acknowledged: false,
            id: task_id.as_bytes().to_vec(),
        }
    }

    fn fields(&self) -> Fields<'_> {
        Fields::new()
            .text("task_id", &self.task_id)
            .text("provider_id", &self.provider_id)
            .number("attempt", self.attempt)
    }
}

pub fn run(args: &Inject, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let bytes = read_file(&args.result)?;
    let place = args.result.display().to_string();
    let file = ResultFile::read(parse_file(&args.result, &bytes)?, place)?;
    // Whatever is malformed is refused before anything is opened.
    let nobody = Lease::missing(&args.task_id);
    file.complete(&nobody)?;
    file.proof(&nobody)?;
    let latency_ms = file.latency_ms()?;

    let mut session = globals.session()?;
    if !session.is_devnet()? {
        let message = "results are made up on a devnet only; elsewhere providers and the chain deliver them";
        return Err(Failure::refused("not_devnet", message).into());
    }
    let mut steps = Vec::new();
    let view = job(&session, &args.task_id)?;
    if waits(&view, session.time_ms) {
        dispatch(&mut session, &mut steps)?;
    }
    let view = job(&session, &args.task_id)?;
    if view["status"] == "queued" {
        session.node.commit()?;
        return Err(unassigned(&session, &view)?.into());
    }
    let lease = Lease::of(&view).unwrap_or_else(|| Lease::missing(&args.task_id));
    if view["status"] == "assigned" {
        if !lease.acknowledged {
            let ack = lease.fields().command("ack")?;
            step(&mut session, ack, &mut steps)?;
        }
        session.time_ms = session.time_ms.saturating_add(latency_ms);
        step(&mut session, file.complete(&lease)?, &mut steps)?;
    }
    step(&mut session, file.proof(&lease)?, &mut steps)?;
    session.node.commit()?;
    let view = job(&session, &args.task_id)?;
    let text = if view["status"] == "claimed" {
        format!(
            "job {} was done by {} and proved in block {}: a claim on epoch {}; next: aicf epoch settle",
            short(&args.task_id),
            lease.provider_id,
            session.height,
            field(&view["claim"], "epoch")
        )
    } else {
        format!("job {} is {} now", short(&args.task_id), field(&view, "status"))
    };
    let receipts: Vec<Value> = steps.iter().map(|outcome| session.receipt(outcome)).collect();
    out.say(&json!({"job": view, "steps": receipts}), &text)
}

fn job(session: &Session, task_id: &str) -> anyhow::Result<Value> {
    session.query("job.get", &json!({"task_id": task_id}))
}

/// Whether the job has to be dispatched first: it is queued, or the lease it is under has run out.
fn waits(view: &Value, now_ms: u64) -> bool {
    let late = view["deadline_ms"].as_u64().is_some_and(|deadline| deadline <= now_ms);
    view["status"] == "queued" || (view["status"] == "assigned" && late)
}

/// Delivers a command; a refusal ends everything, but what was done stays done.
fn step(session: &mut Session, command: Command, steps: &mut Vec<Outcome>) -> anyhow::Result<()> {
    match Failure::unless_ok(session.submit(command)?) {
        Ok(outcome) => {
            steps.push(outcome);
            Ok(())
        }
        Err(failure) => {
            session.node.commit()?;
            Err(failure.into())
        }
    }
}

/// The beacon of a chain nobody mines: the last root, which nobody can choose either.
fn dispatch(session: &mut Session, steps: &mut Vec<Outcome>) -> anyhow::Result<()> {
    let root = session.node.head().map_or([0; 32], |head| head.state_root.0);
    let beacon = tags::DEVNET_DISPATCH.hash(&root);
    let command = Fields::new().bytes("beacon", beacon.as_bytes()).command("dispatch")?;
    step(session, command, steps)
}

/// Why nobody took the job, asked of the same rule that dispatched it.
fn unassigned(session: &Session, view: &Value) -> anyhow::Result<Failure> {
    let ready_ms = view["ready_ms"].as_u64().unwrap_or(0);
    if ready_ms > session.time_ms {
        let message = format!("an attempt failed and the job waits until {ready_ms} ms; try again then");
        return Ok(Failure::refused("in_backoff", message));
    }
    let head = session.query("head", &json!({}))?;
    let providers = session.node.reader().query_all("provider.list", &json!({}))?;
    let providers: Vec<Value> = providers
        .iter()
        .map(|provider| {
            let fresh = provider["units_epoch"] == head["epoch"];
            let mut offer = pick(
                provider,
                &[
                    "operator",
                    "kinds",
                    "stake",
                    "health_ppm",
                    "region",
                    "models",
                    "attestation",
                    "status",
                    "max_concurrent",
                    "active_leases",
                ],
            );
            offer.insert("id".into(), provider["provider_id"].clone());
            if fresh {
                offer.insert("units_used".into(), provider["units_used"].clone());
            }
            offer.into()
        })
        .collect();
    let asked = pick(
        view,
        &[
            "task_id",
            "kind",
            "units",
            "region",
            "model",
            "attestation_classes",
            "cooldown",
        ],
    );
    let input = json!({
        "policy": session.query("policy", &json!({}))?["policy"],
        "seed": view["task_id"],
        "now_ms": session.time_ms,
        "providers": providers,
        "jobs": [asked],
    });
    let output = catalogue::call("matching.assign", None, Format::Json, input.to_string().as_bytes())
        .map_err(crate::error::Error::from)?;
    let output: Value = serde_json::from_slice(&output)?;
    let reasons = &output["unassigned"][0];
    let reason = reasons["reason"].as_str().unwrap_or("busy");
    let counts: Vec<String> = reasons["counts"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(reason, count)| format!("{reason}: {count}"))
        .collect();
    let hint = match reason {
        "no_providers" => "register one: aicf provider register --help",
        "status" | "stake" => "stake more: aicf provider stake --help; or look: aicf provider list",
        "capability" => "no provider has this kind: aicf provider register --caps",
        "region" | "model" | "attestation_class" => "the job asks for what no provider offers: aicf job show",
        "health" => "heartbeats bring health back: aicf provider heartbeat",
        "concurrency" => "others took every place; finish those first: aicf job list --status assigned",
        _ => "look: aicf provider list",
    };
    let counts = if counts.is_empty() {
        String::new()
    } else {
        format!(" ({})", counts.join(", "))
    };
    Ok(Failure::refused(
        "unassigned",
        format!("no provider takes the job: {reason}{counts}; {hint}"),
    ))
}

/// Some fields of an object, nulls left out.
fn pick(value: &Value, names: &[&str]) -> Map<String, Value> {
    names
        .iter()
        .filter_map(|name| {
            Some((
                (*name).to_owned(),
                value.get(*name).filter(|value| !value.is_null())?.clone(),
            ))
        })
        .collect()
}
