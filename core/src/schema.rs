//! What every value looks like from outside, as JSON Schema: the source of the types that the bindings
//! publish. Only built for the generator (feature `schema`); no rule is decided here.
//!
//! The types derive their own description. This file describes those that read and write themselves by
//! hand, and gives each unit its name as `format`, which is what a binding needs to choose a type.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use crate::amount::{Atoms, Bps, Multiplier, Ppm, Ratio, Units};
use crate::matching::reason::Counts;
use crate::policy::{Policy, PolicyInput, PositiveAtoms, PositiveUnits};
use crate::settlement::{Amounts, Batch, DeferredLine, PayoutLine, Settled};
use crate::value::{Bounded, BoundedBytes, Bytes, Hash32, Nullable, Text};

/// Any JSON value.
pub struct AnyJson;

/// An amount that may be below 0, as a decimal string.
pub struct Signed;

/// A value that is written where it stands, without a name of its own.
macro_rules! plain {
    ($([$($generics:tt)*] $type:ty, $name:expr => $schema:tt;)*) => {$(
        impl<$($generics)*> JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

plain! {
    [] Atoms, "Atoms" => { "type": "string", "format": "atoms" };
    [] PositiveAtoms, "PositiveAtoms" => { "type": "string", "format": "atoms" };
    [] Units, "Units" => { "type": "string", "format": "units" };
    [] PositiveUnits, "PositiveUnits" => { "type": "string", "format": "units" };
    [] Ratio, "Ratio" => { "type": "integer", "format": "ratio_ppm", "minimum": 0, "maximum": 1_000_000 };
    [] Multiplier, "Multiplier" => { "type": "integer", "format": "multiplier_ppm", "minimum": 0, "maximum": 10_000_000 };
    [] Ppm, "Ppm" => { "type": "integer", "format": "ppm", "minimum": 0, "maximum": 4_294_967_295_u32 };
    [] Bps, "Bps" => { "type": "integer", "format": "bps", "minimum": 0, "maximum": 10_000 };
    [] Text, "Text" => { "type": "string", "format": "text", "minLength": 1 };
    [] Hash32, "Hash32" => { "type": "string", "format": "hash32", "pattern": "^0x[0-9a-f]{64}$" };
    [] Bytes, "Bytes" => { "type": "string", "format": "bytes", "pattern": "^0x([0-9a-f]{2})*$" };
    [] Counts, "Counts" => { "type": "object", "additionalProperties": { "type": "integer" } };
    [const MIN: usize, const MAX: usize] BoundedBytes<MIN, MAX>, "BoundedBytes"
        => { "type": "string", "format": "bytes", "pattern": "^0x([0-9a-f]{2})*$" };
    [const MIN: u64, const MAX: u64] Bounded<MIN, MAX>, "Bounded"
        => { "type": "integer", "minimum": MIN, "maximum": MAX.min(crate::limits::JSON_INT_MAX) };
    [] AnyJson, "AnyJson" => { "format": "json" };
    [] Signed, "Signed" => { "type": "string", "format": "signed", "pattern": "^(0|-?[1-9][0-9]*)$" };
}

impl<T: JsonSchema> JsonSchema for Nullable<T> {
    fn schema_name() -> Cow<'static, str> {
        // Its own: another name is what tells a type of these from the same type of those.
        alloc::format!("Nullable_{}", T::schema_name()).into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [generator.subschema_for::<T>(), { "type": "null" }], "format": "nullable" })
    }
}

impl JsonSchema for PolicyInput {
    fn schema_name() -> Cow<'static, str> {
        "PolicyInput".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "format": "partial", "allOf": [generator.subschema_for::<Policy>()] })
    }
}

impl JsonSchema for crate::market::MarketInput {
    fn schema_name() -> Cow<'static, str> {
        "MarketInput".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "format": "partial", "allOf": [generator.subschema_for::<crate::market::Market>()] })
    }
}

