//! Which module the core must be: scheduled by its hash for an epoch, it is checked before an entry of that epoch is
//! applied. A node that runs another one stops there, so that no two nodes ever apply an epoch with two cores.

use crate::engine;
use crate::error::{Error, Result};
use aicf_core::engine::Event;
use aicf_core::value::Hash32;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The schedule of modules, as far as the state knows it.
#[derive(Default)]
pub struct Upgrades {
    /// Where the module that runs is from; nothing is the one inside this program.
    module: Option<PathBuf>,
    /// Its hash, once it is needed.
    running: Option<Hash32>,
    epoch_length: u64,
    /// From which epoch on, ascending, and the hash.
    scheduled: Vec<(u64, String)>,
}

impl Upgrades {
    /// For the module that runs.
    pub fn new(module: Option<&Path>) -> Self {
        Self {
            module: module.map(Path::to_path_buf),
            ..Self::default()
        }
    }

    /// Reads the schedule anew.
    pub fn load(&mut self, query: impl Fn(&str, &Value) -> Result<Value>) -> Result<()> {
        self.epoch_length = query("head", &json!({}))?["epoch_length"].as_u64().unwrap_or(0);
        let schedule = query("schedule", &json!({}))?;
        self.scheduled = schedule["cores"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|row| Some((row["epoch"].as_u64()?, row["hash"].as_str()?.to_owned())))
            .collect();
        if !self.scheduled.is_empty() && self.running.is_none() {
            // A build without a module runs none: then every scheduled one is another.
            self.running = engine::module_hash(self.module.as_deref()).ok();
        }
        Ok(())
    }

    /// Whether events say that the schedule changed, or began.
    pub fn changed_by(events: &[Event]) -> bool {
        events
            .iter()
            .any(|event| matches!(event, Event::CoreScheduled { .. } | Event::Initialised { .. }))
    }

    /// Refuses an entry of an epoch whose module is another one.
    ///
    /// # Errors
    /// [`Error::OtherCore`].
    pub fn check(&self, height: u64) -> Result<()> {
        let Some(epoch) = height.checked_div(self.epoch_length) else {
            return Ok(());
        };
        let due = self.scheduled.iter().rfind(|(from, _)| *from <= epoch);
        let Some((from, needed)) = due else {
            return Ok(());
        };
        let running = self.running.map(|hash| hash.to_string());
        if running.as_ref() == Some(needed) {
            return Ok(());
        }
        Err(Error::OtherCore {
            epoch: *from,
            needed: needed.clone(),
            running: running.unwrap_or_else(|| "none".into()),
        })
    }
}
