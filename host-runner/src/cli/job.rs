//! `aicf job`: what is to be computed.

use super::fail::Failure;
use super::fields::{Fields, get, only, parse_file, read_file, to_json};
use super::out::{Out, card, field, short, table};
use super::provider::{Page, with_next};
use super::session::{Session, look_up};
use super::{Globals, inject};
use aicf_core::catalogue;
use aicf_core::codec::tree::Tree;
use aicf_core::codec::{Format, hex};
use aicf_core::engine::{Command, Event, Outcome, Status};
use aicf_core::hash::sha3_256;
use aicf_core::limits::JSON_DEPTH_MAX;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub enum Job {
    /// Put a job, or a file of them, into the queue
    #[command(
        after_help = "Examples:\n  aicf job submit --ai --prompt \"hello world\" --max-units 100\n  aicf job submit --file fixtures/jobs_ai.json"
    )]
    Submit(Box<Submit>),
    /// List jobs
    #[command(after_help = "Example:\n  aicf job list --status queued")]
    List(List),
    /// Show everything about one job
    #[command(after_help = "Example:\n  aicf job show --task-id 0x…")]
    Show(Id),
    /// Take a job back; its fee returns
    #[command(after_help = "Example:\n  aicf job cancel --task-id 0x… --requester devnet")]
    Cancel(Cancel),
    /// Rate the result of an AI job, once
    #[command(after_help = "Example:\n  aicf job rate --task-id HEX --requester alice --qos-ppm 900000")]
    Rate(Rate),
    /// Reveal the seed of a quantum job's hidden traps
    #[command(after_help = "Example:\n  aicf job reveal --task-id HEX --seed HEX --programs programs.json")]
    Reveal(Reveal),
    /// Devnet only: let a provider take a job and finish it with a made-up result and proof
    #[command(after_help = "Example:\n  aicf job inject-result --task-id 0x… --result fixtures/result_example.json")]
    InjectResult(inject::Inject),
}

#[derive(Debug, Args)]
pub struct Id {
    /// The job, as `job submit` printed it
    #[arg(long, value_name = "HEX")]
    task_id: String,
}

#[derive(Debug, Args)]
pub struct Cancel {
    /// The job
    #[arg(long, value_name = "HEX")]
    task_id: String,
    /// Who asked for it
    #[arg(long, value_name = "ID", default_value = "devnet")]
    requester: String,
}

#[derive(Debug, Args)]
pub struct Rate {
    /// The job
    #[arg(long, value_name = "HEX")]
    task_id: String,
    /// Who asked for it
    #[arg(long, value_name = "ID", default_value = "devnet")]
    requester: String,
    /// Quality of the result in millionths, 0 to 1000000
    #[arg(long, value_name = "PPM")]
    qos_ppm: u64,
}

#[derive(Debug, Args)]
pub struct Reveal {
    /// The job
    #[arg(long, value_name = "HEX")]
    task_id: String,
    /// The seed that the job committed to
    #[arg(long, value_name = "HEX")]
    seed: String,
    /// A JSON list: the SHA3-256 of each circuit's program, in order
    #[arg(long, value_name = "FILE")]
    programs: PathBuf,
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["ai", "quantum", "file"])))]
pub struct Submit {
    /// An AI job
    #[arg(long)]
    ai: bool,
    /// A quantum job
    #[arg(long)]
    quantum: bool,
    /// A JSON list of jobs instead of the options below
    #[arg(long, value_name = "FILE", conflicts_with_all = ["prompt", "payload_json", "max_units"])]
    file: Option<PathBuf>,
    /// What is asked; becomes the payload {"prompt": TEXT}
    #[arg(long, value_name = "TEXT", required_unless_present_any = ["file", "payload_json"])]
    prompt: Option<String>,
    /// The payload as any JSON, instead of a prompt
    #[arg(long, value_name = "JSON", conflicts_with = "prompt")]
    payload_json: Option<String>,
    /// The most units it may take
    #[arg(
        long,
        value_name = "UNITS",
        required_unless_present = "file",
        allow_hyphen_values = true
    )]
    max_units: Option<String>,
    /// What it pays, in atoms; a higher fee is served earlier
    #[arg(long, value_name = "ATOMS", default_value = "0", allow_hyphen_values = true)]
    fee: String,
    /// The requester's tier in the policy
    #[arg(long, default_value = "free")]
    tier: String,
    /// Who asks, and pays
    #[arg(long, value_name = "ID", default_value = "devnet")]
    requester: String,
    /// Where it must run
    #[arg(long)]
    region: Option<String>,
    /// What it must run on
    #[arg(long)]
    model: Option<String>,
    /// Attestation classes it accepts (sgx, tdx, sev-snp, cca); none is any
    #[arg(long = "attestation-class", value_name = "CLASS", value_delimiter = ',')]
    attestation_classes: Vec<String>,
    /// How wide its circuit is (quantum)
    #[arg(long, value_name = "N", requires_all = ["depth", "quantum"])]
    qubits: Option<u64>,
    /// How deep its circuit is (quantum)
    #[arg(long, value_name = "N", requires_all = ["qubits", "quantum"])]
    depth: Option<u64>,
    /// The transaction that asked, in hex [default: made up on a devnet]
    #[arg(long, value_name = "HEX")]
    tx_hash: Option<String>,
    /// Who called, in hex [default on a devnet: the requester's bytes]
    #[arg(long, value_name = "HEX")]
    caller: Option<String>,
}

