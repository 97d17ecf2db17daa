//! `aicf provider`: who works.

use super::Globals;
use super::fail::Failure;
use super::fields::{Fields, get, get_text, only, parse_file, read_file};
use super::key::{Passphrase, SchemeName};
use super::out::{Out, card, field, table};
use super::session::look_up;
use super::signer::Signer;
use crate::keys::SecretKey;
use crate::network;
use aicf_core::codec::hex;
use aicf_core::codec::tree::Tree;
use aicf_core::engine::{Command, signed};
use aicf_core::signature::Scheme;
use aicf_core::value::{Bytes, Text};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub enum Provider {
    /// Make a provider known, or change what it offers
    #[command(
        after_help = "Example:\n  aicf provider register --provider-id provider1 --caps AI \\\n    --attestation fixtures/providers.json"
    )]
    Register(Register),
    /// Add stake; with enough of it a provider becomes active
    #[command(after_help = "Example:\n  aicf provider stake --provider-id provider1 --amount 1000")]
    Stake(Amount),
    /// Begin to take stake back; it stays slashable for a while
    #[command(after_help = "Example:\n  aicf provider unstake --provider-id provider1 --amount 500")]
    Unstake(Amount),
    /// Take out what a provider was paid
    #[command(after_help = "Example:\n  aicf provider withdraw --provider-id provider1 --amount 20000")]
    Withdraw(Amount),
    /// Report an offence of a provider; the settlement of its epoch judges it (on a devnet)
    #[command(after_help = "Example:\n  aicf provider slash --provider-id provider1 --offence replay")]
    Slash(Slash),
    /// Say that a provider is there
    #[command(after_help = "Example:\n  aicf provider heartbeat --provider-id provider1 --load-ppm 250000")]
    Heartbeat(Heartbeat),
    /// Sign with another key from now on
    #[command(
        after_help = "Example:\n  aicf provider rotate-key --provider-id provider1 --new-key new.key --sign-with old.key"
    )]
    RotateKey(RotateKey),
    /// Leave for good; all stake begins to leave, too
    #[command(after_help = "Example:\n  aicf provider retire --provider-id provider1")]
    Retire(Id),
    /// List providers
    #[command(after_help = "Example:\n  aicf provider list --status active")]
    List(List),
    /// Show everything about one provider
    #[command(after_help = "Example:\n  aicf provider show --provider-id provider1")]
    Show(Id),
}

#[derive(Debug, Args)]
pub struct Id {
    /// The provider
    #[arg(long, value_name = "ID")]
    provider_id: String,
}

#[derive(Debug, Args)]
pub struct Amount {
    /// The provider
    #[arg(long, value_name = "ID")]
    provider_id: String,
    /// How much, in atoms (the smallest unit of money)
    #[arg(long, value_name = "ATOMS", allow_hyphen_values = true)]
    amount: String,
}

#[derive(Debug, Args)]
pub struct Heartbeat {
    /// The provider
    #[arg(long, value_name = "ID")]
    provider_id: String,
    /// The heartbeat's number, above the last one's [default: one more]
    #[arg(long, value_name = "N")]
    beat: Option<u64>,
    /// How busy it is, in millionths
    #[arg(long, value_name = "PPM")]
    load_ppm: Option<u64>,
}

#[derive(Debug, Args)]
pub struct RotateKey {
    /// The provider
    #[arg(long, value_name = "ID")]
    provider_id: String,
    /// The new key's file; the old one, of --sign-with, signs it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["public_key", "signature", "key_scheme"])]
    new_key: Option<PathBuf>,
    /// The new key
    #[arg(
        long,
        value_name = "HEX",
        required_unless_present = "new_key",
        requires = "signature"
    )]
    public_key: Option<String>,
    /// How the new key signs
    #[arg(long, value_enum)]
    key_scheme: Option<SchemeName>,
    /// By the old key, over the message of docs/spec/16-market.md
    #[arg(long, value_name = "HEX")]
    signature: Option<String>,
}

#[derive(Debug, Args)]
pub struct Slash {
    /// The provider
    #[arg(long, value_name = "ID")]
    provider_id: String,
    /// What it did; the policy's `slashing.offences` says how bad that is
    #[arg(
        long,
        value_parser = ["attestation_invalid", "equivocation", "replay", "lease_loss", "heartbeat_miss"],
        default_value = "replay"
    )]
    offence: String,
}

