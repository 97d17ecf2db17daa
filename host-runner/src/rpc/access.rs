//! Who may do what: writes need a signature that the engine verifies, the operators' token, or the local socket. A devnet
//! on this machine also takes unsigned ones, because nothing there is worth anything.

use super::error::{RATE_LIMITED, READ_ONLY, RpcError, UNAUTHORIZED};
use crate::config::Config;
use crate::error::{Error, Result};
use aicf_core::hash::sha3_256;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use subtle::ConstantTimeEq as _;

/// Shorter tokens can be guessed.
const TOKEN_BYTES_MIN: usize = 16;

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// From where; nothing is the local socket.
    pub address: Option<IpAddr>,
    /// Whether the token was right, or the socket is the operators'.
    pub operator: bool,
}

impl Caller {
    /// For logs.
    #[must_use]
    pub fn name(&self) -> String {
        self.address
            .map_or_else(|| "socket".to_owned(), |address| address.to_string())
    }
}

/// From where a devnet takes unsigned writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OpenWrites {
    Never,
    Loopback,
    Always,
}

/// The rules.
pub struct Access {
    /// The hash of the token: what is compared has one length, and memory does not hold the token.
    token: Option<[u8; 32]>,
    open_writes: OpenWrites,
    read_only: AtomicBool,
    per_address: Option<DefaultKeyedRateLimiter<IpAddr>>,
    per_key: Option<DefaultKeyedRateLimiter<String>>,
}

fn limiter<K: std::hash::Hash + Eq + Clone>(per_second: Option<u64>) -> Option<DefaultKeyedRateLimiter<K>> {
    let per_second = NonZeroU32::new(u32::try_from(per_second?).unwrap_or(u32::MAX))?;
    Some(RateLimiter::keyed(Quota::per_second(per_second)))
}

impl Access {
    /// The rules of a configuration, on a network.
    ///
    /// # Errors
    /// [`Error::Config`] for a token that cannot be read, or is too short.
    pub fn new(config: &Config, is_devnet: bool) -> Result<Self> {
        let token = config.path("access.token_file").map(|path| {
            let told = |what: String| Error::Config(format!("access.token_file {}: {what}", path.display()));
            let text = std::fs::read_to_string(&path).map_err(|error| told(error.to_string()))?;
            let text = zeroize::Zeroizing::new(text);
            let token = text.trim();
            if token.len() < TOKEN_BYTES_MIN {
                return Err(told(format!("a token has at least {TOKEN_BYTES_MIN} characters")));
            }
            Ok(sha3_256(&[token.as_bytes()]).0)
        });
        let open_writes = match config.text("access.open_writes") {
            _ if !is_devnet => OpenWrites::Never,
            Some("always") => OpenWrites::Always,
            Some("loopback") => OpenWrites::Loopback,
            _ => OpenWrites::Never,
        };
        Ok(Self {
            token: token.transpose()?,
            open_writes,
            read_only: AtomicBool::new(config.is("access.read_only")),
            per_address: limiter(config.number("rates.per_address_s")),
            per_key: limiter(config.number("rates.per_key_s")),
        })
    }

    /// Who calls with this `Authorization`.
    #[must_use]
    pub fn caller(&self, address: Option<IpAddr>, authorization: Option<&str>) -> Caller {
        let given = authorization
            .and_then(|text| text.strip_prefix("Bearer "))
            .map(str::trim);
        let right = match (&self.token, given) {
            (Some(token), Some(given)) => bool::from(sha3_256(&[given.as_bytes()]).0.ct_eq(token)),
            _ => false,
        };
        Caller {
            address,
            operator: right || address.is_none(),
        }
    }