#[derive(Debug, Args)]
pub struct List {
    /// Only these: queued, assigned, completed, claimed, settled, expired, failed, cancelled
    #[arg(long, conflicts_with_all = ["requester", "provider_id"])]
    status: Option<String>,
    /// Only those of this requester
    #[arg(long, value_name = "ID", conflicts_with = "provider_id")]
    requester: Option<String>,
    /// Only those this provider was given last
    #[arg(long, value_name = "ID")]
    provider_id: Option<String>,
    #[command(flatten)]
    page: Page,
}

pub fn run(command: Job, globals: &Globals, out: Out) -> anyhow::Result<()> {
    match command {
        Job::Submit(args) => submit(&args, globals, out),
        Job::List(args) => list(&args, globals, out),
        Job::Show(args) => {
            let view = look_up(&globals.reader()?, "job.get", &json!({"task_id": args.task_id}))?;
            out.say(&view, &card(&view))
        }
        Job::Cancel(args) => cancel(&args, globals, out),
        Job::Rate(args) => rate(&args, globals, out),
        Job::Reveal(args) => reveal(&args, globals, out),
        Job::InjectResult(args) => inject::run(&args, globals, out),
    }
}

/// A job as it was asked for. What a devnet makes up is missing until the entry has its number.
struct Asked<'t> {
    fields: Fields<'t>,
    place: String,
    requester: String,
    has_tx_hash: bool,
    has_caller: bool,
}

impl Asked<'_> {
    fn command(mut self, seq: u64, time_ms: u64) -> Result<Command, Failure> {
        if !self.has_tx_hash {
            let made_up = sha3_256(&[&seq.to_be_bytes(), &time_ms.to_be_bytes()]);
            self.fields = self.fields.bytes("tx_hash", made_up.as_bytes());
        }
        if !self.has_caller {
            self.fields = self.fields.bytes("caller", self.requester.as_bytes());
        }
        self.fields.command_at("enqueue", &self.place)
    }
}

fn submit(args: &Submit, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let file = args.file.as_deref();
    let bytes = file.map(read_file).transpose()?;
    let tree = match (file, &bytes) {
        (Some(path), Some(bytes)) => Some(parse_file(path, bytes)?),
        _ => None,
    };
    // Read twice: now, so that nothing is opened for what is malformed; later with the entry's number.
    let asked = || match (file, &tree) {
        (Some(path), Some(tree)) => of_file(path, tree),
        _ => Ok(vec![of_options(args)?]),
    };
    for job in asked()? {
        job.command(0, 0)?;
    }
    let mut session = globals.session()?;
    if !session.is_devnet()? && asked()?.iter().any(|job| !job.has_tx_hash || !job.has_caller) {
        let message = "outside a devnet a job says which transaction asked for it: --tx-hash and --caller";
        return Err(Failure::malformed("missing_field", "tx_hash", message).into());
    }
    let mut done = Vec::new();
    for job in asked()? {
        let command = job.command(session.node.next_seq(), session.time_ms)?;
        done.push(session.submit(command)?);
    }
    session.node.commit()?;
    report(&session, done, out)
}