#[derive(Debug, Args)]
pub struct Register {
    /// The provider
    #[arg(long, value_name = "ID")]
    provider_id: String,
    /// What it can do: AI, QUANTUM or both [default: what the file says]
    #[arg(long, value_name = "KIND,...", value_delimiter = ',', value_parser = kind)]
    caps: Vec<String>,
    /// A JSON list of providers; the entry of this id gives operator, region, models, endpoints, attestation
    #[arg(long, value_name = "FILE")]
    attestation: Option<PathBuf>,
    /// Who runs it; several providers of one operator count as one for diversity
    #[arg(long, value_name = "ID", conflicts_with = "operator_key")]
    operator: Option<String>,
    /// The operator's key file: names the operator of that key, and signs that it runs this provider
    #[arg(long, value_name = "FILE")]
    operator_key: Option<PathBuf>,
    /// Where it is
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// A model or gate set it has; repeat for more
    #[arg(long = "model", value_name = "MODEL")]
    models: Vec<String>,
    /// Where it is reached; repeat for more
    #[arg(long = "endpoint", value_name = "URL")]
    endpoints: Vec<String>,
    /// What its messages are verified with [default: the key of --sign-with]
    #[arg(long, value_name = "HEX")]
    public_key: Option<String>,
    /// How that key signs
    #[arg(long, value_enum, requires = "public_key")]
    key_scheme: Option<SchemeName>,
    /// Account on the chain, 1 to 64 bytes: its transactions may stake, unstake and retire [default: unchanged]
    #[arg(long, value_name = "HEX")]
    account: Option<String>,
}

#[derive(Debug, Args)]
pub struct List {
    /// Only these: registered, active, jailed, suspended, retired
    #[arg(long)]
    status: Option<String>,
    #[command(flatten)]
    page: Page,
}

/// A page of a list.
#[derive(Debug, Args)]
pub struct Page {
    /// At most so many rows
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1000))]
    limit: u64,
    /// Go on after this cursor, as the page before gave it
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
}

impl Page {
    /// Adds the page to a query; options that were not given are left out, as null is no value.
    pub fn query(&self, filters: &[(&str, Option<&str>)]) -> Value {
        let mut input = json!({"limit": self.limit});
        for (name, value) in filters.iter().chain(&[("after", self.after.as_deref())]) {
            if let Some(value) = value {
                input[*name] = json!(value);
            }
        }
        input
    }
}

/// A table with the way to what follows it.
pub fn with_next(mut text: String, rows: usize, what: &str, page: &Value) -> String {
    if rows == 0 {
        text = format!("no {what}");
    }
    if let Some(next) = page["next"].as_str() {
        text.push_str(&format!("\nmore with: --after {next}"));
    }
    text
}

/// AI or QUANTUM, however it is written, as the core writes it.
pub fn kind(text: &str) -> Result<String, String> {
    match text.to_ascii_lowercase().as_str() {
        known @ ("ai" | "quantum") => Ok(known.to_owned()),
        _ => Err("a kind is AI or QUANTUM".into()),
    }
}

pub fn run(command: Provider, globals: &Globals, out: Out) -> anyhow::Result<()> {
    match command {
        Provider::Register(args) => register(&args, globals, out),
        Provider::Stake(args) => money("stake", &args, globals, out),
        Provider::Unstake(args) => money("unstake", &args, globals, out),
        Provider::Withdraw(args) => money("withdraw", &args, globals, out),
        Provider::Slash(args) => slash(&args, globals, out),
        Provider::Heartbeat(args) => heartbeat(&args, globals, out),
        Provider::RotateKey(args) => rotate_key(&args, globals, out),
        Provider::Retire(args) => simple("retire", &args, globals, out),
        Provider::List(args) => list(&args, globals, out),
        Provider::Show(args) => {
            let view = look_up(
                &globals.reader()?,
                "provider.get",
                &json!({"provider_id": args.provider_id}),
            )?;
            out.say(&view, &card(&view))
        }
    }
}

fn register(args: &Register, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let bytes = args.attestation.as_deref().map(read_file).transpose()?;
    let tree = match (&args.attestation, &bytes) {
        (Some(path), Some(bytes)) => Some(entry_of(path, parse_file(path, bytes)?, &args.provider_id)?),
        _ => None,
    };
    let signer = globals.signer()?;
    let mut command = registration(args, tree.as_ref(), signer.as_ref().map(Signer::key))?;
    if let Some(file) = &args.operator_key {
        operated(&mut command, &Passphrase::of_environment().open(file)?, globals)?;
    }
    let view = execute(command, &args.provider_id, globals)?;
    let (id, status) = (&args.provider_id, field(&view.0, "status"));
    let next = if status == "registered" {
        format!("next: aicf provider stake --provider-id {id} --amount ATOMS")
    } else {
        "next: aicf job submit --ai --prompt TEXT --max-units N".into()
    };
    out.say(&view.1, &format!("provider {id} is {status}; {next}"))
}

