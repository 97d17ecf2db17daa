//! The fleet: providers whose speed and capacity were measured. Built in are results of MLPerf
//! Inference v4.1 (Apache-2.0; verified results of the closed division).
//!
//! | of a provider | comes from |
//! |---|---|
//! | operator, id | submitter; submitter and system |
//! | models | the language models it has a valid `Server` result for |
//! | time a token | mean latency / tokens of a sample, under the load of the benchmark |
//! | streams | samples a second * mean latency (Little's law), a thousandth of them: the slice that is rented out |
//! | quality | whether it also met the 99.9 % accuracy target |
//!
//! `Offline` latencies are those of one huge batch and say nothing of an answer: such rows are passed
//! over. Region, attestation class and stake are not in the results; they are drawn from the names.

use std::collections::BTreeMap;

use aicf_core::Code;
use aicf_core::matching::AttestationClass;
use aicf_core::value::Text;

use super::cell::{integer, millionths};
use super::draws::Draws;
use super::input::{CellError, InputError};
use super::table::{Row, Table};

/// The built-in results.
pub const BUILT_IN: &[u8] = include_bytes!("../../../fixtures/traces/mlperf_inference_v4.1.csv");
/// What the built-in results are called.
pub const BUILT_IN_NAME: &str = "mlperf_inference_v4.1.csv (built in)";

const COLUMNS: [&str; 9] = [
    "division",
    "submitter",
    "system",
    "model",
    "scenario",
    "samples_per_s",
    "tokens_per_s",
    "mean_latency_ns",
    "result",
];

/// Language models of the benchmark, without their accuracy targets.
const MODELS: [&str; 3] = ["llama2-70b", "mixtral-8x7b", "gptj"];
/// Where providers are.
pub const REGIONS: [&str; 4] = ["ap-south", "eu-central", "us-east", "us-west"];
/// Systems of one operator: some submit a dozen variants of one machine, and would be half the fleet.
const SYSTEMS_PER_OPERATOR: usize = 2;
/// One stream in so many is rented out to the fund.
const SLICE: u128 = 1_000;
/// Streams of one provider; more are no fleet of an example.
const STREAMS_MAX: u64 = 64;
/// A token that takes longer than ten seconds is a mistake in the file.
const US_PER_TOKEN_MAX: u64 = 10_000_000;

/// What goes wrong with a provider, in a part of the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing but what goes wrong everywhere now and then.
    None,
    /// Bad answers, late or not at all.
    Degraded,
    /// Nobody answers: no acks, no heartbeats.
    Outage,
    /// Every third proof is not valid.
    Forging,
}

/// A provider of the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Submitter and system.
    pub id: Text,
    /// Submitter.
    pub operator: Text,
    /// Drawn from the operator's name.
    pub region: Text,
    /// Models it serves, each with the microseconds a token takes.
    pub models: BTreeMap<Text, u64>,
    /// Jobs it takes at a time.
    pub streams: u64,
    /// The quality its answers have, about.
    pub qos_ppm: u64,
    /// Drawn from the processor in the system's name.
    pub attestation: AttestationClass,
    /// What goes wrong with it.
    pub trouble: Trouble,
}

impl Machine {
    /// Microseconds a token takes; a job that names no model gets the fastest.
    pub fn us_per_token(&self, model: Option<&Text>) -> u64 {
        model
            .and_then(|model| self.models.get(model))
            .or_else(|| self.models.values().min())
            .copied()
            .unwrap_or(0)
    }

    /// What it stakes.
    pub fn stake(&self) -> u128 {
        200_000 + 50_000 * u128::from(self.streams)
    }
}

/// What the rows of one system say.
#[derive(Default)]
struct System {
    /// The best result of each model: tokens a second in millionths, microseconds a token, streams.
    rated: BTreeMap<&'static str, (u64, u64, u64)>,
    /// Models with a result but no token rate.
    unrated: Vec<&'static str>,
    high_accuracy: bool,
}

/// Reads a fleet.
pub fn read(file: &str, bytes: &[u8]) -> Result<Vec<Machine>, InputError> {
    let mut systems: BTreeMap<(Text, Text), System> = BTreeMap::new();
    Table::open(file, bytes, &COLUMNS).rows(|row| {
        let wanted = row.text(0) == "closed" && row.text(8) == "VALID" && row.text(4).eq_ignore_ascii_case("server");
        let model = MODELS.iter().find(|model| row.text(3).starts_with(**model));
        match model {
            Some(model) if wanted => observe(&mut systems, &row, model),
            _ => Ok(()),
        }
    })?;
    let mut by_operator: BTreeMap<Text, Vec<Machine>> = BTreeMap::new();
    for ((operator, id), system) in systems {
        if let Some(machine) = machine(&operator, id, &system) {
            by_operator.entry(operator).or_default().push(machine);
        }
    }
    let mut fleet: Vec<Machine> = Vec::new();
    for mut machines in by_operator.into_values() {
        machines.sort_by(|a, b| b.streams.cmp(&a.streams).then_with(|| a.id.cmp(&b.id)));
        fleet.extend(machines.into_iter().take(SYSTEMS_PER_OPERATOR));
    }
    if fleet.is_empty() {
        return Err(InputError {
            file: file.into(),
            line: 0,
            column: None,
            code: Code::MissingField,
            message: "no closed, VALID Server result of a language model with tokens_per_s".into(),
        });
    }
    make_trouble(&mut fleet);
    fleet.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(fleet)
}