    /// So many calls from an address.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn admits(&self, caller: &Caller, calls: u32) -> std::result::Result<(), RpcError> {
        let (Some(limiter), Some(address), Some(calls)) = (&self.per_address, caller.address, NonZeroU32::new(calls))
        else {
            return Ok(());
        };
        match limiter.check_key_n(&address, calls) {
            Ok(Ok(())) => Ok(()),
            _ => Err(RpcError::new(
                RATE_LIMITED,
                "rate_limited",
                "too many calls from this address",
            )),
        }
    }

    /// A write in somebody's name.
    ///
    /// # Errors
    /// `read_only`, `unauthorized`, `rate_limited`.
    pub fn may_write(&self, caller: &Caller, signed: bool, name: Option<&str>) -> std::result::Result<(), RpcError> {
        if self.is_read_only() {
            return Err(RpcError::new(READ_ONLY, "read_only", "this node takes no writes"));
        }
        let open = match self.open_writes {
            OpenWrites::Never => false,
            OpenWrites::Loopback => caller.address.is_some_and(|address| address.is_loopback()),
            OpenWrites::Always => true,
        };
        if !(signed || caller.operator || open) {
            let message = "this write needs a signature (params.signed), an operator's token \
                           (Authorization: Bearer …), or the node's local socket";
            return Err(RpcError::new(UNAUTHORIZED, "unauthorized", message));
        }
        match (&self.per_key, name) {
            (Some(limiter), Some(name)) if !caller.operator && limiter.check_key(&name.to_owned()).is_err() => {
                Err(RpcError::new(
                    RATE_LIMITED,
                    "rate_limited",
                    format!("too many writes in the name of `{name}`"),
                ))
            }
            _ => Ok(()),
        }
    }

    /// An operator's action.
    ///
    /// # Errors
    /// `unauthorized`.
    pub fn may_operate(&self, caller: &Caller) -> std::result::Result<(), RpcError> {
        if caller.operator {
            return Ok(());
        }
        let message = "this is for operators: give the token (Authorization: Bearer …), or use the node's local socket";
        Err(RpcError::new(UNAUTHORIZED, "unauthorized", message))
    }

    /// Whether writes are refused.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.read_only.load(Ordering::Relaxed)
    }

    /// Refuses writes, or takes them again.
    pub fn set_read_only(&self, read_only: bool) {
        self.read_only.store(read_only, Ordering::Relaxed);
    }

    /// Forgets callers that have been quiet: what is remembered must not grow with everybody who ever called.
    pub fn forget_quiet(&self) {
        if let Some(limiter) = &self.per_address {
            limiter.retain_recent();
        }
        if let Some(limiter) = &self.per_key {
            limiter.retain_recent();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, Caller};
    use crate::config::Config;
    use std::net::{IpAddr, Ipv4Addr};

    const HERE: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    const THERE: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)));

    fn access(settings: &[(&str, &str)], is_devnet: bool) -> Access {
        let flags: Vec<_> = settings
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let config = Config::resolve(None, |_| None, &flags).unwrap();
        Access::new(&config, is_devnet).unwrap()
    }

    #[test]
    fn who_may_write() {
        let folder = tempfile::tempdir().unwrap();
        let token = folder.path().join("token");
        std::fs::write(&token, "0123456789abcdef0123\n").unwrap();
        let token = token.to_str().unwrap();
        let right = Some("Bearer 0123456789abcdef0123");
        let wrong = Some("Bearer 0123456789abcdef0124");
        //   devnet, open_writes, from,  authorization, signed, may
        for (devnet, open, from, authorization, signed, may) in [
            (true, "loopback", HERE, None, false, true),
            (true, "loopback", THERE, None, false, false),
            (true, "loopback", THERE, None, true, true),
            (true, "always", THERE, None, false, true),
            (true, "never", HERE, None, false, false),
            (true, "never", None, None, false, true),
            (false, "always", HERE, None, false, false),
            (false, "always", HERE, None, true, true),
            (false, "never", THERE, right, false, true),
            (false, "never", THERE, wrong, false, false),
        ] {
            let access = access(&[("access.token_file", token), ("access.open_writes", open)], devnet);
            let caller = access.caller(from, authorization);
            let found = access.may_write(&caller, signed, Some("p")).is_ok();
            assert_eq!(found, may, "{devnet} {open} {from:?} {authorization:?} {signed}");
            assert_eq!(
                access.may_operate(&caller).is_ok(),
                authorization == right || from.is_none()
            );
        }
    }

    #[test]
    fn read_only_and_rates_hold_for_everybody() {
        let open = access(&[("rates.per_address_s", "3"), ("rates.per_key_s", "2")], true);
        let caller = open.caller(HERE, None);
        assert!(open.admits(&caller, 3).is_ok());
        assert_eq!(open.admits(&caller, 1).unwrap_err().code(), "rate_limited");
        assert!(open.admits(&open.caller(THERE, None), 1).is_ok());
        for expected in [true, true, false] {
            assert_eq!(open.may_write(&caller, true, Some("p")).is_ok(), expected);
        }
        assert!(open.may_write(&caller, true, Some("q")).is_ok());
        open.set_read_only(true);
        let socket = Caller {
            address: None,
            operator: true,
        };
        assert_eq!(open.may_write(&socket, true, None).unwrap_err().code(), "read_only");
    }

    #[test]
    fn a_short_token_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let token = folder.path().join("token");
        std::fs::write(&token, "short").unwrap();
        let flags = [("access.token_file".to_owned(), token.to_str().unwrap().to_owned())];
        let config = Config::resolve(None, |_| None, &flags).unwrap();
        assert!(Access::new(&config, true).is_err());
    }
}