/// Names the operator of a key in a registration, with its signature for this provider on this network.
fn operated(command: &mut Command, key: &SecretKey, globals: &Globals) -> anyhow::Result<()> {
    let Command::Register {
        provider_id,
        operator,
        operator_proof,
        ..
    } = command
    else {
        return Ok(());
    };
    let network_id = network::id_of(&globals.reader()?.query("head", &json!({}))?)?;
    let public_key = Bytes(key.public_key().to_vec());
    let name = signed::operator_of_key(key.scheme(), &public_key)?;
    let message = signed::operates(&network_id, provider_id, &name)?;
    *operator_proof = Some(signed::OperatorProof {
        scheme: key.scheme(),
        public_key,
        signature: Bytes(key.sign(&message.0, &[])?),
    });
    *operator = Some(name);
    Ok(())
}

/// The entry of a provider in a file of them.
pub fn entry_of<'t>(path: &Path, file: Tree<'t>, id: &str) -> Result<Tree<'t>, Failure> {
    let shown = path.display().to_string();
    let list = match file {
        Tree::Map(entries) => entries
            .into_iter()
            .find(|(key, _)| key == "providers")
            .map(|(_, value)| value),
        list => Some(list),
    };
    let Some(Tree::List(entries)) = list else {
        let message = "expected a list of providers, or an object with that list under `providers`";
        return Err(Failure::malformed("wrong_type", shown, message));
    };
    let known: Vec<String> = entries
        .iter()
        .filter_map(|entry| get_text(entry, "provider_id").map(str::to_owned))
        .collect();
    entries
        .into_iter()
        .find(|entry| get_text(entry, "provider_id") == Some(id))
        .ok_or_else(|| {
            let message = format!("no provider `{id}` in this file; there are {}", known.join(", "));
            Failure::malformed("unknown_provider", shown, message)
        })
}

/// What the file says, and the options over it.
fn registration(args: &Register, entry: Option<&Tree<'_>>, signer: Option<&SecretKey>) -> Result<Command, Failure> {
    const KNOWN: &[&str] = &[
        "provider_id",
        "operator",
        "kinds",
        "region",
        "models",
        "endpoints",
        "attestation",
        "max_concurrent",
        "circuit_max",
        "operator_proof",
        // For people, and for the commands that follow.
        "description",
        "stake",
    ];
    if let Some(entry) = entry {
        only(entry, "attestation file", KNOWN)?;
    }
    let of_file = |name: &str| entry.and_then(|entry| get(entry, name));
    let mut fields = Fields::new().text("provider_id", &args.provider_id);
    fields = if args.caps.is_empty() {
        match of_file("kinds") {
            Some(kinds) => fields.tree("kinds", kinds.clone()),
            None => {
                let message = "say what it can do: --caps AI, --caps QUANTUM or --caps AI,QUANTUM";
                return Err(Failure::malformed("missing_field", "--caps", message));
            }
        }
    } else {
        fields.texts("kinds", &args.caps)
    };
    for (name, option) in [("operator", &args.operator), ("region", &args.region)] {
        fields = match option {
            Some(value) => fields.text(name, value),
            None => fields.tree_if(name, of_file(name)),
        };
    }
    for (name, options) in [("models", &args.models), ("endpoints", &args.endpoints)] {
        fields = match of_file(name) {
            Some(value) if options.is_empty() => fields.tree(name, value.clone()),
            _ => fields.texts(name, options),
        };
    }
    let given = args.key_scheme.map(|scheme| Scheme::from(scheme).name());
    let (key, scheme) = match (&args.public_key, signer) {
        (None, Some(signer)) => (Some(hex::text(signer.public_key())), Some(signer.scheme().name())),
        (given_key, _) => (given_key.clone(), given),
    };
    fields
        .tree_if("attestation", of_file("attestation"))
        .tree_if("operator_proof", of_file("operator_proof"))
        .tree_if("max_concurrent", of_file("max_concurrent"))
        .tree_if("circuit_max", of_file("circuit_max"))
        .text_if("public_key", key.as_deref())
        .text_if("key_scheme", scheme)
        .text_if("account", args.account.as_deref())
        .command("register")
}

fn money(name: &'static str, args: &Amount, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let id = &args.provider_id;
    let fields = Fields::new().text("provider_id", id).text("amount", &args.amount);
    let (view, receipt) = execute(fields.command(name)?, id, globals)?;
    let (stake, status) = (field(&view, "stake"), field(&view, "status"));
    let text = match (name, &status[..]) {
        ("unstake", _) => format!(
            "{} atoms leave; provider {id} is {status} with {stake} staked and {} unbonding, which leave as epochs settle",
            args.amount,
            field(&view, "unbonding")
        ),
        ("withdraw", _) => format!(
            "{} atoms were withdrawn; {} more are available to provider {id}",
            args.amount,
            field(&view, "available")
        ),
        (_, "registered" | "suspended") => {
            format!("provider {id} has {stake} staked, less than the policy's minimum; stake more to make it active")
        }
        _ => format!(
            "provider {id} is {status} with {stake} staked; next: aicf job submit --ai --prompt TEXT --max-units N"
        ),
    };
    out.say(&receipt, &text)
}

