//! Writes: parameters become one command of the engine, signed by who may give it or not signed at all. Whether it counts
//! is the engine's to say; whether it is let in is [`super::access`]'s.

use super::error::{INVALID_PARAMS, RpcError};
use super::params::Params;
use super::reads::required;
use super::table::Asked;
use crate::service::Service;
use aicf_core::codec::cbor;
use aicf_core::codec::tree::Tree;
use aicf_core::codec::{de, hex, payload};
use aicf_core::engine::Command;
use aicf_core::engine::entry::SignedCommand;
use aicf_core::value::Text;

type Wanted = Result<Asked, RpcError>;

/// The command of this name with these fields.
///
/// # Errors
/// `invalid_params` at the field.
pub fn command(name: &'static str, fields: Tree<'_>) -> Result<Command, RpcError> {
    let tree = Tree::Map(vec![(name.into(), fields)]);
    de::from_tree(&tree).map_err(|error| {
        let mut error = error.into_parts();
        // The path begins with the command's name, which nobody wrote.
        let below = error.path.trim_start_matches('.');
        let below = below.strip_prefix(name).unwrap_or(below);
        let below = below.strip_prefix(".lease").unwrap_or(below);
        error.path = format!("params{below}");
        RpcError::new(INVALID_PARAMS, error.code.as_str(), error.message).at(&error.path)
    })
}