fn of_options(args: &Submit) -> Result<Asked<'_>, Failure> {
    let payload = match (&args.prompt, &args.payload_json) {
        (_, Some(json)) => payload_of(json, "payload_json")?,
        (prompt, None) => payload_of(&json!({"prompt": prompt}).to_string(), "prompt")?,
    };
    let mut fields = Fields::new()
        .text("kind", if args.quantum { "quantum" } else { "ai" })
        .text("requester", &args.requester)
        .text("tier", &args.tier)
        .text("fee", &args.fee)
        .text("units", args.max_units.as_deref().unwrap_or_default())
        .text_if("tx_hash", args.tx_hash.as_deref())
        .text_if("caller", args.caller.as_deref())
        .bytes("payload", &payload)
        .text_if("region", args.region.as_deref())
        .text_if("model", args.model.as_deref())
        .texts("attestation_classes", &args.attestation_classes);
    if let (Some(qubits), Some(depth)) = (args.qubits, args.depth) {
        let circuit = Fields::new().number("qubits", qubits).number("depth", depth);
        fields = fields.tree("circuit", circuit.into_tree());
    }
    Ok(Asked {
        fields,
        place: String::new(),
        requester: args.requester.clone(),
        has_tx_hash: args.tx_hash.is_some(),
        has_caller: args.caller.is_some(),
    })
}

fn of_file<'t>(path: &Path, tree: &Tree<'t>) -> Result<Vec<Asked<'t>>, Failure> {
    const KNOWN: &[&str] = &[
        "kind",
        "requester",
        "tier",
        "fee",
        "units",
        "tx_hash",
        "caller",
        "payload",
        "payload_json",
        "region",
        "model",
        "attestation_classes",
        "circuit",
    ];
    let shown = path.display().to_string();
    let Tree::List(jobs) = tree else {
        return Err(Failure::malformed("wrong_type", shown, "expected a list of jobs"));
    };
    if jobs.is_empty() {
        return Err(Failure::malformed("bad_length", shown, "there is no job in this file"));
    }
    let read = |(index, job): (usize, &Tree<'t>)| {
        let place = format!("{shown}[{index}]");
        only(job, &place, KNOWN)?;
        let mut fields = Fields::new();
        for name in KNOWN.iter().filter(|name| !name.starts_with("payload")) {
            fields = fields.tree_if(name, get(job, name));
        }
        if get(job, "attestation_classes").is_none() {
            fields = fields.tree("attestation_classes", Tree::List(Vec::new()));
        }
        fields = match (get(job, "payload"), get(job, "payload_json")) {
            (Some(payload), None) => fields.tree("payload", payload.clone()),
            (None, Some(json)) => {
                let mut text = String::new();
                to_json(json, &mut text);
                fields.bytes("payload", &payload_of(&text, &format!("{place}.payload_json"))?)
            }
            _ => {
                let message = "give payload or payload_json, and only one of them";
                return Err(Failure::malformed("missing_field", format!("{place}.payload"), message));
            }
        };
        Ok(Asked {
            fields,
            place,
            requester: super::fields::get_text(job, "requester").unwrap_or_default().to_owned(),
            has_tx_hash: get(job, "tx_hash").is_some(),
            has_caller: get(job, "caller").is_some(),
        })
    };
    jobs.iter().enumerate().map(read).collect()
}