fn observe(systems: &mut BTreeMap<(Text, Text), System>, row: &Row<'_>, model: &'static str) -> Result<(), InputError> {
    let text = |text: &str| Text::new(text).map_err(|error| CellError::new(error.code, error.into_parts().message));
    let operator = row.cell(1, text)?;
    let id = row.cell(2, |system| text(&format!("{operator}/{system}")))?;
    let system = systems.entry((operator, id)).or_default();
    system.high_accuracy |= row.text(3).ends_with("-99.9");
    let samples = row.cell(5, millionths)?;
    let latency_ns = row.cell(7, |cell| integer(cell, 1, u64::MAX))?;
    if row.text(6).is_empty() {
        system.unrated.push(model);
        return Ok(());
    }
    let tokens = row.cell(6, millionths)?;
    let per_second_ns = u128::from(samples) * u128::from(latency_ns);
    let us_per_token = per_second_ns
        .checked_div(u128::from(tokens) * 1_000)
        .and_then(|us| u64::try_from(us).ok());
    let Some(us_per_token) = us_per_token.filter(|us| (1..=US_PER_TOKEN_MAX).contains(us)) else {
        let error = CellError::new(Code::OutOfRange, "no such rate with this latency");
        return Err(row.error(6, error));
    };
    // Half a slice counts as one.
    let slice = 1_000_000_000_000_000 * SLICE;
    let streams = u64::try_from((per_second_ns + slice / 2) / slice).unwrap_or(u64::MAX);
    let rated = (tokens, us_per_token, streams.clamp(1, STREAMS_MAX));
    let best = system.rated.entry(model).or_insert(rated);
    if rated.0 > best.0 {
        *best = rated;
    }
    Ok(())
}

fn machine(operator: &Text, id: Text, system: &System) -> Option<Machine> {
    let slowest = system.rated.values().map(|rated| rated.1).max()?;
    let streams = system.rated.values().map(|rated| rated.2).max()?;
    let mut models: BTreeMap<Text, u64> = BTreeMap::new();
    // Without a token rate, its slowest model's is a safe one.
    for model in &system.unrated {
        models.insert(Text::new(*model).ok()?, slowest);
    }
    for (model, rated) in &system.rated {
        models.insert(Text::new(*model).ok()?, rated.1);
    }
    let region = Draws::of("region", &[operator.as_bytes()]).below(REGIONS.len() as u64);
    let attestation = if id.contains("EPYC") || id.contains("MI300X") || id.contains("/AS_") {
        AttestationClass::SevSnp
    } else if id.contains("aarch64") {
        AttestationClass::Cca
    } else {
        AttestationClass::Tdx
    };
    Some(Machine {
        operator: operator.clone(),
        region: Text::new(*REGIONS.get(usize::try_from(region).ok()?)?).ok()?,
        models,
        streams,
        qos_ppm: if system.high_accuracy { 965_000 } else { 925_000 },
        attestation,
        trouble: Trouble::None,
        id,
    })
}

/// The second, fourth and sixth largest providers have troubles: large enough to be missed.
fn make_trouble(fleet: &mut [Machine]) {
    fleet.sort_by(|a, b| b.streams.cmp(&a.streams).then_with(|| a.id.cmp(&b.id)));
    for (rank, trouble) in [(1, Trouble::Degraded), (3, Trouble::Outage), (5, Trouble::Forging)] {
        if let Some(machine) = fleet.get_mut(rank) {
            machine.trouble = trouble;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_fleet_reads() {
        let fleet = read(BUILT_IN_NAME, BUILT_IN).unwrap();
        assert!(fleet.len() > 10, "{}", fleet.len());
        let operators: std::collections::BTreeSet<_> = fleet.iter().map(|machine| &machine.operator).collect();
        assert!(operators.len() >= 8);
        assert_eq!(
            fleet.iter().filter(|machine| machine.trouble != Trouble::None).count(),
            3
        );
        let hpe = fleet.iter().find(|machine| machine.id.contains("DL380a")).unwrap();
        // 30.1458 s for 6927.80 / 23.86 tokens.
        assert_eq!(hpe.us_per_token(None), 103_825);
        assert_eq!(hpe.streams, 1);
    }

    #[test]
    fn a_fleet_without_language_models_is_refused() {
        let header = COLUMNS.join(",");
        let error = read("f.csv", header.as_bytes()).unwrap_err();
        assert_eq!(error.code, Code::MissingField);
        let row = format!("{header}\nclosed,A,B,llama2-70b-99,Server,x,1.0,1,VALID\n");
        let error = read("f.csv", row.as_bytes()).unwrap_err();
        assert_eq!(
            (error.line, error.column.as_deref(), error.code),
            (2, Some("samples_per_s"), Code::BadEncoding)
        );
    }
}