fn slash(args: &Slash, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let id = &args.provider_id;
    let fields = Fields::new().text("provider_id", id).text("offence", &args.offence);
    let (_, receipt) = execute(fields.command("report")?, id, globals)?;
    let text = format!(
        "{} of provider {id} is noted; the settlement of its epoch judges it: aicf epoch settle",
        args.offence
    );
    out.say(&receipt, &text)
}

fn simple(name: &'static str, args: &Id, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let id = &args.provider_id;
    let (view, receipt) = execute(Fields::new().text("provider_id", id).command(name)?, id, globals)?;
    let text = format!(
        "provider {id} has retired; {} atoms leave as epochs settle (aicf epoch settle)",
        field(&view, "unbonding")
    );
    out.say(&receipt, &text)
}

fn heartbeat(args: &Heartbeat, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let id = &args.provider_id;
    let mut fields = Fields::new().text("provider_id", id);
    for (name, value) in [("beat", args.beat), ("load_ppm", args.load_ppm)] {
        if let Some(value) = value {
            fields = fields.number(name, value);
        }
    }
    let (view, receipt) = execute(fields.command("heartbeat")?, id, globals)?;
    let text = format!("provider {id} is there; health {} ppm", field(&view, "health_ppm"));
    out.say(&receipt, &text)
}

fn rotate_key(args: &RotateKey, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let id = &args.provider_id;
    let scheme = args.key_scheme.map(|scheme| Scheme::from(scheme).name());
    let (public_key, scheme, signature) = match (&args.new_key, globals.signer()?) {
        (None, _) => (args.public_key.clone(), scheme, args.signature.clone()),
        (Some(file), Some(old)) => {
            let new = Passphrase::of_environment().open(file)?;
            let head = look_up(&globals.reader()?, "head", &json!({}))?;
            let network_id = crate::network::id_of(&head)?;
            let provider_id =
                Text::new(id.as_str()).map_err(|error| Failure::of_input(error.rooted("--provider-id")))?;
            let new_key = Bytes(new.public_key().to_vec());
            let old_key = old.key().public_key();
            let message = signed::rotation_to(&network_id, &provider_id, old_key, new.scheme(), &new_key)?;
            let signature = hex::text(&old.key().sign(message.as_bytes(), &[])?);
            (Some(hex::text(&new_key)), Some(new.scheme().name()), Some(signature))
        }
        (Some(_), None) => {
            let message = "the old key signs the new one: give its file";
            return Err(Failure::malformed("missing_field", "--sign-with", message).into());
        }
    };
    let fields = Fields::new()
        .text("provider_id", id)
        .text_if("public_key", public_key.as_deref())
        .text_if("signature", signature.as_deref())
        .text_if("key_scheme", scheme);
    let (_, receipt) = execute(fields.command("rotate_key")?, id, globals)?;
    out.say(&receipt, &format!("provider {id} signs with another key now"))
}

/// The provider afterwards, and the receipt with it.
fn execute(command: Command, id: &str, globals: &Globals) -> anyhow::Result<(Value, Value)> {
    let mut session = globals.session()?;
    let outcome = session.execute(command)?;
    let view = session.query("provider.get", &json!({"provider_id": id}))?;
    let mut receipt = session.receipt(&outcome);
    receipt["provider"] = view.clone();
    Ok((view, receipt))
}

fn list(args: &List, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let input = args.page.query(&[("status", args.status.as_deref())]);
    let page = globals.reader()?.query("provider.list", &input)?;
    let rows: Vec<Vec<String>> = page["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|view| {
            let bands = view["sla"].as_array().into_iter().flatten();
            let bands: Vec<String> = bands.map(|band| field(band, "band")).collect();
            let leases = &view["active_leases"];
            vec![
                field(view, "provider_id"),
                field(view, "status"),
                field(view, "kinds"),
                field(view, "stake"),
                field(view, "health_ppm"),
                format!("{}+{}", field(leases, "ai"), field(leases, "quantum")),
                bands.join(","),
                field(view, "available"),
                field(view, "region"),
            ]
        })
        .collect();
    let count = rows.len();
    let header = [
        "PROVIDER",
        "STATUS",
        "KINDS",
        "STAKE",
        "HEALTH",
        "LEASES",
        "BAND",
        "AVAILABLE",
        "REGION",
    ];
    let text = with_next(table(&header, rows), count, "providers", &page);
    out.say(&page, &text)
}