/// The canonical CBOR of a JSON payload, as the core makes it for every host.
fn payload_of(json: &str, place: &str) -> Result<Vec<u8>, Failure> {
    // By itself first: it must not reach beyond its place in the line below.
    aicf_core::codec::json::parse(json.as_bytes(), JSON_DEPTH_MAX)
        .map_err(|error| Failure::of_input(error.rooted(place)))?;
    // The id that is derived beside it is of no interest: the chain's own fields are not known yet.
    let input = format!(r#"{{"chain_id":1,"height":0,"tx_hash":"0x00","caller":"0x00","payload_json":{json}}}"#);
    let output = catalogue::call("task_id.derive", None, Format::Json, input.as_bytes()).map_err(|error| {
        let mut failure = Failure::of_input(error);
        let below = failure.path.strip_prefix("input.payload_json").unwrap_or_default();
        failure.path = format!("{place}{below}");
        failure
    })?;
    let output: Value = serde_json::from_slice(&output).unwrap_or_default();
    output["payload"]
        .as_str()
        .and_then(hex::read)
        .ok_or_else(|| Failure::refused("invariant", "the core gave no payload"))
}

fn task_id_of(outcome: &Outcome) -> Option<String> {
    outcome.events.iter().find_map(|event| match event {
        Event::JobEnqueued { task_id, .. } => Some(task_id.to_string()),
        _ => None,
    })
}

fn report(session: &Session, done: Vec<Outcome>, out: Out) -> anyhow::Result<()> {
    let refused = done.iter().filter(|outcome| outcome.status != Status::Ok).count();
    if let [_] = &done[..] {
        let outcome = done.into_iter().next().map(Failure::unless_ok).transpose()?;
        let outcome = outcome.ok_or_else(|| Failure::refused("invariant", "a job came to nothing"))?;
        let task_id = task_id_of(&outcome).unwrap_or_default();
        let mut receipt = session.receipt(&outcome);
        receipt["task_id"] = json!(task_id);
        let next = format!("next: aicf job inject-result --task-id {task_id} --result fixtures/result_example.json");
        return out.say(&receipt, &format!("{task_id}\nthe job waits for a provider; {next}"));
    }
    let mut rows = Vec::new();
    let mut jobs = Vec::new();
    for outcome in &done {
        let mut receipt = session.receipt(outcome);
        let task_id = task_id_of(outcome);
        receipt["task_id"] = json!(task_id);
        receipt["message"] = json!(outcome.message);
        jobs.push(receipt);
        let cell = task_id.unwrap_or_else(|| outcome.message.clone());
        rows.push(vec![outcome.seq.to_string(), outcome.status.as_str().to_owned(), cell]);
    }
    out.say(&json!({"jobs": jobs}), &table(&["SEQ", "STATUS", "TASK"], rows))?;
    if refused > 0 {
        let message = format!("{refused} of {} jobs were refused; the others wait", done.len());
        return Err(Failure::refused("refused", message).into());
    }
    Ok(())
}

fn list(args: &List, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let input = args.page.query(&[
        ("status", args.status.as_deref()),
        ("requester", args.requester.as_deref()),
        ("provider_id", args.provider_id.as_deref()),
    ]);
    let page = globals.reader()?.query("job.list", &input)?;
    let rows: Vec<Vec<String>> = page["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|view| {
            vec![
                field(view, "task_id"),
                field(view, "kind"),
                field(view, "status"),
                field(view, "units"),
                field(view, "fee"),
                field(view, "requester"),
                view["lease"]
                    .get("provider_id")
                    .map_or_else(|| "-".into(), super::out::cell),
                field(view, "attempts"),
            ]
        })
        .collect();
    let count = rows.len();
    let header = [
        "TASK",
        "KIND",
        "STATUS",
        "UNITS",
        "FEE",
        "REQUESTER",
        "PROVIDER",
        "ATTEMPTS",
    ];
    out.say(&page, &with_next(table(&header, rows), count, "jobs", &page))
}

fn cancel(args: &Cancel, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let fields = Fields::new()
        .text("task_id", &args.task_id)
        .text("requester", &args.requester);
    let command = fields.command("cancel")?;
    let mut session = globals.session()?;
    let outcome = session.execute(command)?;
    let text = format!(
        "job {} is cancelled; its fee went back to {}",
        short(&args.task_id),
        args.requester
    );
    out.say(&session.receipt(&outcome), &text)
}

fn rate(args: &Rate, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let fields = Fields::new()
        .text("task_id", &args.task_id)
        .text("requester", &args.requester)
        .number("qos_ppm", args.qos_ppm);
    let command = fields.command("rate")?;
    let mut session = globals.session()?;
    let outcome = session.execute(command)?;
    let text = format!("the result of job {} is rated {}", short(&args.task_id), args.qos_ppm);
    out.say(&session.receipt(&outcome), &text)
}

fn reveal(args: &Reveal, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let bytes = read_file(&args.programs)?;
    let fields = Fields::new()
        .text("task_id", &args.task_id)
        .text("seed", &args.seed)
        .tree("programs", parse_file(&args.programs, &bytes)?);
    let command = fields.command("reveal_traps")?;
    let mut session = globals.session()?;
    let outcome = session.execute(command)?;
    let view = session.query("job.get", &json!({"task_id": args.task_id}))?;
    let text = format!(
        "the traps of job {} are revealed; it is {}",
        short(&args.task_id),
        view["status"].as_str().unwrap_or("known")
    );
    out.say(&session.receipt(&outcome), &text)
}