/// An unsigned command of a provider, or the signed one in `signed`, which then has to be of the same name.
fn said(
    mut params: Params<'_>,
    is: fn(&Command) -> bool,
    unsigned: impl FnOnce(Params<'_>) -> Result<Command, RpcError>,
) -> Wanted {
    let Some(given) = params.take_as::<SignedCommand>("signed")? else {
        let command = unsigned(params)?;
        return Ok(Asked {
            name: command.provider_id().map(Text::to_string),
            command,
            signed: false,
        });
    };
    params.end()?;
    let inner: Command = cbor::from_slice(&given.command).map_err(|error| {
        RpcError::new(
            INVALID_PARAMS,
            error.code.as_str(),
            "the signed bytes are not a command",
        )
        .at("params.signed.command")
    })?;
    if !is(&inner) {
        let message = "the signed command is another one than this method's; aicf.submitSigned takes any";
        return Err(RpcError::new(INVALID_PARAMS, "conflict", message).at("params.signed.command"));
    }
    Ok(Asked {
        name: Some(given.signer.to_string()),
        command: Command::Signed(given),
        signed: true,
    })
}

/// `aicf.submitSigned`.
pub fn signed(_: &Service, params: Params<'_>) -> Wanted {
    if !params.has("signed") {
        return Err(RpcError::new(INVALID_PARAMS, "missing_field", "`signed` is missing").at("params.signed"));
    }
    said(
        params,
        |_| true,
        |_| Err(RpcError::new(INVALID_PARAMS, "missing_field", "`signed` is missing")),
    )
}

fn list<'a>() -> Tree<'a> {
    Tree::List(Vec::new())
}

/// `aicf.registerProvider`.
pub fn register(_: &Service, params: Params<'_>) -> Wanted {
    said(
        params,
        |command| matches!(command, Command::Register { .. }),
        |mut params| {
            params.lower_kind();
            params.or("models", list);
            params.or("endpoints", list);
            command("register", params.into_tree())
        },
    )
}

/// `aicf.heartbeat`.
pub fn heartbeat(_: &Service, params: Params<'_>) -> Wanted {
    said(
        params,
        |command| matches!(command, Command::Heartbeat { .. }),
        |params| command("heartbeat", params.into_tree()),
    )
}

/// `aicf.ackLease`.
pub fn ack(_: &Service, params: Params<'_>) -> Wanted {
    said(
        params,
        |command| matches!(command, Command::Ack(_)),
        |params| command("ack", params.into_tree()),
    )
}

/// `aicf.renewLease`.
pub fn renew(_: &Service, params: Params<'_>) -> Wanted {
    said(
        params,
        |command| matches!(command, Command::Renew(_)),
        |params| command("renew", params.into_tree()),
    )
}

/// `aicf.declineLease`.
pub fn decline(_: &Service, params: Params<'_>) -> Wanted {
    said(
        params,
        |command| matches!(command, Command::Decline(_)),
        |params| command("decline", params.into_tree()),
    )
}

/// `aicf.failLease`.
pub fn fail(_: &Service, params: Params<'_>) -> Wanted {
    said(
        params,
        |command| matches!(command, Command::Fail(_)),
        |params| command("fail", params.into_tree()),
    )
}

/// `aicf.completeJob`.
pub fn complete(_: &Service, params: Params<'_>) -> Wanted {
    said(
        params,
        |command| matches!(command, Command::Complete { .. }),
        |mut params| {
            let mut fields = Params::default();
            for name in ["result_digest", "metrics", "counts"] {
                if let Some(value) = params.take(name) {
                    fields.put(name, value);
                }
            }
            fields.put("lease", params.into_tree());
            command("complete", fields.into_tree())
        },
    )
}

/// `aicf.requestWithdrawal`.
pub fn withdraw(_: &Service, params: Params<'_>) -> Wanted {
    said(
        params,
        |command| matches!(command, Command::Withdraw { .. }),
        |params| command("withdraw", params.into_tree()),
    )
}

/// `aicf.cancelJob`.
pub fn cancel_job(_: &Service, mut params: Params<'_>) -> Wanted {
    params.or("requester", || Tree::Text(DEFAULT_REQUESTER.into()));
    let command = command("cancel", params.into_tree())?;
    let name = match &command {
        Command::Cancel { requester, .. } => Some(requester.to_string()),
        _ => None,
    };
    Ok(Asked {
        command,
        name,
        signed: false,
    })
}

/// `aicf.rateJob`.
pub fn rate_job(_: &Service, mut params: Params<'_>) -> Wanted {
    params.or("requester", || Tree::Text(DEFAULT_REQUESTER.into()));
    let command = command("rate", params.into_tree())?;
    let name = match &command {
        Command::Rate { requester, .. } => Some(requester.to_string()),
        _ => None,
    };
    Ok(Asked {
        command,
        name,
        signed: false,
    })
}

/// `aicf.revealTraps`.
pub fn reveal_traps(_: &Service, params: Params<'_>) -> Wanted {
    Ok(Asked {
        command: command("reveal_traps", params.into_tree())?,
        name: None,
        signed: false,
    })
}

/// `aicf.submitEvidence`. The statements are signed by the provider that they accuse: nobody else has to sign.
pub fn evidence(_: &Service, params: Params<'_>) -> Wanted {
    Ok(Asked {
        command: command("evidence", params.into_tree())?,
        name: None,
        signed: true,
    })
}

/// Who asks where nobody says: a devnet's own requester.
const DEFAULT_REQUESTER: &str = "devnet";
/// The tier of who does not say.
const DEFAULT_TIER: &str = "free";

/// `aicf.submitJob`.
pub fn submit_job(service: &Service, params: Params<'_>) -> Wanted {
    enqueue(service, params)
}

/// A job from its parameters; what a devnet makes up is made up.
///
/// # Errors
/// `invalid_params`.
pub fn enqueue(service: &Service, mut params: Params<'_>) -> Wanted {
    params.lower_kind();
    params.or("requester", || Tree::Text(DEFAULT_REQUESTER.into()));
    params.or("tier", || Tree::Text(DEFAULT_TIER.into()));
    params.or("fee", || Tree::Text("0".into()));
    params.or("attestation_classes", list);
    let requester: Text = required(&mut params, "requester")?;
    if service.is_devnet {
        params.or("tx_hash", || {
            let mut made_up = [0; 32];
            // Without randomness the hash is of zeros, and the second such job a duplicate: it is said, not lost.
            let _ = getrandom::fill(&mut made_up);
            Tree::Text(hex::text(&made_up).into())
        });
        params.or("caller", || Tree::Text(hex::text(requester.as_bytes()).into()));
    }
    match (params.has("payload"), params.take("payload_json")) {
        (true, None) => {}
        (false, Some(json)) => {
            let bytes =
                payload::encode(&json).map_err(|error| RpcError::of_params(error.rooted("input.payload_json")))?;
            params.put("payload", Tree::Text(hex::text(&bytes).into()));
        }
        _ => {
            let message = "give payload (hex) or payload_json, and only one of them";
            return Err(RpcError::new(INVALID_PARAMS, "missing_field", message).at("params.payload"));
        }
    }
    params.put("requester", Tree::Text(requester.to_string().into()));
    Ok(Asked {
        command: command("enqueue", params.into_tree())?,
        name: Some(requester.to_string()),
        signed: false,
    })
}

/// A command that is the chain's to give.
fn of_the_chain(name: &'static str, params: Params<'_>) -> Wanted {
    let command = command(name, params.into_tree())?;
    Ok(Asked {
        name: command.provider_id().map(Text::to_string),
        command,
        signed: false,
    })
}

/// `aicf.stake`.
pub fn stake(_: &Service, params: Params<'_>) -> Wanted {
    of_the_chain("stake", params)
}

/// `aicf.deposit`.
pub fn deposit(_: &Service, params: Params<'_>) -> Wanted {
    of_the_chain("deposit", params)
}

/// `aicf.submitProof`: a proof by its parts, or by its body.
pub fn proof(_: &Service, mut params: Params<'_>) -> Wanted {
    match params.take("body") {
        Some(body) => {
            params.put("proof", body);
            of_the_chain("prove", params)
        }
        None => of_the_chain("proof", params),
    }
}