impl JsonSchema for crate::network::EvidenceInput {
    fn schema_name() -> Cow<'static, str> {
        "EvidenceInput".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "format": "partial", "allOf": [generator.subschema_for::<crate::market::EvidenceRules>()] })
    }
}

impl JsonSchema for crate::engine::Status {
    fn schema_name() -> Cow<'static, str> {
        "EntryStatus".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Self::ALL.iter().map(|status| status.as_str()).collect();
        json_schema!({ "type": "string", "enum": names, "description": "How an entry ended." })
    }
}

impl JsonSchema for Amounts {
    fn schema_name() -> Cow<'static, str> {
        "Amounts".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<BTreeMap<Text, Atoms>>()
    }
}

/// The record that [`Settled`] writes itself as.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "described, never made")]
struct SettledRecord {
    /// The header and its id.
    batch: Batch,
    /// The payout lines, in claim_key order.
    lines: Vec<PayoutLine<'static>>,
    /// What the stake of a provider pays beyond its shares; zeros left out.
    provider_debits: BTreeMap<Text, Atoms>,
    /// What nothing is left for; zeros left out.
    provider_debts: BTreeMap<Text, Atoms>,
    /// What every miner with a line gets.
    miner_totals: BTreeMap<Text, Atoms>,
    /// What every provider with a line gets, net of penalties.
    provider_totals: BTreeMap<Text, Atoms>,
    /// What every payee was ever paid, this batch included.
    balances: BTreeMap<Text, Atoms>,
    /// What waits for a later epoch, in pay order.
    deferred: Vec<DeferredLine>,
}

impl JsonSchema for Settled<'_> {
    fn schema_name() -> Cow<'static, str> {
        SettledRecord::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        SettledRecord::json_schema(generator)
    }
}

/// A function of the catalogue: its name, and what goes in and comes out.
pub struct Described {
    /// The name.
    pub function: &'static str,
    /// The input object.
    pub input: Schema,
    /// The output object.
    pub output: Schema,
}

/// All functions, and the types that they name.
pub struct Description {
    /// The functions, in catalogue order.
    pub functions: Vec<Described>,
    /// Types of inputs by name.
    pub inputs: Map<String, Value>,
    /// Types of outputs by name; those of an entry's outcome, too.
    pub outputs: Map<String, Value>,
}

/// Describes the whole catalogue.
#[must_use]
pub fn describe() -> Description {
    let mut inputs = SchemaSettings::draft2020_12().for_deserialize().into_generator();
    let mut outputs = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let functions = crate::catalogue::describe(&mut inputs, &mut outputs);
    outputs.subschema_for::<crate::engine::Outcome>();
    Description {
        functions,
        inputs: inputs.take_definitions(true),
        outputs: outputs.take_definitions(true),
    }
}

/// The reads and writes of an engine.
pub struct EngineDescription {
    /// The queries, in their order.
    pub queries: Vec<Described>,
    /// A command, each variant with its fields.
    pub command: Schema,
    /// An event.
    pub event: Schema,
    /// Types of inputs by name.
    pub inputs: Map<String, Value>,
    /// Types of outputs by name.
    pub outputs: Map<String, Value>,
}

/// Describes what hosts serve of an engine.
#[must_use]
pub fn describe_engine() -> EngineDescription {
    let mut inputs = SchemaSettings::draft2020_12().for_deserialize().into_generator();
    let mut outputs = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let queries = crate::engine::query::describe(&mut inputs, &mut outputs);
    let command = inputs.subschema_for::<crate::engine::Command>();
    inputs.subschema_for::<Policy>();
    let event = outputs.subschema_for::<crate::engine::Event>();
    outputs.subschema_for::<crate::receipt::Receipt>();
    outputs.subschema_for::<crate::settlement::Settle>();
    outputs.subschema_for::<Policy>();
    EngineDescription {
        queries,
        command,
        event,
        inputs: inputs.take_definitions(true),
        outputs: outputs.take_definitions(true),
    }
}
