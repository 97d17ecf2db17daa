//! `policy.check`: a partial policy in, the full policy and its hash out (SPEC §11).

use core::fmt;

use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use super::{Policy, PolicyInput, check};
use crate::catalogue::Function;
use crate::value::Hash32;
use crate::{Code, Error, Result};

/// Input of `policy.check`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Check {
    policy: Option<PolicyInput>,
    #[cfg_attr(feature = "schema", schemars(with = "Option<alloc::string::String>"))]
    policy_yaml: Option<PolicyYaml>,
}

/// Output of `policy.check`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Checked {
    /// The policy with every field.
    pub policy: Policy,
    /// Its hash.
    pub policy_hash: Hash32,
}

/// A policy as YAML text: reading it is part of the shape pass, at `policy_yaml.<path>`.
struct PolicyYaml(Policy);

struct YamlVisitor;

impl Visitor<'_> for YamlVisitor {
    type Value = PolicyYaml;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML text")
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> core::result::Result<PolicyYaml, E> {
        Policy::read_yaml(text)
            .map(PolicyYaml)
            .map_err(|error| crate::error::carry(&error))
    }
}

impl<'de> Deserialize<'de> for PolicyYaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_str(YamlVisitor)
    }
}

impl Function for Check {
    const NAME: &'static str = "policy.check";
    type Output = Checked;

    fn call(self, _: Option<&Policy>) -> Result<Checked> {
        let (policy, root) = match (self.policy, self.policy_yaml) {
            (Some(policy), None) => (policy.0, "input.policy"),
            (None, Some(yaml)) => (yaml.0, "input.policy_yaml"),
            (Some(_), Some(_)) => {
                return Err(Error::at(
                    Code::Conflict,
                    "input.policy_yaml",
                    "give policy or policy_yaml, not both",
                ));
            }
            (None, None) => {
                return Err(Error::at(
                    Code::MissingField,
                    "input.policy",
                    "give policy or policy_yaml",
                ));
            }
        };
        check::rules(&policy).map_err(|error| error.rooted(root))?;
        Ok(Checked {
            policy_hash: policy.hash()?,
            policy,
        })
    }
}
