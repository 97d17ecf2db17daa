//! The state machine over a database: the file that the `aicf` program works on.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use aicf_core::codec::tree::Tree;
use aicf_core::ffi::{self, Out, outcome_out};
use aicf_core::value::Positive;
use aicf_host::engine::Choice;
use aicf_host::network::{self, Check};
use aicf_host::node::{Node, Options, Reader as Database};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::failure::{caught, exception, raise};
use crate::policy::Policy;
use crate::value::{Reader, to_python};

/// A database: open to write, open to read, or closed.
enum Held {
    Write(Box<Node>),
    Read(Box<Database>),
    Closed,
}

/// A ledger in a file. One process writes to a database at a time; any number read it.
#[pyclass(frozen, module = "aicf._aicf")]
pub struct Ledger(Mutex<Held>);

/// What can go wrong in a call.
enum Failure {
    Core(aicf_core::Error),
    Host(aicf_host::Error),
    Closed,
    ReadOnly,
}

impl From<aicf_core::Error> for Failure {
    fn from(error: aicf_core::Error) -> Self {
        Self::Core(error)
    }
}

impl From<aicf_host::Error> for Failure {
    fn from(error: aicf_host::Error) -> Self {
        Self::Host(error)
    }
}

impl Failure {
    fn raise(self, py: Python<'_>) -> PyErr {
        match self {
            Self::Core(error) => raise(py, error),
            Self::Host(error) => exception(py, error.code(), error.path(), &error.to_string()),
            Self::Closed => exception(py, "closed", "", "the ledger is closed"),
            Self::ReadOnly => exception(py, "read_only", "", "the ledger was opened to read"),
        }
    }
}

impl Ledger {
    fn with<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&mut Held) -> Result<T, Failure> + Send) -> PyResult<T> {
        py.detach(|| {
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            caught(|| Ok(work(&mut held))).unwrap_or_else(|error| Err(error.into()))
        })
        .map_err(|error| error.raise(py))
    }
}

fn database(held: &Held) -> Result<&Database, Failure> {
    match held {
        Held::Write(node) => Ok(node.reader()),
        Held::Read(database) => Ok(database),
        Held::Closed => Err(Failure::Closed),
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[pymethods]
impl Ledger {
    /// Opens a database, or makes one. `network` is `devnet`, `testnet` or the file of a network document; without it an
    /// existing database of any network is opened, and a new one is a devnet. A chain id or a policy is another devnet.
    #[new]
    #[pyo3(signature = (path, *, network=None, chain_id=None, policy=None, read_only=false))]
    fn new(
        py: Python<'_>,
        path: PathBuf,
        network: Option<&str>,
        chain_id: Option<u64>,
        policy: Option<&Policy>,
        read_only: bool,
    ) -> PyResult<Self> {
        let out_of_range = |path: &str, message: &str| exception(py, "out_of_range", path, message);
        let chain_id = chain_id
            .map(|id| Positive::new(id).ok_or_else(|| out_of_range("chain_id", "a chain id is at least 1")))
            .transpose()?;
        let document = match network {
            None | Some("devnet") => None,
            Some(_) if chain_id.is_some() => {
                return Err(out_of_range("chain_id", "the chain id of a network is in its document"));
            }
            Some(name) => match network::built_in(name) {
                Some(text) => Some(text.to_owned()),
                None => match std::fs::read_to_string(name) {
                    Ok(text) => Some(text),
                    Err(error) => {
                        let message = format!("`{name}` is no built-in network and no document: {error}");
                        return Err(out_of_range("network", &message));
                    }
                },
            },
        };
        let check = Check {
            document: network.is_some(),
            chain_id: chain_id.is_some(),
            policy: policy.is_some(),
            params: false,
        };
        let policy = policy.map(Policy::shared);
        let opened = py.detach(|| -> Result<Held, Failure> {
            if read_only {
                return Ok(Held::Read(Box::new(Database::open(&path)?)));
            }
            let network = match document {
                Some(text) => network::of_text(&text, policy.as_deref(), None)?,
                None => network::devnet(policy.map(|policy| (*policy).clone()), None, chain_id)?,
            };
            let mut options = Options::new(network);
            options.engine = Choice::Native;
            options.check = check;
            Ok(Held::Write(Box::new(Node::open(&path, &options)?)))
        });
        opened
            .map(|held| Self(Mutex::new(held)))
            .map_err(|error| error.raise(py))
    }

    /// Applies a command as a message, seals its batch and commits it. What it came to; a refusal is an outcome, too, and
    /// leaves nothing behind.
    #[pyo3(signature = (command, *, height=None, time_ms=None))]
    fn apply<'py>(
        &self,
        py: Python<'py>,
        command: &Bound<'py, PyDict>,
        height: Option<u64>,
        time_ms: Option<u64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let given = Reader::default()
            .read(command.as_any())
            .map_err(|error| raise(py, error))?;
        let out = self.with(py, |held| {
            let node = match held {
                Held::Write(node) => node,
                Held::Read(_) => return Err(Failure::ReadOnly),
                Held::Closed => return Err(Failure::Closed),
            };
            let command = ffi::command(&given)?;
            let last = node.head().map_or(0, |head| head.height);
            let height = height.unwrap_or_else(|| last.saturating_add(1));
            let time_ms = match time_ms {
                Some(time_ms) => time_ms,
                None => node.session_time(now_ms())?,
            };
            let outcome = node.admit(height, time_ms, command)?;
            node.commit()?;
            Ok(outcome_out(&outcome)?)
        })?;
        to_python(py, &out)
    }

    /// Answers a query about the state.
    #[pyo3(signature = (name, input=None))]
    fn query<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        input: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let input = match input {
            Some(input) => Reader::default().read(input.as_any()),
            None => Ok(Tree::Map(Vec::new())),
        };
        let input = input.map_err(|error| raise(py, error))?;
        let out: Out = self.with(py, |held| Ok(ffi::query(database(held)?.state(), name, &input)?))?;
        to_python(py, &out)
    }

    /// The chained digest of everything applied.
    #[getter]
    fn state_root<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let root = self.with(py, |held| {
            Ok(database(held)?.head()?.map(|head| head.state_root).unwrap_or_default())
        })?;
        Ok(PyBytes::new(py, &root.0))
    }

    /// The number of the next entry.
    #[getter]
    fn next_seq(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |held| {
            Ok(database(held)?.head()?.map_or(0, |head| head.seq.saturating_add(1)))
        })
    }

    /// Gives the database up.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |held| {
            *held = Held::Closed;
            Ok(())
        })
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, pyo3::types::PyTuple>) -> PyResult<()> {
        self.close(py)
    }
}
